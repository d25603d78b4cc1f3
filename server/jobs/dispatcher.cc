#include "server/jobs/dispatcher.h"

#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace miv::server {
namespace {

GroupView ViewOf(const Group& group) {
  GroupView view;
  view.id = group.id;
  view.state = group.state;
  view.group_class = group.group_class;
  view.model_key = group.model_key;
  view.ranks = group.ranks;
  view.single_use = group.single_use;
  view.idle_since = group.idle_since;
  return view;
}

QueuedTask QueuedOf(const Task& task, const JobPlan& plan) {
  QueuedTask queued;
  queued.id = task.id;
  queued.group_class = ClassOf(plan.step(task.id.index));
  queued.model_key = ModelKey(plan, task.id.index);
  queued.ranks = task.ranks;
  queued.single_use = IsSingleUse(plan.step(task.id.index));
  queued.queued = task.queued;
  return queued;
}

// Whether another try could end differently.
bool IsDeterministic(const absl::Status& status) {
  return absl::IsInvalidArgument(status) ||
         absl::IsFailedPrecondition(status) || absl::IsPermissionDenied(status);
}

Fault LaunchFault(const absl::Status& status) {
  return FaultOf(status).value_or(
      Fault{.reason = "LAUNCH_REFUSED", .what = std::string(status.message())});
}

Fault PreparationFault(const absl::Status& status) {
  Fault fault = FaultOf(status).value_or(Fault{
      .reason = "INPUTS_UNAVAILABLE", .what = std::string(status.message())});
  if (fault.phase.empty()) fault.phase = "prepare inputs";
  if (absl::IsNotFound(status) && fault.remedy.empty()) {
    fault.remedy =
        "Submit the pipeline again: what is missing will be made anew.";
  }
  return fault;
}

}  // namespace

Dispatcher::Dispatcher(JobManager& jobs, Store& store, PlanCache& plans,
                       Launcher& launcher, WorkerDesk& desk,
                       const Workspace& workspace, const Clock& clock,
                       SchedulerOptions scheduler, GroupSettings groups,
                       LibrarySource library,
                       std::function<void(std::function<void()>)> post)
    : jobs_(jobs),
      store_(store),
      plans_(plans),
      launcher_(launcher),
      desk_(desk),
      workspace_(workspace),
      clock_(clock),
      scheduler_(scheduler),
      groups_(std::move(groups)),
      library_(std::move(library)),
      post_(std::move(post)) {}

absl::StatusOr<absl::Time> Dispatcher::RunOnce() {
  MIV_ASSIGN_OR_RETURN(const Snapshot snapshot, TakeSnapshot());
  const Decisions decisions = Decide(snapshot, scheduler_);
  for (const GroupId& group : decisions.dismiss) {
    MIV_RETURN_IF_ERROR(jobs_.Dismiss(group, "idle"));
  }
  for (const server::Assign& assign : decisions.assign) {
    MIV_ASSIGN_OR_RETURN(const auto attempt,
                         jobs_.Assign(assign.task, assign.group));
    if (!attempt.has_value()) continue;
    post_([this, id = *attempt] { Prepare(id, /*launch=*/false); });
  }
  for (const TaskId& task : decisions.launch) {
    MIV_RETURN_IF_ERROR(Launch(task));
  }
  return decisions.wake;
}

absl::StatusOr<Snapshot> Dispatcher::TakeSnapshot() {
  Snapshot snapshot;
  snapshot.now = clock_.Now();
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(const auto tasks, t.TasksIn(TaskState::kQueued));
    for (const Task& task : tasks) {
      MIV_ASSIGN_OR_RETURN(const auto plan, plans_.Get(t, task.id.job));
      snapshot.queued.push_back(QueuedOf(task, *plan));
    }
    MIV_ASSIGN_OR_RETURN(const auto groups, t.LiveGroups());
    for (const Group& group : groups) {
      GroupView view = ViewOf(group);
      MIV_ASSIGN_OR_RETURN(const auto work, t.WorkOf(group.id));
      view.busy = work.has_value();
      if (view.busy) view.job = work->id.task.job;
      snapshot.groups.push_back(std::move(view));
    }
    return absl::OkStatus();
  }));
  return snapshot;
}

absl::Status Dispatcher::Launch(const TaskId& task) {
  absl::BitGen random;
  const GroupId group = GroupId::New(random);
  // The folder and its token come first: a group that is on record can start.
  MIV_ASSIGN_OR_RETURN(const std::string token, workspace_.CreateGroup(group));
  MIV_ASSIGN_OR_RETURN(const auto attempt,
                       jobs_.AssignNew({task, group, DigestOf(token)}));
  if (!attempt.has_value()) return workspace_.RemoveGroupFiles(group);
  post_([this, id = *attempt] { Prepare(id, /*launch=*/true); });
  return absl::OkStatus();
}

void Dispatcher::Prepare(const AttemptId& id, bool launch) {
  const auto order = ReadOrder(id);
  if (!order.ok()) {
    spdlog::error("attempt={} error=\"{}\"", id.text(),
                  order.status().ToString());
    return;
  }
  const absl::Status status = Carry(*order, launch);
  if (!status.ok()) {
    spdlog::error("attempt={} error=\"{}\"", id.text(), status.ToString());
  }
}

absl::Status Dispatcher::Carry(const Order& order, bool launch) {
  const AttemptId& id = order.attempt.id;
  if (order.attempt.state != AttemptState::kAssigned) {
    if (!launch) return absl::OkStatus();
    return jobs_.EndGroup(order.group.id, {.reason = "no longer needed"});
  }
  if (launch) {
    const absl::Status started = StartGroup(order.group);
    if (!started.ok()) {
      GroupEnd end{.reason = std::string(started.message())};
      if (IsDeterministic(started)) end.fault = LaunchFault(started);
      return jobs_.EndGroup(order.group.id, end);
    }
  }
  const absl::Status placed = PutInPlace(order);
  if (placed.ok()) return absl::OkStatus();
  return jobs_.FailAttempt(id, PreparationFault(placed));
}

absl::StatusOr<Dispatcher::Order> Dispatcher::ReadOrder(const AttemptId& id) {
  Order order;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(order.attempt, t.GetAttempt(id));
    MIV_ASSIGN_OR_RETURN(order.group, t.GetGroup(order.attempt.group));
    MIV_ASSIGN_OR_RETURN(order.plan, plans_.Get(t, id.task.job));
    MIV_ASSIGN_OR_RETURN(const auto tasks, t.TasksOf(id.task.job));
    MIV_ASSIGN_OR_RETURN(auto inputs,
                         InputDigests(*order.plan, id.task.index, tasks));
    order.inputs = std::move(inputs).value();
    return absl::OkStatus();
  }));
  return order;
}

absl::Status Dispatcher::StartGroup(const Group& group) {
  GroupSpec spec;
  spec.group = workspace_.RefOf(group.id);
  spec.ranks = group.ranks;
  spec.command = {groups_.worker_path, "--socket",
                  groups_.socket_directory + "/workers.sock", "--token-file",
                  spec.group.directory + "/token"};
  spec.socket_directory = groups_.socket_directory;
  spec.limits = groups_.limits;
  spec.sandbox = groups_.sandbox;
  spec.user_code =
      groups_.serves_others && group.group_class == GroupClass::kModel;
  return launcher_.Launch(spec);
}

absl::Status Dispatcher::PutInPlace(const Order& order) {
  const AttemptId& id = order.attempt.id;
  std::string library;
  if (const auto mechanisms = order.inputs.find("mechanisms");
      mechanisms != order.inputs.end()) {
    MIV_ASSIGN_OR_RETURN(library, library_(mechanisms->second));
  }
  MIV_ASSIGN_OR_RETURN(v1::Assignment assignment,
                       workspace_.Prepare({id, order.group.id, *order.plan,
                                           order.inputs, library}));
  desk_.Offer(id, std::move(assignment));
  desk_.Wake(order.group.id);
  // It may have ended meanwhile, and its listeners with it.
  MIV_ASSIGN_OR_RETURN(const Order now, ReadOrder(id));
  if (now.attempt.state != AttemptState::kEnded) return absl::OkStatus();
  desk_.Forget(id);
  return workspace_.RemoveAttempt(order.group.id, id);
}

}  // namespace miv::server
