// The half of JobManager that deals with groups and attempts.

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "server/jobs/job_manager.h"
#include "server/jobs/stored_samples.h"
#include "server/jobs/task_runner.h"

namespace miv::server {
namespace {

bool IsAtWork(const Attempt& attempt) {
  return attempt.state == AttemptState::kAssigned ||
         attempt.state == AttemptState::kRunning;
}

Fault LostTooOften(const GroupEnd& end) {
  Fault fault;
  fault.reason = "WORKER_LOST";
  fault.what =
      absl::StrCat("the worker group was lost ", JobManager::kMaxAttempts,
                   " times, last: ", end.reason);
  fault.remedy =
      "Read what it printed below; if memory ran out, use a smaller network or "
      "raise the server's limit.";
  fault.output = end.output;
  return fault;
}

// A worker can rarely tell that it failed for want of disk space.
Fault WithDiskState(Fault fault, const absl::Status& space) {
  if (space.ok()) return fault;
  const Fault full = FaultOrMessage(space);
  fault.remedy = absl::StrCat(
      fault.remedy, fault.remedy.empty() ? "" : " ",
      "The server's disk is full, which may be the reason. ", full.remedy);
  return fault;
}

}  // namespace

// Makes an attempt of `task` on `group`.
absl::Status JobManager::Bind(Change& change, Task& task, Group& group,
                              AttemptId* id) {
  Attempt attempt;
  attempt.id = {task.id, ++task.attempts};
  attempt.group = group.id;
  ++group.assignments;
  MIV_RETURN_IF_ERROR(change.store().PutAttempt(attempt));
  MIV_RETURN_IF_ERROR(change.store().PutGroup(group));
  change.effects().groups.insert(group.id);
  *id = attempt.id;
  MIV_RETURN_IF_ERROR(
      TaskRunner(change, results_, plans_).EnsureRunning(task.id.job));
  return change.Move(task, TaskState::kLaunching, {.group = group.id.text()},
                     attempt.id.number);
}

absl::StatusOr<std::optional<AttemptId>> JobManager::Assign(
    const TaskId& task_id, const GroupId& group_id) {
  std::optional<AttemptId> attempt;
  MIV_RETURN_IF_ERROR(Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(Task task, change.store().GetTask(task_id));
    MIV_ASSIGN_OR_RETURN(Group group, change.store().GetGroup(group_id));
    MIV_ASSIGN_OR_RETURN(const auto work, change.store().WorkOf(group_id));
    const bool free =
        !work.has_value() && (group.state == GroupState::kReady ||
                              group.state == GroupState::kLaunching);
    if (!free || task.state != TaskState::kQueued) return absl::OkStatus();
    return Bind(change, task, group, &attempt.emplace());
  }));
  return attempt;
}

absl::StatusOr<std::optional<AttemptId>> JobManager::AssignNew(
    const NewGroup& request) {
  std::optional<AttemptId> attempt;
  MIV_RETURN_IF_ERROR(Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(Task task, change.store().GetTask(request.task));
    if (task.state != TaskState::kQueued) return absl::OkStatus();
    MIV_ASSIGN_OR_RETURN(const auto plan,
                         plans_.Get(change.store(), task.id.job));
    Group group;
    group.id = request.id;
    group.group_class = ClassOf(plan->step(task.id.index));
    group.model_key = ModelKey(*plan, task.id.index);
    group.single_use = IsSingleUse(plan->step(task.id.index));
    group.ranks = task.ranks;
    group.token_digest = request.token_digest;
    group.created = change.now();
    group.idle_since = change.now();
    return Bind(change, task, group, &attempt.emplace());
  }));
  return attempt;
}

absl::Status JobManager::Dismiss(const GroupId& id, absl::string_view reason) {
  return Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(Group group, change.store().GetGroup(id));
    MIV_ASSIGN_OR_RETURN(const auto work, change.store().WorkOf(id));
    if (work.has_value() || !IsLegalMove(group.state, GroupState::kLeaving)) {
      return absl::OkStatus();
    }
    return change.Move(group, GroupState::kLeaving, reason);
  });
}

absl::Status JobManager::Hear(const GroupId& id, std::int64_t pid) {
  return Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(Group group, change.store().GetGroup(id));
    if (pid != 0) group.pid = pid;
    if (group.state == GroupState::kLaunching) {
      return change.Move(group, GroupState::kReady, "");
    }
    return change.store().PutGroup(group);
  });
}

absl::StatusOr<std::int64_t> JobManager::Take(
    const GroupId& id, absl::Span<const v1::WorkerEvent> events) {
  std::int64_t taken = 0;
  MIV_RETURN_IF_ERROR(Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(Group group, change.store().GetGroup(id));
    for (const v1::WorkerEvent& event : events) {
      if (event.number() <= group.acknowledged) continue;
      if (event.number() != group.acknowledged + 1) {
        return absl::InvalidArgumentError(
            absl::StrCat("expected event ", group.acknowledged + 1, ", found ",
                         event.number()));
      }
      MIV_RETURN_IF_ERROR(TakeOne(change, group, event));
      group.acknowledged = event.number();
    }
    taken = group.acknowledged;
    return change.store().PutGroup(group);
  }));
  return taken;
}

absl::Status JobManager::TakeOne(Change& change, Group& group,
                                 const v1::WorkerEvent& event) {
  const auto id = AttemptId::Parse(event.assignment_id());
  if (!id.ok()) return absl::OkStatus();
  MIV_ASSIGN_OR_RETURN(auto work, change.store().WorkOf(group.id));
  // What a group says of work that is no longer its own is of no interest.
  if (!work.has_value() || work->id != *id) return absl::OkStatus();
  MIV_ASSIGN_OR_RETURN(Task task, change.store().GetTask(id->task));
  if (event.has_started() || work->state == AttemptState::kAssigned) {
    MIV_RETURN_IF_ERROR(Begin(change, group, *work, task));
  }
  if (event.has_finished()) {
    return Finish(change, group, *work, task, event.finished());
  }
  if (event.has_produced()) {
    return Show(change, group, *id, task, event.produced());
  }
  v1::Event logged;
  if (event.has_progress()) {
    *logged.mutable_progress() = event.progress();
  } else if (event.has_log()) {
    *logged.mutable_log() = event.log();
  } else if (event.has_warning()) {
    *logged.mutable_warning() = event.warning();
  } else {
    return absl::OkStatus();
  }
  return change.Log(task, id->number, logged);
}

absl::Status JobManager::Show(Change& change, const Group& group,
                              const AttemptId& attempt, Task& task,
                              const v1::Produced& produced) {
  for (v1::StoredSamples& stored : SamplesToLog(produced, task.shown_ms)) {
    stored.set_group(group.id.text());
    stored.set_attempt(attempt.text());
    v1::Event event;
    *event.mutable_stored() = std::move(stored);
    MIV_RETURN_IF_ERROR(change.Log(task, attempt.number, event));
  }
  if (!produced.last() || produced.end_ms() <= task.shown_ms) {
    return absl::OkStatus();
  }
  task.shown_ms = produced.end_ms();
  return change.store().PutTask(task);
}

absl::Status JobManager::Begin(Change& change, Group& group, Attempt& attempt,
                               Task& task) {
  if (attempt.state != AttemptState::kAssigned) return absl::OkStatus();
  MIV_RETURN_IF_ERROR(change.Move(attempt, AttemptState::kRunning));
  return change.Move(task, TaskState::kRunning,
                     {.group = group.id.text(), .group_pid = group.pid},
                     attempt.id.number);
}

absl::Status JobManager::Finish(Change& change, Group& group, Attempt& attempt,
                                Task& task, const v1::Finished& finished) {
  const bool model = group.group_class == GroupClass::kModel;
  switch (finished.outcome()) {
    case v1::Finished::OUTCOME_SUCCEEDED:
      attempt.finished = finished.SerializeAsString();
      MIV_RETURN_IF_ERROR(change.Move(attempt, AttemptState::kReported));
      return Idle(change, group, group.single_use, "its work is done");
    case v1::Finished::OUTCOME_CANCELLED:
      MIV_RETURN_IF_ERROR(
          Lose(change, attempt, task, {.reason = "the worker gave up"}));
      return Idle(change, group, model, "its task was cancelled");
    default:
      MIV_RETURN_IF_ERROR(Fail(change, attempt, task,
                               WithDiskState(FaultFromProto(finished.error()),
                                             results_.CheckSpace())));
      return Idle(change, group, model, "its task failed");
  }
}

// Without work; leaves if it must.
absl::Status JobManager::Idle(Change& change, Group& group, bool leave,
                              absl::string_view reason) {
  group.idle_since = change.now();
  if (leave && IsLegalMove(group.state, GroupState::kLeaving)) {
    return change.Move(group, GroupState::kLeaving, reason);
  }
  return change.store().PutGroup(group);
}

absl::Status JobManager::Fail(Change& change, Attempt& attempt, Task& task,
                              Fault fault) {
  fault.step = task.step;
  if (fault.what.empty()) fault.what = "the step failed without saying why";
  MIV_RETURN_IF_ERROR(
      change.Move(attempt, AttemptState::kEnded, AttemptOutcome::kFailed));
  task.error = fault;
  MIV_RETURN_IF_ERROR(
      change.Move(task, TaskState::kFailed, {}, attempt.id.number));
  MIV_ASSIGN_OR_RETURN(Job job, change.store().GetJob(task.id.job));
  if (!job.error.has_value() && !job.cancel_requested) {
    job.error = std::move(fault);
    MIV_RETURN_IF_ERROR(change.store().PutJob(job));
  }
  return TaskRunner(change, results_, plans_).AdvanceAfter(task);
}

// The attempt came to nothing: cancelled if it was asked to stop, else the task
// is queued again, or fails after too many.
absl::Status JobManager::Lose(Change& change, Attempt& attempt, Task& task,
                              const GroupEnd& end) {
  const int number = attempt.id.number;
  MIV_ASSIGN_OR_RETURN(const Job job, change.store().GetJob(task.id.job));
  if (job.cancel_requested || job.error.has_value()) {
    MIV_RETURN_IF_ERROR(
        change.Move(attempt, AttemptState::kEnded, AttemptOutcome::kCancelled));
    MIV_RETURN_IF_ERROR(change.Move(task, TaskState::kCancelled,
                                    {.reason = job.cancel_reason}, number));
    return TaskRunner(change, results_, plans_).AdvanceAfter(task);
  }
  if (end.fault.has_value()) return Fail(change, attempt, task, *end.fault);
  if (task.attempts >= kMaxAttempts) {
    return Fail(change, attempt, task, LostTooOften(end));
  }
  MIV_RETURN_IF_ERROR(
      change.Move(attempt, AttemptState::kEnded, AttemptOutcome::kLost));
  return change.Move(task, TaskState::kQueued,
                     {.reason = absl::StrCat("group lost: ", end.reason)},
                     number);
}

absl::Status JobManager::EndGroup(const GroupId& id, const GroupEnd& end) {
  return Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(Group group, change.store().GetGroup(id));
    if (group.state == GroupState::kEnded) return absl::OkStatus();
    MIV_RETURN_IF_ERROR(change.Move(group, GroupState::kEnded, end.reason));
    MIV_ASSIGN_OR_RETURN(auto work, change.store().WorkOf(id));
    if (!work.has_value()) return absl::OkStatus();
    MIV_ASSIGN_OR_RETURN(Task task, change.store().GetTask(work->id.task));
    return Lose(change, *work, task, end);
  });
}

absl::Status JobManager::FailAttempt(const AttemptId& id, const Fault& fault) {
  return Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(Attempt attempt, change.store().GetAttempt(id));
    if (attempt.state == AttemptState::kEnded) return absl::OkStatus();
    const bool at_work = IsAtWork(attempt);
    MIV_ASSIGN_OR_RETURN(Task task, change.store().GetTask(id.task));
    MIV_RETURN_IF_ERROR(Fail(change, attempt, task, fault));
    if (!at_work) return absl::OkStatus();
    MIV_ASSIGN_OR_RETURN(Group group, change.store().GetGroup(attempt.group));
    return Idle(change, group, group.single_use, "its task failed");
  });
}

absl::Status JobManager::LoseAttempt(const AttemptId& id,
                                     const std::string& reason) {
  return Apply([&](Change& change) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(Attempt attempt, change.store().GetAttempt(id));
    if (attempt.state == AttemptState::kEnded) return absl::OkStatus();
    MIV_ASSIGN_OR_RETURN(Task task, change.store().GetTask(id.task));
    return Lose(change, attempt, task, {.reason = reason});
  });
}

}  // namespace miv::server
