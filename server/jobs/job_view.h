#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/jobs/plan.h"
#include "server/model/records.h"
#include "server/store/store.h"

namespace miv::server {

/// A task with the group of its latest attempt.
struct TaskView {
  Task task;
  std::string group;           ///< "" before the first attempt
  std::int64_t group_pid = 0;  ///< of its shepherd
};

/// A job as a user sees it.
struct JobView {
  Job job;
  std::vector<TaskView> tasks;  ///< in the order of the pipeline
};

/// Errors: NotFound JOB_NOT_FOUND.
absl::StatusOr<JobView> ReadJobView(Store& store, const JobId& id);

/// What a job was made of.
struct JobContent {
  JobPlan plan;
  /// Per step: digests by role, empty while an input is not there.
  std::vector<std::map<std::string, std::string>> inputs;
};

/// Errors: NotFound JOB_NOT_FOUND; as PlanFromText.
absl::StatusOr<JobContent> ReadJobContent(Store& store, const JobId& id);

/// The id that a user wrote.  Errors: NotFound JOB_NOT_FOUND if it is none.
absl::StatusOr<JobId> ParseJobId(absl::string_view text);

}  // namespace miv::server
