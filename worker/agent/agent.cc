#include "worker/agent/agent.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/platform.h"
#include "common/rpc/status.h"
#include "worker/agent/observers.h"

namespace miv::worker {
namespace {

// What the ranks need of an assignment, or the word to leave (empty).
std::string ShareAssignment(parallel::Ranks& ranks, ServerLink* link) {
  std::string bytes;
  if (ranks.is_root()) {
    if (const auto work = link->WaitForWork())
      bytes = work->SerializeAsString();
  }
  ranks.PatientBroadcast(&bytes);
  return bytes;
}

StepInputs InputsOf(const v1::Assignment& work) {
  StepInputs inputs;
  for (const auto& input : work.inputs())
    inputs[input.name()] = {input.path(), input.label()};
  return inputs;
}

absl::StatusOr<nlohmann::json> RunStep(const v1::Assignment& work,
                                       const StepTable& steps,
                                       parallel::Ranks& ranks,
                                       StepObserver& observer) {
  const auto step = steps.find(work.kind());
  if (step == steps.end())
    return absl::UnimplementedError(
        absl::StrCat("this worker has no component \"", work.kind(), "\""));
  auto config = nlohmann::json::parse(work.config_json(), nullptr, false);
  if (config.is_discarded())
    return absl::InternalError("the assignment's config is not JSON");
  StepContext ctx{std::move(config),       work.seed(), InputsOf(work),
                  work.output_directory(), ranks,       observer,
                  /*keep_segments=*/true};
  return step->second(ctx);
}

v1::Finished Outcome(const v1::Assignment& work,
                     const absl::StatusOr<nlohmann::json>& report,
                     bool cancelled) {
  v1::Finished finished;
  if (report.ok()) {
    finished.set_outcome(v1::Finished::OUTCOME_SUCCEEDED);
    nlohmann::json form = *report;
    form["platform"] = NumericPlatform();
    finished.set_report_json(form.dump());
    if (const auto files = ListFiles(work.output_directory()); files.ok())
      for (const auto& file : *files) finished.add_outputs(file);
    return finished;
  }
  const bool stopped = cancelled && absl::IsCancelled(report.status());
  finished.set_outcome(stopped ? v1::Finished::OUTCOME_CANCELLED
                               : v1::Finished::OUTCOME_FAILED);
  *finished.mutable_error() = ErrorToProto(report.status());
  if (finished.error().step().empty())
    finished.mutable_error()->set_step(work.step());
  return finished;
}

}  // namespace

absl::Status RunAssignments(parallel::Ranks& ranks, const StepTable& steps,
                            ServerLink* link) {
  while (true) {
    const std::string bytes = ShareAssignment(ranks, link);
    if (bytes.empty()) break;
    v1::Assignment work;
    work.ParseFromString(bytes);
    absl::StatusOr<nlohmann::json> report;
    if (ranks.is_root()) {
      LinkObserver observer(*link);
      report = RunStep(work, steps, ranks, observer);
      for (const auto& notes : ranks.GatherToRoot(""))
        ForwardNotes(notes, observer);
      link->Finish(Outcome(work, report, link->cancelled()));
    } else {
      NoteTaker observer;
      report = RunStep(work, steps, ranks, observer);
      ranks.GatherToRoot(observer.TakeNotes());
    }
  }
  return ranks.is_root() ? link->reason_to_leave() : absl::OkStatus();
}

}  // namespace miv::worker
