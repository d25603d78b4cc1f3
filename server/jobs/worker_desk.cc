#include "server/jobs/worker_desk.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

constexpr int kMaxEvents = 1000;

// How often a waiting call looks whether its caller is still there.
constexpr absl::Duration kGlance = absl::Milliseconds(500);

v1::SynchronizeResponse Order(v1::SynchronizeResponse::Desired desired) {
  v1::SynchronizeResponse response;
  response.set_desired(desired);
  return response;
}

}  // namespace

absl::StatusOr<v1::SynchronizeResponse> WorkerDesk::Synchronize(
    const v1::SynchronizeRequest& request, const std::function<bool()>& gone) {
  MIV_ASSIGN_OR_RETURN(const Group group, Authenticate(request.token()));
  MIV_RETURN_IF_ERROR(Greet(group));
  MIV_ASSIGN_OR_RETURN(const std::int64_t acknowledged,
                       TakeEvents(group, request));
  const bool may_wait =
      request.assignment_id().empty() && request.events().empty();
  const absl::Time deadline = absl::Now() + options_.long_poll;
  while (true) {
    const std::int64_t seen = VersionOf(group.id);
    MIV_ASSIGN_OR_RETURN(auto orders,
                         Orders(group.id, request.assignment_id()));
    const absl::Duration left = deadline - absl::Now();
    if (!orders.has_value() && may_wait && left > absl::ZeroDuration() &&
        !gone()) {
      WaitForNews(group.id, seen, std::min(left, kGlance));
      absl::MutexLock lock(&mutex_);
      if (!closed_) continue;
    }
    auto response = std::move(orders).value_or(
        Order(v1::SynchronizeResponse::DESIRED_CONTINUE));
    response.set_acknowledged(acknowledged);
    return response;
  }
}

absl::StatusOr<Group> WorkerDesk::Authenticate(const std::string& token) {
  std::optional<Group> group;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(group, t.FindGroupByToken(DigestOf(token)));
    return absl::OkStatus();
  }));
  if (!group.has_value() || group->state == GroupState::kEnded) {
    return absl::UnauthenticatedError("no living group has this token");
  }
  return *group;
}

// Notes the contact; the first one makes the group READY.
absl::Status WorkerDesk::Greet(const Group& group) {
  {
    absl::MutexLock lock(&mutex_);
    seats_[group.id].contact.heard = clock_.Now();
  }
  if (group.state != GroupState::kLaunching && group.pid != 0) {
    return absl::OkStatus();
  }
  const auto status = launcher_.Poll(workspace_.RefOf(group.id));
  const std::int64_t pid = status.ok() ? status->pid : 0;
  if (group.state != GroupState::kLaunching && pid == 0) {
    return absl::OkStatus();
  }
  return jobs_.Hear(group.id, pid);
}

absl::StatusOr<std::int64_t> WorkerDesk::TakeEvents(
    const Group& group, const v1::SynchronizeRequest& request) {
  if (request.events().empty()) return group.acknowledged;
  if (request.events_size() > kMaxEvents) {
    return absl::ResourceExhaustedError(absl::StrCat("at most ", kMaxEvents,
                                                     " events a call, found ",
                                                     request.events_size()));
  }
  std::vector<v1::WorkerEvent> events;
  for (const v1::WorkerEvent& event : request.events()) {
    if (event.number() > group.acknowledged) Pass(CleanEvent(event), events);
  }
  if (events.empty()) return group.acknowledged;
  return jobs_.Take(group.id, events);
}

// Appends the event if its attempt may still log it; a number stands for
// itself even if its event is dropped.
void WorkerDesk::Pass(const v1::WorkerEvent& event,
                      std::vector<v1::WorkerEvent>& out) {
  v1::WorkerEvent passed = event;
  const auto id = AttemptId::Parse(event.assignment_id());
  absl::MutexLock lock(&mutex_);
  const auto open = id.ok() ? attempts_.find(*id) : attempts_.end();
  if (open != attempts_.end()) {
    switch (open->second.budget.Judge(event, clock_.Now())) {
      case LogBudget::Verdict::kTake:
        if (event.has_progress()) progress_[id->task] = event.progress();
        break;
      case LogBudget::Verdict::kDrop:
        passed.clear_payload();
        break;
      case LogBudget::Verdict::kLastWarning:
        passed.mutable_warning()->set_text(
            absl::StrCat("only the first ", options_.log_lines_per_attempt,
                         " lines of this attempt are kept"));
        break;
    }
  }
  out.push_back(std::move(passed));
}

// What the group shall do; nullopt if it may go on as it is.
absl::StatusOr<std::optional<v1::SynchronizeResponse>> WorkerDesk::Orders(
    const GroupId& id, const std::string& assignment_id) {
  Group group;
  std::optional<Attempt> work;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(group, t.GetGroup(id));
    MIV_ASSIGN_OR_RETURN(work, t.WorkOf(id));
    return absl::OkStatus();
  }));
  const bool busy = !assignment_id.empty();
  const bool own = work.has_value() && work->id.text() == assignment_id;
  const bool shirks =
      !busy && work.has_value() && work->state == AttemptState::kRunning;
  Note(id, /*strays=*/busy && !own, shirks);
  if (busy && !own) return Order(v1::SynchronizeResponse::DESIRED_CANCEL);
  if (own) {
    if (work->cancel_asked == absl::InfinitePast()) return std::nullopt;
    return Order(v1::SynchronizeResponse::DESIRED_CANCEL);
  }
  if (!work.has_value()) {
    const bool stay = group.state == GroupState::kReady ||
                      group.state == GroupState::kLaunching;
    if (stay) return std::nullopt;
    return Order(v1::SynchronizeResponse::DESIRED_EXIT);
  }
  absl::MutexLock lock(&mutex_);
  const auto open = attempts_.find(work->id);
  if (shirks || open == attempts_.end() ||
      !open->second.assignment.has_value()) {
    return std::nullopt;
  }
  auto response = Order(v1::SynchronizeResponse::DESIRED_RUN);
  *response.mutable_assignment() = *open->second.assignment;
  return response;
}

void WorkerDesk::Note(const GroupId& group, bool strays, bool shirks) {
  absl::MutexLock lock(&mutex_);
  const auto seat = seats_.find(group);
  if (seat == seats_.end()) return;
  const auto since = [&](absl::Time& time, bool holds) {
    time = holds ? std::min(time, clock_.Now()) : absl::InfiniteFuture();
  };
  since(seat->second.contact.stray_since, strays);
  since(seat->second.contact.shirks_since, shirks);
}

std::int64_t WorkerDesk::VersionOf(const GroupId& group) const {
  absl::MutexLock lock(&mutex_);
  return VersionLocked(group);
}

std::int64_t WorkerDesk::VersionLocked(const GroupId& group) const {
  const auto seat = seats_.find(group);
  return seat == seats_.end() ? 0 : seat->second.version;
}

void WorkerDesk::WaitForNews(const GroupId& group, std::int64_t seen,
                             absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  absl::MutexLock lock(&mutex_);
  while (!closed_ && VersionLocked(group) == seen) {
    if (news_.WaitWithDeadline(&mutex_, deadline)) return;
  }
}

void WorkerDesk::Adopt(const AttemptId& attempt) {
  absl::MutexLock lock(&mutex_);
  attempts_.insert_or_assign(
      attempt,
      OpenAttempt{std::nullopt, LogBudget(options_.log_lines_per_attempt)});
}

void WorkerDesk::Offer(const AttemptId& attempt, v1::Assignment assignment) {
  absl::MutexLock lock(&mutex_);
  attempts_.insert_or_assign(
      attempt, OpenAttempt{std::move(assignment),
                           LogBudget(options_.log_lines_per_attempt)});
}

void WorkerDesk::Forget(const AttemptId& attempt) {
  absl::MutexLock lock(&mutex_);
  attempts_.erase(attempt);
  progress_.erase(attempt.task);
}

void WorkerDesk::Wake(const GroupId& group) {
  absl::MutexLock lock(&mutex_);
  const auto seat = seats_.find(group);
  if (seat == seats_.end()) return;
  ++seat->second.version;
  news_.SignalAll();
}

void WorkerDesk::Forget(const GroupId& group) {
  absl::MutexLock lock(&mutex_);
  seats_.erase(group);
}

std::optional<Contact> WorkerDesk::ContactOf(const GroupId& group) const {
  absl::MutexLock lock(&mutex_);
  const auto seat = seats_.find(group);
  if (seat == seats_.end() ||
      seat->second.contact.heard == absl::InfinitePast()) {
    return std::nullopt;
  }
  return seat->second.contact;
}

std::optional<v1::Progress> WorkerDesk::ProgressOf(const TaskId& task) const {
  absl::MutexLock lock(&mutex_);
  const auto found = progress_.find(task);
  if (found == progress_.end()) return std::nullopt;
  return found->second;
}

void WorkerDesk::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  news_.SignalAll();
}

}  // namespace miv::server
