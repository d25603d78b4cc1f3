#include "server/jobs/job_view.h"

#include <utility>

#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "server/jobs/worker_text.h"

namespace miv::server {
namespace {

absl::Status NoSuchJob(absl::string_view id) {
  Fault fault;
  fault.reason = "JOB_NOT_FOUND";
  fault.field = "job_id";
  fault.what = "there is no such job";
  fault.found = CleanText(id, 80);
  fault.remedy = "\"miv jobs\" lists those that there are.";
  return MakeStatus(absl::StatusCode::kNotFound, fault);
}

}  // namespace

absl::StatusOr<JobId> ParseJobId(absl::string_view text) {
  auto id = JobId::Parse(text);
  if (!id.ok()) return NoSuchJob(text);
  return id;
}

absl::StatusOr<JobView> ReadJobView(Store& store, const JobId& id) {
  JobView view;
  MIV_RETURN_IF_ERROR(store.Read([&](ReadTransaction& t) -> absl::Status {
    auto job = t.GetJob(id);
    if (absl::IsNotFound(job.status())) return NoSuchJob(id.text());
    MIV_RETURN_IF_ERROR(job.status());
    view.job = *std::move(job);
    MIV_ASSIGN_OR_RETURN(auto tasks, t.TasksOf(id));
    for (Task& task : tasks) {
      TaskView one{std::move(task), "", 0};
      MIV_ASSIGN_OR_RETURN(const auto attempts, t.AttemptsOf(one.task.id));
      if (!attempts.empty()) {
        MIV_ASSIGN_OR_RETURN(const Group group,
                             t.GetGroup(attempts.back().group));
        one.group = group.id.text();
        one.group_pid = group.pid;
      }
      view.tasks.push_back(std::move(one));
    }
    return absl::OkStatus();
  }));
  return view;
}

absl::StatusOr<JobContent> ReadJobContent(Store& store, const JobId& id) {
  JobContent content;
  MIV_RETURN_IF_ERROR(store.Read([&](ReadTransaction& t) -> absl::Status {
    const auto plan = t.GetPlan(id);
    if (absl::IsNotFound(plan.status())) return NoSuchJob(id.text());
    MIV_RETURN_IF_ERROR(plan.status());
    MIV_ASSIGN_OR_RETURN(content.plan, PlanFromText(*plan));
    MIV_ASSIGN_OR_RETURN(const auto tasks, t.TasksOf(id));
    for (std::size_t k = 0; k < tasks.size(); ++k) {
      MIV_ASSIGN_OR_RETURN(
          auto digests, InputDigests(content.plan, static_cast<int>(k), tasks));
      content.inputs.push_back(
          digests.value_or(std::map<std::string, std::string>()));
    }
    return absl::OkStatus();
  }));
  return content;
}

}  // namespace miv::server
