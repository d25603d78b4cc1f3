#include "server/jobs/change.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"

namespace miv::server {
namespace {

static_assert(static_cast<int>(JobState::kQueued) == v1::JOB_STATE_QUEUED);
static_assert(static_cast<int>(JobState::kCancelled) ==
              v1::JOB_STATE_CANCELLED);
static_assert(static_cast<int>(TaskState::kWaiting) == v1::TASK_STATE_WAITING);
static_assert(static_cast<int>(TaskState::kCancelled) ==
              v1::TASK_STATE_CANCELLED);

// What is shown to the operator of an error: its reason or the beginning of
// its story.
std::string ErrorField(const std::optional<Fault>& error) {
  if (!error.has_value()) return "";
  return absl::StrCat(
      " error=\"", error->reason.empty() ? error->what : error->reason, "\"");
}

// Whether a task that came to nothing may have segment files.
bool MayHaveLeftResults(const Task& task) {
  const bool lost =
      task.state == TaskState::kFailed || task.state == TaskState::kCancelled;
  return lost && task.attempts > 0 && task.kind == "simulation";
}

std::string Quoted(absl::string_view reason) {
  if (reason.empty()) return "";
  return absl::StrCat(" reason=\"", reason, "\"");
}

}  // namespace

v1::JobState ToProto(JobState state) {
  return static_cast<v1::JobState>(static_cast<int>(state));
}

v1::TaskState ToProto(TaskState state) {
  return static_cast<v1::TaskState>(static_cast<int>(state));
}

absl::Status Change::Append(const JobId& job, LogEntry entry,
                            const v1::Event& event) {
  entry.time = now_;
  entry.payload = event.SerializeAsString();
  MIV_ASSIGN_OR_RETURN(effects_.logs[job], transaction_.AppendLog(job, entry));
  return absl::OkStatus();
}

absl::Status Change::Add(const Job& job) {
  MIV_RETURN_IF_ERROR(transaction_.PutJob(job));
  v1::Event event;
  event.mutable_job_state()->set_to(ToProto(job.state));
  effects_.lines.push_back(absl::StrCat("job=", job.id.text(), " name=\"",
                                        job.name,
                                        "\" to=", StateName(job.state)));
  return Append(job.id, {}, event);
}

absl::Status Change::Move(Job& job, JobState to) {
  MIV_RETURN_IF_ERROR(CheckMove(job.state, to));
  v1::Event event;
  event.mutable_job_state()->set_from(ToProto(job.state));
  event.mutable_job_state()->set_to(ToProto(to));
  if (to == JobState::kFailed && job.error.has_value()) {
    *event.mutable_job_state()->mutable_error() = FaultToProto(*job.error);
  }
  effects_.lines.push_back(
      absl::StrCat("job=", job.id.text(), " from=", StateName(job.state),
                   " to=", StateName(to), ErrorField(job.error)));
  job.state = to;
  if (to == JobState::kRunning) job.started = now_;
  if (IsFinal(to)) job.ended = now_;
  MIV_RETURN_IF_ERROR(transaction_.PutJob(job));
  MIV_RETURN_IF_ERROR(Append(job.id, {}, event));
  if (!IsFinal(to)) return absl::OkStatus();
  v1::Event end;
  end.mutable_end()->set_state(ToProto(to));
  return Append(job.id, {}, end);
}

absl::Status Change::Move(Task& task, TaskState to, const Cause& cause,
                          int attempt) {
  MIV_RETURN_IF_ERROR(CheckMove(task.state, to));
  v1::Event event;
  auto& change = *event.mutable_task_state();
  change.set_from(ToProto(task.state));
  change.set_to(ToProto(to));
  change.set_reason(cause.reason);
  change.set_group(cause.group);
  change.set_group_pid(cause.group_pid);
  if (to == TaskState::kFailed && task.error.has_value()) {
    *change.mutable_error() = FaultToProto(*task.error);
  }
  effects_.lines.push_back(absl::StrCat(
      "job=", task.id.job.text(), " step=", task.step, " attempt=", attempt,
      " from=", StateName(task.state), " to=", StateName(to),
      cause.group.empty() ? "" : absl::StrCat(" group=", cause.group),
      Quoted(cause.reason), ErrorField(task.error)));
  task.state = to;
  if (to == TaskState::kQueued) task.queued = now_;
  if (to == TaskState::kRunning) task.started = now_;
  if (IsFinal(to)) task.ended = now_;
  if (MayHaveLeftResults(task)) {
    task.salvages = true;
    effects_.salvage.push_back(task.id);
  }
  effects_.schedule = true;
  MIV_RETURN_IF_ERROR(transaction_.PutTask(task));
  return Append(task.id.job, {.step = task.step, .attempt = attempt}, event);
}

absl::Status Change::Move(Attempt& attempt, AttemptState to,
                          AttemptOutcome outcome) {
  MIV_RETURN_IF_ERROR(CheckMove(attempt.state, to));
  attempt.state = to;
  attempt.outcome = outcome;
  if (to == AttemptState::kRunning) attempt.started = now_;
  if (to == AttemptState::kReported) effects_.publish.push_back(attempt.id);
  if (to == AttemptState::kEnded) {
    attempt.ended = now_;
    attempt.finished.clear();
    effects_.dropped.push_back(attempt);
  }
  effects_.groups.insert(attempt.group);
  effects_.schedule = true;
  return transaction_.PutAttempt(attempt);
}

absl::Status Change::Move(Group& group, GroupState to,
                          absl::string_view reason) {
  MIV_RETURN_IF_ERROR(CheckMove(group.state, to));
  effects_.lines.push_back(absl::StrCat(
      "group=", group.id.text(), " pid=", group.pid,
      " from=", StateName(group.state), " to=", StateName(to), Quoted(reason)));
  group.state = to;
  if (to == GroupState::kLeaving) group.leaving_since = now_;
  if (to == GroupState::kEnded) {
    group.ended = now_;
    effects_.ended_groups.push_back(group.id);
  }
  effects_.groups.insert(group.id);
  effects_.schedule = true;
  return transaction_.PutGroup(group);
}

absl::Status Change::Log(const Task& task, int attempt,
                         const v1::Event& event) {
  LogEntry entry{.step = task.step, .attempt = attempt};
  entry.detail = event.has_progress() || event.has_log() ||
                 event.has_warning() || event.has_stored();
  return Append(task.id.job, std::move(entry), event);
}

absl::Status Change::LogOutputs(const Task& task, int attempt) {
  for (const Output& output : task.outputs) {
    v1::Event event;
    event.mutable_artifact()->set_name(output.name);
    event.mutable_artifact()->set_digest(output.digest);
    event.mutable_artifact()->set_size(output.size);
    MIV_RETURN_IF_ERROR(Log(task, attempt, event));
  }
  return absl::OkStatus();
}

}  // namespace miv::server
