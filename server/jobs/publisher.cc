#include "server/jobs/publisher.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

bool Contains(const std::vector<Output>& outputs, const std::string& name) {
  return std::any_of(outputs.begin(), outputs.end(),
                     [&](const Output& output) { return output.name == name; });
}

absl::Status MissingOutput(const std::string& name) {
  Fault fault;
  fault.reason = "OUTPUT_MISSING";
  fault.what =
      absl::StrCat("the worker reported success without writing ", name);
  return MakeStatus(absl::StatusCode::kInvalidArgument, fault);
}

// The outputs that the kind promises, then the others by name.
absl::StatusOr<std::vector<std::string>> OrderedNames(
    const std::vector<std::string>& promised, const v1::Finished& finished) {
  std::vector<std::string> others(finished.outputs().begin(),
                                  finished.outputs().end());
  std::sort(others.begin(), others.end());
  others.erase(std::unique(others.begin(), others.end()), others.end());
  std::vector<std::string> names;
  for (const std::string& name : promised) {
    const auto found = std::find(others.begin(), others.end(), name);
    if (found == others.end()) return MissingOutput(name);
    others.erase(found);
    names.push_back(name);
  }
  names.insert(names.end(), others.begin(), others.end());
  return names;
}

v1::Event ProgressEvent(std::size_t done, std::size_t total) {
  v1::Event event;
  event.mutable_progress()->set_phase("publish outputs");
  event.mutable_progress()->set_done(static_cast<double>(done));
  event.mutable_progress()->set_total(static_cast<double>(total));
  event.mutable_progress()->set_unit("files");
  event.mutable_progress()->set_eta_s(-1);
  return event;
}

bool IsTransient(const absl::Status& status) {
  return absl::IsResourceExhausted(status) || absl::IsUnavailable(status);
}

}  // namespace

absl::Status Publisher::Publish(const AttemptId& id) {
  auto work = Read(id);
  absl::Status status = work.status();
  if (work.ok()) {
    if (work->attempt.state != AttemptState::kReported) return absl::OkStatus();
    status = PublishAll(*work);
    if (status.ok()) return jobs_.Publish(id);
  }
  if (IsTransient(status)) return status;
  if (absl::IsNotFound(status)) {
    return jobs_.LoseAttempt(id, "its outputs are gone");
  }
  return GiveUp(id, status);
}

absl::Status Publisher::GiveUp(const AttemptId& id,
                               const absl::Status& status) {
  Fault fault = FaultOf(status).value_or(Fault{
      .reason = "OUTPUT_UNUSABLE", .what = std::string(status.message())});
  if (fault.phase.empty()) fault.phase = "publish outputs";
  return jobs_.FailAttempt(id, fault);
}

absl::StatusOr<Publisher::Work> Publisher::Read(const AttemptId& id) {
  Work work;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(work.attempt, t.GetAttempt(id));
    MIV_ASSIGN_OR_RETURN(const Group group, t.GetGroup(work.attempt.group));
    work.group_class = group.group_class;
    MIV_ASSIGN_OR_RETURN(const auto plan, plans_.Get(t, id.task.job));
    v1::Finished finished;
    finished.ParseFromString(work.attempt.finished);
    if (work.attempt.state != AttemptState::kReported) return absl::OkStatus();
    MIV_ASSIGN_OR_RETURN(
        work.names, OrderedNames(plan->step(id.task.index).outputs, finished));
    return absl::OkStatus();
  }));
  return work;
}

// A core group runs none but our own code: its files are moved.  Those of a
// model group are copied, since a process of the user's may hold them open.
absl::Status Publisher::PublishAll(const Work& work) {
  const auto mode = work.group_class == GroupClass::kCore
                        ? ArtifactStore::PublishMode::kRename
                        : ArtifactStore::PublishMode::kCopy;
  const AttemptId& id = work.attempt.id;
  // From the folder that the group cannot replace: it owns what is below.
  const std::string directory =
      workspace_.RefOf(work.attempt.group).directory + "/work";
  for (std::size_t i = 0; i < work.names.size(); ++i) {
    const std::string& name = work.names[i];
    if (Contains(work.attempt.published, name)) continue;
    MIV_RETURN_IF_ERROR(jobs_.Log(id, ProgressEvent(i, work.names.size())));
    const std::string file = absl::StrCat(id.text(), "/", name);
    MIV_ASSIGN_OR_RETURN(const ArtifactInfo info,
                         artifacts_.PublishFile(directory, file, mode));
    MIV_RETURN_IF_ERROR(
        jobs_.RecordPublished(id, {name, info.digest, info.size}));
    artifacts_.ForgetMoved(directory, file);
  }
  return absl::OkStatus();
}

}  // namespace miv::server
