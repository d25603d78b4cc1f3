#include "server/launchers/fake_launcher.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace miv::server {
namespace {

using State = GroupStatus::State;

bool Ended(const GroupStatus& status) {
  return status.state == State::kExited || status.state == State::kGone;
}

}  // namespace

absl::Status FakeLauncher::Launch(const GroupSpec& spec) {
  absl::MutexLock lock(&mutex_);
  if (!next_failure_.ok()) return std::exchange(next_failure_, {});
  const auto [group, fresh] = groups_.try_emplace(spec.group.id);
  if (!fresh)
    return absl::AlreadyExistsError(
        absl::StrCat("group ", spec.group.id, " was launched before"));
  group->second = {slowly_ ? State::kStarting : State::kRunning, next_pid_++,
                   std::nullopt};
  launched_.push_back(spec);
  return absl::OkStatus();
}

absl::StatusOr<GroupStatus> FakeLauncher::Poll(const GroupRef& group) {
  absl::MutexLock lock(&mutex_);
  const auto found = groups_.find(group.id);
  if (found == groups_.end())
    return absl::NotFoundError(
        absl::StrCat("group ", group.id, " was never launched"));
  return found->second;
}

absl::Status FakeLauncher::Kill(const GroupRef& group) {
  absl::MutexLock lock(&mutex_);
  killed_.push_back(group.id);
  const auto found = groups_.find(group.id);
  if (found == groups_.end() || ignore_kills_ || Ended(found->second))
    return absl::OkStatus();
  found->second = {State::kExited, 0,
                   ExitRecord{.outcome = ExitOutcome::kKilled, .signal = 9}};
  return absl::OkStatus();
}

void FakeLauncher::FailNextLaunch(absl::Status status) {
  absl::MutexLock lock(&mutex_);
  next_failure_ = std::move(status);
}

void FakeLauncher::StartSlowly(bool slowly) {
  absl::MutexLock lock(&mutex_);
  slowly_ = slowly;
}

void FakeLauncher::MarkRunning(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  groups_.at(id).state = State::kRunning;
}

void FakeLauncher::Exit(const std::string& id, const ExitRecord& record) {
  absl::MutexLock lock(&mutex_);
  groups_.at(id) = {State::kExited, 0, record};
}

void FakeLauncher::Exit(const std::string& id, int code) {
  Exit(id, ExitRecord{.code = code});
}

void FakeLauncher::Vanish(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  groups_.at(id) = {State::kGone, 0, std::nullopt};
}

void FakeLauncher::IgnoreKills(bool ignore) {
  absl::MutexLock lock(&mutex_);
  ignore_kills_ = ignore;
}

std::vector<GroupSpec> FakeLauncher::launched() const {
  absl::MutexLock lock(&mutex_);
  return launched_;
}

std::vector<std::string> FakeLauncher::killed() const {
  absl::MutexLock lock(&mutex_);
  return killed_;
}

}  // namespace miv::server
