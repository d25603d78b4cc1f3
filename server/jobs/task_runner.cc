#include "server/jobs/task_runner.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

bool IsStopping(const Job& job) {
  return job.cancel_requested || job.error.has_value();
}

std::string StopReason(const Job& job) {
  if (job.cancel_requested) {
    return job.cancel_reason.empty() ? "the job was cancelled"
                                     : job.cancel_reason;
  }
  return absl::StrCat("step \"", job.error->step, "\" failed");
}

// What the worker reported when the entry was made.
std::string ReportOf(const CacheEntry& entry) {
  const auto manifest =
      nlohmann::json::parse(entry.manifest_json, nullptr, false);
  if (!manifest.is_object() || !manifest.contains("report")) return "";
  return manifest["report"].dump();
}

}  // namespace

absl::Status TaskRunner::Advance(const JobId& job) {
  pending_.push_back(job);
  return AdvancePending();
}

absl::Status TaskRunner::AdvancePending() {
  while (!pending_.empty()) {
    const JobId next = pending_.front();
    pending_.pop_front();
    MIV_RETURN_IF_ERROR(AdvanceOne(next));
  }
  return absl::OkStatus();
}

absl::Status TaskRunner::AdvanceAfter(const Task& task) {
  pending_.push_back(task.id.job);
  MIV_RETURN_IF_ERROR(Release(task.cache_key, task.id.job));
  return AdvancePending();
}

absl::Status TaskRunner::EnsureRunning(const JobId& id) {
  MIV_ASSIGN_OR_RETURN(Job job, change_.store().GetJob(id));
  if (job.state != JobState::kQueued) return absl::OkStatus();
  return change_.Move(job, JobState::kRunning);
}

absl::Status TaskRunner::AdvanceOne(const JobId& id) {
  MIV_ASSIGN_OR_RETURN(Job job, change_.store().GetJob(id));
  if (IsFinal(job.state)) return absl::OkStatus();
  MIV_ASSIGN_OR_RETURN(const auto plan, plans_.Get(change_.store(), id));
  MIV_ASSIGN_OR_RETURN(auto tasks, change_.store().TasksOf(id));
  for (const std::size_t index : plan->pipeline.order) {
    MIV_RETURN_IF_ERROR(
        IsStopping(job)
            ? StopTask(job, tasks[index])
            : AdvanceTask(job, *plan, static_cast<int>(index), tasks));
  }
  return FinishJob(std::move(job), tasks);
}

absl::Status TaskRunner::AdvanceTask(const Job& job, const JobPlan& plan,
                                     int index, std::vector<Task>& tasks) {
  Task& task = tasks[index];
  if (task.state != TaskState::kWaiting || !IsReady(plan, index, tasks)) {
    return absl::OkStatus();
  }
  const bool key_is_new = task.cache_key.empty();
  if (key_is_new) {
    MIV_ASSIGN_OR_RETURN(const auto digests, InputDigests(plan, index, tasks));
    task.cache_key = results_.KeyOf(plan, index, digests.value());
  }
  if (job.policy == CachePolicy::kUse) {
    MIV_ASSIGN_OR_RETURN(const auto entry,
                         results_.Find(change_.store(), task.cache_key));
    if (entry.has_value()) {
      task.outputs = entry->outputs;
      task.report_json = ReportOf(*entry);
      MIV_RETURN_IF_ERROR(EnsureRunning(job.id));
      MIV_RETURN_IF_ERROR(
          change_.Move(task, TaskState::kCached, {.reason = "cached"}));
      return change_.LogOutputs(task, 0);
    }
    MIV_ASSIGN_OR_RETURN(const bool elsewhere, RunsElsewhere(task));
    if (elsewhere) {
      return key_is_new ? change_.store().PutTask(task) : absl::OkStatus();
    }
  }
  return change_.Move(task, TaskState::kQueued, {.reason = "ready"});
}

// Whether another task will leave the result in the cache.
absl::StatusOr<bool> TaskRunner::RunsElsewhere(const Task& task) {
  MIV_ASSIGN_OR_RETURN(const auto others,
                       change_.store().LiveTasksWithKey(task.cache_key));
  for (const Task& other : others) {
    if (other.id == task.id || other.state == TaskState::kWaiting) continue;
    MIV_ASSIGN_OR_RETURN(const Job job, change_.store().GetJob(other.id.job));
    if (job.policy != CachePolicy::kBypass) return true;
  }
  return false;
}

absl::Status TaskRunner::StopTask(const Job& job, Task& task) {
  const std::string reason = StopReason(job);
  switch (task.state) {
    case TaskState::kWaiting:
      return change_.Move(task, TaskState::kCancelled, {.reason = reason});
    case TaskState::kQueued:
      MIV_RETURN_IF_ERROR(
          change_.Move(task, TaskState::kCancelled, {.reason = reason}));
      return Release(task.cache_key, job.id);
    case TaskState::kLaunching:
    case TaskState::kRunning:
      return StopRunning(task, reason);
    default:
      return absl::OkStatus();
  }
}

// An attempt that its group has not begun is over at once; one that runs is
// asked to stop; one whose outputs are being published goes on.
absl::Status TaskRunner::StopRunning(Task& task, const std::string& reason) {
  MIV_ASSIGN_OR_RETURN(auto attempts, change_.store().AttemptsOf(task.id));
  if (attempts.empty()) return absl::OkStatus();
  Attempt& attempt = attempts.back();
  if (attempt.state == AttemptState::kRunning &&
      attempt.cancel_asked == absl::InfinitePast()) {
    attempt.cancel_asked = change_.now();
    change_.effects().groups.insert(attempt.group);
    return change_.store().PutAttempt(attempt);
  }
  if (attempt.state != AttemptState::kAssigned) return absl::OkStatus();
  MIV_RETURN_IF_ERROR(
      change_.Move(attempt, AttemptState::kEnded, AttemptOutcome::kCancelled));
  MIV_ASSIGN_OR_RETURN(Group group, change_.store().GetGroup(attempt.group));
  group.idle_since = change_.now();
  MIV_RETURN_IF_ERROR(change_.store().PutGroup(group));
  MIV_RETURN_IF_ERROR(change_.Move(task, TaskState::kCancelled,
                                   {.reason = reason}, attempt.id.number));
  return Release(task.cache_key, task.id.job);
}

absl::Status TaskRunner::FinishJob(Job job, const std::vector<Task>& tasks) {
  const bool ended = std::all_of(
      tasks.begin(), tasks.end(),
      [](const Task& task) { return IsFinal(task.state) && !task.salvages; });
  if (!ended) return absl::OkStatus();
  const bool good =
      std::all_of(tasks.begin(), tasks.end(),
                  [](const Task& task) { return IsGood(task.state); });
  // The job may have begun to run since it was read.
  MIV_ASSIGN_OR_RETURN(job, change_.store().GetJob(job.id));
  if (good) return change_.Move(job, JobState::kSucceeded);
  return change_.Move(
      job, job.error.has_value() ? JobState::kFailed : JobState::kCancelled);
}

// Whoever waits for the result of this key has to look again.
absl::Status TaskRunner::Release(const std::string& cache_key,
                                 const JobId& except) {
  if (cache_key.empty()) return absl::OkStatus();
  MIV_ASSIGN_OR_RETURN(const auto others,
                       change_.store().LiveTasksWithKey(cache_key));
  for (const Task& other : others) {
    if (other.state == TaskState::kWaiting && other.id.job != except) {
      pending_.push_back(other.id.job);
    }
  }
  return absl::OkStatus();
}

}  // namespace miv::server
