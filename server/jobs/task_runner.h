#pragma once

// What becomes of the tasks of a job as others end: reuse, wait for the same
// work elsewhere, queue, or be cancelled; and when the job has ended.

#include <deque>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/jobs/change.h"
#include "server/jobs/plan_cache.h"
#include "server/jobs/result_cache.h"

namespace miv::server {

/// Acts within one change.
class TaskRunner {
 public:
  TaskRunner(Change& change, ResultCache& results, PlanCache& plans)
      : change_(change), results_(results), plans_(plans) {}

  /// Moves every task of the job that can move, then the job.  Jobs that wait
  /// for a result of this one are moved too.
  absl::Status Advance(const JobId& job);

  /// After `task` came to a final state: its job, and every task elsewhere that
  /// waits for the same result.
  absl::Status AdvanceAfter(const Task& task);

  /// QUEUED becomes RUNNING; any other state stays.
  absl::Status EnsureRunning(const JobId& job);

 private:
  absl::Status AdvancePending();
  absl::Status AdvanceOne(const JobId& id);
  absl::Status AdvanceTask(const Job& job, const JobPlan& plan, int index,
                           std::vector<Task>& tasks);
  absl::Status StopTask(const Job& job, Task& task);
  absl::Status StopRunning(Task& task, const std::string& reason);
  absl::Status FinishJob(Job job, const std::vector<Task>& tasks);
  absl::StatusOr<bool> RunsElsewhere(const Task& task);
  absl::Status Release(const std::string& cache_key, const JobId& except);

  Change& change_;
  ResultCache& results_;
  PlanCache& plans_;
  std::deque<JobId> pending_;
};

}  // namespace miv::server
