#include "server/jobs/job_manager.h"

#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "server/jobs/manifest.h"
#include "server/jobs/task_runner.h"
#include "server/jobs/worker_text.h"
#include "spdlog/spdlog.h"

namespace miv::server {
namespace {

constexpr std::size_t kMaxLine = 2000;

absl::Status RequestIdReused(absl::string_view request_id) {
  Fault fault;
  fault.reason = "REQUEST_ID_REUSED";
  fault.field = "request_id";
  fault.what = "another submission was made with this request id";
  fault.found = std::string(request_id);
  fault.remedy = "Choose a new request id for each different submission.";
  return MakeStatus(absl::StatusCode::kAlreadyExists, fault);
}

absl::StatusOr<std::optional<JobId>> FindRequest(ReadTransaction& store,
                                                 absl::string_view request_id,
                                                 absl::string_view body) {
  if (request_id.empty()) return std::nullopt;
  MIV_ASSIGN_OR_RETURN(const auto record, store.FindRequest(request_id));
  if (!record.has_value()) return std::nullopt;
  if (record->body_digest != body) return RequestIdReused(request_id);
  return record->job;
}

Task NewTask(const JobId& job, const NewJob& request, int index) {
  Task task;
  task.id = {job, index};
  task.step = request.plan->step(index).name;
  task.kind = request.plan->step(index).kind;
  task.ranks = request.ranks[index];
  return task;
}

}  // namespace

absl::Status JobManager::Apply(absl::FunctionRef<absl::Status(Change&)> body) {
  Effects effects;
  MIV_RETURN_IF_ERROR(store_.Write([&](WriteTransaction& transaction) {
    Change change(transaction, clock_.Now(), effects);
    return body(change);
  }));
  Tell(effects);
  return absl::OkStatus();
}

void JobManager::Tell(const Effects& effects) {
  for (const std::string& line : effects.lines) {
    spdlog::info(CleanText(line, kMaxLine));
  }
  log_.Grew(effects.logs);
  if (listener_ == nullptr) return;
  for (const GroupId& group : effects.groups) listener_->OnGroupChanged(group);
  for (const AttemptId& attempt : effects.publish) {
    listener_->OnReported(attempt);
  }
  // Before its group's files go, what an attempt left is put aside.
  for (const Attempt& attempt : effects.dropped) {
    listener_->OnAttemptEnded(attempt);
  }
  for (const TaskId& task : effects.salvage) listener_->OnSalvage(task);
  for (const GroupId& group : effects.ended_groups) {
    listener_->OnGroupEnded(group);
  }
  if (effects.schedule) listener_->OnQueueChanged();
}

absl::StatusOr<JobId> JobManager::Create(const NewJob& request) {
  absl::BitGen random;
  JobId id = JobId::New(random);
  plans_.Put(id, request.plan);
  MIV_RETURN_IF_ERROR(Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(
        const auto known,
        FindRequest(change.store(), request.request_id, request.body_digest));
    if (known.has_value()) {
      id = *known;
      return absl::OkStatus();
    }
    Job job;
    job.id = id;
    job.name = request.plan->pipeline.name;
    job.policy = request.policy;
    job.created = change.now();
    MIV_RETURN_IF_ERROR(change.Add(job));
    MIV_RETURN_IF_ERROR(change.store().PutPlan(id, PlanToText(*request.plan)));
    for (std::size_t i = 0; i < request.plan->pipeline.steps.size(); ++i) {
      MIV_RETURN_IF_ERROR(
          change.store().PutTask(NewTask(id, request, static_cast<int>(i))));
    }
    if (!request.request_id.empty()) {
      MIV_RETURN_IF_ERROR(change.store().PutRequest(
          {request.request_id, request.body_digest, id, change.now()}));
    }
    return TaskRunner(change, results_, plans_).Advance(id);
  }));
  return id;
}

absl::StatusOr<std::optional<JobId>> JobManager::FindCreated(
    absl::string_view request_id, absl::string_view body_digest) {
  std::optional<JobId> found;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(found, FindRequest(t, request_id, body_digest));
    return absl::OkStatus();
  }));
  return found;
}

absl::Status JobManager::Cancel(const JobId& id, const std::string& reason) {
  return Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(Job job, change.store().GetJob(id));
    if (IsFinal(job.state) || job.cancel_requested) return absl::OkStatus();
    job.cancel_requested = true;
    job.cancel_reason = reason;
    MIV_RETURN_IF_ERROR(change.store().PutJob(job));
    return TaskRunner(change, results_, plans_).Advance(id);
  });
}

absl::Status JobManager::AdvanceAll() {
  return Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(const auto jobs, change.store().LiveJobs());
    for (const Job& job : jobs) {
      MIV_RETURN_IF_ERROR(TaskRunner(change, results_, plans_).Advance(job.id));
    }
    return absl::OkStatus();
  });
}

absl::Status JobManager::RecordPublished(const AttemptId& id,
                                         const Output& output) {
  return Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(Attempt attempt, change.store().GetAttempt(id));
    attempt.published.push_back(output);
    return change.store().PutAttempt(attempt);
  });
}

absl::Status JobManager::Publish(const AttemptId& id) {
  return Apply([&](Change& change) -> absl::Status {
    WriteTransaction& store = change.store();
    MIV_ASSIGN_OR_RETURN(Attempt attempt, store.GetAttempt(id));
    if (attempt.state != AttemptState::kReported) return absl::OkStatus();
    MIV_ASSIGN_OR_RETURN(Task task, store.GetTask(id.task));
    MIV_ASSIGN_OR_RETURN(const Job job, store.GetJob(id.task.job));
    v1::Finished finished;
    finished.ParseFromString(attempt.finished);
    task.outputs = attempt.published;
    task.report_json = finished.report_json();
    MIV_RETURN_IF_ERROR(
        change.Move(attempt, AttemptState::kEnded, AttemptOutcome::kSucceeded));
    MIV_RETURN_IF_ERROR(change.LogOutputs(task, id.number));
    MIV_RETURN_IF_ERROR(
        change.Move(task, TaskState::kSucceeded, {}, id.number));
    if (job.policy != CachePolicy::kBypass) {
      MIV_ASSIGN_OR_RETURN(const auto plan, plans_.Get(store, job.id));
      MIV_ASSIGN_OR_RETURN(const auto tasks, store.TasksOf(job.id));
      MIV_ASSIGN_OR_RETURN(const auto inputs,
                           InputDigests(*plan, id.task.index, tasks));
      MIV_RETURN_IF_ERROR(store.PutCache(
          {task.cache_key, task.outputs,
           ManifestOf(*plan, task,
                      results_.KeyInputs(*plan, id.task.index, inputs.value())),
           change.now()}));
    }
    return TaskRunner(change, results_, plans_).AdvanceAfter(task);
  });
}

absl::Status JobManager::FinishSalvage(const TaskId& id,
                                       const std::vector<Output>& outputs) {
  return Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(Task task, change.store().GetTask(id));
    if (!task.salvages) return absl::OkStatus();
    task.salvages = false;
    task.outputs = outputs;
    MIV_RETURN_IF_ERROR(change.store().PutTask(task));
    MIV_RETURN_IF_ERROR(change.LogOutputs(task, task.attempts));
    return TaskRunner(change, results_, plans_).Advance(id.job);
  });
}

absl::Status JobManager::Log(const AttemptId& id, const v1::Event& event) {
  return Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(const Task task, change.store().GetTask(id.task));
    if (IsFinal(task.state)) return absl::OkStatus();
    return change.Log(task, id.number, event);
  });
}

}  // namespace miv::server
