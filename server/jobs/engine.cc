#include "server/jobs/engine.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace miv::server {
namespace {

constexpr absl::Duration kSuperviseBusy = absl::Milliseconds(100);
constexpr absl::Duration kSuperviseIdle = absl::Seconds(5);
constexpr absl::Duration kLeavePause = absl::Milliseconds(20);
constexpr absl::Duration kAfterError = absl::Seconds(1);
constexpr absl::Duration kTidyPeriod = absl::Hours(1);
// A folder may be younger than its group's record.
constexpr absl::Duration kYoungFolder = absl::Minutes(10);
constexpr int kPublishTries = 60;
constexpr absl::Duration kPublishPause = absl::Seconds(5);

void LogError(const char* doing, const absl::Status& status) {
  if (!status.ok()) spdlog::error("{}: {}", doing, status.ToString());
}

}  // namespace

Engine::Engine(Store& store, ArtifactStore& artifacts, Launcher& launcher,
               PreflightRunner& preflight, const Clock& clock,
               EngineOptions options)
    : store_(store),
      artifacts_(artifacts),
      launcher_(launcher),
      clock_(clock),
      options_(std::move(options)),
      results_(artifacts),
      workspace_(options_.groups_root, artifacts),
      samples_(workspace_),
      log_(store, &samples_),
      jobs_(store, results_, plans_, log_, clock),
      preflight_(store, artifacts, preflight, clock, options_.preflight_root,
                 options_.worker_version),
      submitter_(jobs_, store, artifacts, results_, preflight_,
                 options_.submissions),
      desk_(jobs_, store, launcher, workspace_, clock, options_.desk),
      publisher_(jobs_, store, artifacts, plans_, workspace_),
      salvager_(jobs_, store, artifacts, workspace_, preflight,
                options_.preflight_root),
      dispatcher_(
          jobs_, store, plans_, launcher, desk_, workspace_, clock,
          options_.scheduler, options_.groups,
          [this](const std::string& mechanisms) {
            return preflight_.LibraryFor(mechanisms);
          },
          [this](std::function<void()> work) {
            preparing_.Post(std::move(work));
          }),
      supervisor_(jobs_, store, launcher, desk_, workspace_, clock,
                  options_.supervisor) {
  jobs_.SetListener(this);
}

Engine::~Engine() {
  Close();
  dispatching_.Stop();
  supervising_.Stop();
  preparing_.Stop();
  publishing_.Stop();
  cleaning_.Stop();
  salvaging_.Stop();
}

void Engine::DismissIdle(absl::Duration limit) {
  dispatching_.Stop();
  std::vector<Group> groups;
  LogError("dismiss", store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(groups, t.LiveGroups());
    return absl::OkStatus();
  }));
  for (const Group& group : groups) {
    LogError("dismiss", jobs_.Dismiss(group.id, "the server stops"));
  }
  const absl::Time deadline = absl::Now() + limit;
  while (HasLeavingGroups() && absl::Now() < deadline) {
    supervising_.Wake();
    absl::SleepFor(kLeavePause);
  }
}

bool Engine::HasLeavingGroups() {
  bool leaving = false;
  LogError("dismiss", store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(const auto groups, t.LiveGroups());
    leaving = std::any_of(groups.begin(), groups.end(), [](const Group& g) {
      return g.state == GroupState::kLeaving;
    });
    return absl::OkStatus();
  }));
  return leaving;
}

void Engine::Close() {
  log_.Close();
  desk_.Close();
}

absl::Status Engine::Start() {
  MIV_RETURN_IF_ERROR(Recover());
  dispatching_.Start();
  supervising_.Start();
  return absl::OkStatus();
}

absl::Status Engine::Recover() {
  std::vector<Group> groups;
  std::vector<Attempt> attempts;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(groups, t.LiveGroups());
    MIV_ASSIGN_OR_RETURN(attempts, t.LiveAttempts());
    return absl::OkStatus();
  }));
  for (const Group& group : groups) {
    const auto status = launcher_.Poll(workspace_.RefOf(group.id));
    // On record but never started: the server died in between.
    if (absl::IsNotFound(status.status())) {
      MIV_RETURN_IF_ERROR(
          jobs_.EndGroup(group.id, {.reason = "it was never started"}));
    } else {
      spdlog::info("group={} pid={} adopted=true", group.id.text(), group.pid);
    }
  }
  for (const Attempt& attempt : attempts) MIV_RETURN_IF_ERROR(Adopt(attempt));
  MIV_RETURN_IF_ERROR(ResumeSalvages());
  return jobs_.AdvanceAll();
}

absl::Status Engine::ResumeSalvages() {
  std::vector<TaskId> tasks;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(const auto jobs, t.LiveJobs());
    for (const Job& job : jobs) {
      MIV_ASSIGN_OR_RETURN(const auto of_job, t.TasksOf(job.id));
      for (const Task& task : of_job) {
        if (task.salvages) tasks.push_back(task.id);
      }
    }
    return absl::OkStatus();
  }));
  for (const TaskId& task : tasks) OnSalvage(task);
  return absl::OkStatus();
}

absl::Status Engine::Adopt(const Attempt& known) {
  Attempt attempt;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(attempt, t.GetAttempt(known.id));
    return absl::OkStatus();
  }));
  switch (attempt.state) {
    case AttemptState::kAssigned:
      preparing_.Post([this, id = attempt.id] {
        dispatcher_.Prepare(id, /*launch=*/false);
      });
      break;
    case AttemptState::kRunning:
      desk_.Adopt(attempt.id);
      break;
    case AttemptState::kReported:
      OnReported(attempt.id);
      break;
    case AttemptState::kEnded:
      break;
  }
  return absl::OkStatus();
}

absl::Duration Engine::DispatchRound() {
  const auto wake = dispatcher_.RunOnce();
  if (wake.ok()) return *wake - clock_.Now();
  LogError("dispatch", wake.status());
  return kAfterError;
}

absl::Duration Engine::SuperviseRound() {
  PostDueRetries();
  if (clock_.Now() >= tidied_ + kTidyPeriod) {
    tidied_ = clock_.Now();
    cleaning_.Post([this] { Tidy(); });
  }
  const auto up = supervisor_.RunOnce();
  if (!up.ok()) {
    LogError("supervise", up.status());
    return kAfterError;
  }
  return *up > 0 ? kSuperviseBusy : kSuperviseIdle;
}

void Engine::OnQueueChanged() { dispatching_.Wake(); }

void Engine::OnGroupChanged(const GroupId& group) {
  desk_.Wake(group);
  supervising_.Wake();
}

void Engine::OnGroupEnded(const GroupId& group) {
  cleaning_.Post([this, group] { CleanGroup(group); });
}

void Engine::OnReported(const AttemptId& attempt) {
  publishing_.Post([this, attempt] { PublishOrRetry(attempt, 0); });
}

void Engine::OnAttemptEnded(const Attempt& attempt) {
  desk_.Forget(attempt.id);
  cleaning_.Post([this, id = attempt.id, group = attempt.group] {
    LogError("keep segments", workspace_.KeepSegments(group, id));
    LogError("clean up", workspace_.RemoveAttempt(group, id));
    CleanGroup(group);
  });
}

void Engine::OnSalvage(const TaskId& task) {
  salvaging_.Post(
      [this, task] { LogError("salvage", salvager_.Salvage(task)); });
}

// A full disk or a shared volume that is away may come back.
void Engine::PublishOrRetry(const AttemptId& attempt, int tries) {
  const absl::Status status = publisher_.Publish(attempt);
  if (status.ok()) return;
  spdlog::warn("attempt={} publish=\"{}\" tries={}", attempt.text(),
               status.ToString(), tries + 1);
  if (tries + 1 >= kPublishTries) {
    LogError("publish", publisher_.GiveUp(attempt, status));
    return;
  }
  absl::MutexLock lock(&mutex_);
  retries_.push_back({attempt, tries + 1, clock_.Now() + kPublishPause});
}

void Engine::PostDueRetries() {
  std::vector<Retry> due;
  {
    absl::MutexLock lock(&mutex_);
    const auto later = std::stable_partition(
        retries_.begin(), retries_.end(),
        [&](const Retry& retry) { return retry.due > clock_.Now(); });
    due.assign(later, retries_.end());
    retries_.erase(later, retries_.end());
  }
  for (const Retry& retry : due) {
    publishing_.Post(
        [this, retry] { PublishOrRetry(retry.attempt, retry.tries); });
  }
}

// The folder of a group that is gone, once no output in it waits to be
// published.
void Engine::CleanGroup(const GroupId& id) {
  bool done = false;
  const absl::Status read =
      store_.Read([&](ReadTransaction& t) -> absl::Status {
        MIV_ASSIGN_OR_RETURN(const Group group, t.GetGroup(id));
        MIV_ASSIGN_OR_RETURN(const auto attempts, t.LiveAttempts());
        done = group.state == GroupState::kEnded &&
               std::none_of(attempts.begin(), attempts.end(),
                            [&](const Attempt& a) { return a.group == id; });
        return absl::OkStatus();
      });
  LogError("clean up", read);
  if (done) LogError("clean up", workspace_.RemoveGroupFiles(id));
}

void Engine::Tidy() {
  const absl::Time now = clock_.Now();
  std::set<std::string> keep;
  const absl::Status read =
      store_.Read([&](ReadTransaction& t) -> absl::Status {
        MIV_ASSIGN_OR_RETURN(const auto groups, t.LiveGroups());
        for (const Group& group : groups) keep.insert(group.id.text());
        MIV_ASSIGN_OR_RETURN(const auto attempts, t.LiveAttempts());
        for (const Attempt& a : attempts) keep.insert(a.group.text());
        return absl::OkStatus();
      });
  LogError("tidy", read);
  if (!read.ok()) return;
  const Retention& retention = options_.retention;
  LogError("tidy", workspace_.Sweep(keep, now - kYoungFolder,
                                    now - retention.group_output));
  TidySegments(now - retention.job_details);
  LogError("tidy", artifacts_.RemoveStaleUploads(
                       absl::ToDoubleSeconds(retention.unfinished_upload)));
  LogError("tidy", store_.Write([&](WriteTransaction& t) {
    return t.TrimLogs(now - retention.job_details).status();
  }));
}

// Segment files go with the events that refer to them.
void Engine::TidySegments(absl::Time before) {
  for (const AttemptId& attempt : workspace_.AttemptsWithSegments()) {
    bool old = false;
    const absl::Status read =
        store_.Read([&](ReadTransaction& t) -> absl::Status {
          const auto job = t.GetJob(attempt.task.job);
          if (absl::IsNotFound(job.status())) old = true;
          if (job.ok()) old = IsFinal(job->state) && job->ended < before;
          return absl::OkStatus();
        });
    LogError("tidy", read);
    if (old) LogError("tidy", workspace_.RemoveSegments(attempt));
  }
}

}  // namespace miv::server
