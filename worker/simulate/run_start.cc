#include "worker/simulate/run_start.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/simulate/checkpoint/checkpoint_file.h"

namespace miv::simulate {
namespace {

/// Hidden, so that it is no output of the step.
constexpr char kWorkingFile[] = ".checkpoint";
constexpr char kSavedFile[] = "checkpoint.miv";

CheckpointHeader HeaderOf(const worker::StepContext& ctx,
                          const SimulationConfig& config, const Model& model) {
  CheckpointHeader header;
  header.dt_ms = config.dt_ms;
  header.secondorder = config.secondorder;
  header.neuron = model.engine->version();
  header.run_digest = RunDigest(ctx.config, ctx.seed);
  return header;
}

void WarnOfHiddenState(worker::StepContext& ctx, const SimulationConfig& config,
                       const Model& model) {
  if (model.hidden_state.empty() || !ctx.ranks.is_root()) return;
  std::string then;
  if (config.checkpoint_interval_ms > 0) {
    then = config.resume_inexact
               ? " A run whose group is lost goes on from its last checkpoint, "
                 "as resume: allow_inexact says."
               : " A run whose group is lost starts again from 0 ms, unless "
                 "resume: allow_inexact is set.";
  }
  ctx.observer.Warning(absl::StrCat(
      "resume: not exact. A checkpoint does not hold what these keep to "
      "themselves: ",
      absl::StrJoin(model.hidden_state, "; "),
      ". FUNCTION bbsavestate in a mechanism puts that right.", then));
}

absl::Status Mismatch(absl::string_view what, std::string expected,
                      std::string found) {
  Fault fault;
  fault.reason = "CHECKPOINT_DIFFERS";
  fault.field = "start_from";
  fault.what = std::string(what);
  fault.expected = std::move(expected);
  fault.found = std::move(found);
  return InvalidInput(fault);
}

absl::Status CheckFits(const CheckpointHeader& header,
                       const SimulationConfig& config) {
  if (header.dt_ms != config.dt_ms) {
    return Mismatch("the run of the checkpoint had another dt",
                    absl::StrCat("dt ", header.dt_ms, " ms"),
                    absl::StrCat(config.dt_ms));
  }
  if (header.secondorder != config.secondorder) {
    return Mismatch("the run of the checkpoint had another secondorder",
                    absl::StrCat(header.secondorder),
                    absl::StrCat(config.secondorder));
  }
  if (header.t_ms + config.dt_ms / 2 >= config.t_end_ms) {
    return Mismatch("the checkpoint is not before t_end",
                    absl::StrCat("t_end above ", header.t_ms, " ms"),
                    absl::StrCat(config.t_end_ms));
  }
  return absl::OkStatus();
}

/// Collective: the file, opened by every rank.
absl::StatusOr<CheckpointFile> OpenInput(worker::StepContext& ctx,
                                         absl::string_view role) {
  MIV_ASSIGN_OR_RETURN(const worker::StepInput input,
                       worker::InputOf(ctx, role));
  auto file = CheckpointFile::Open(input.path, input.label);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(file.status()));
  return file;
}

void GoOn(const CheckpointHeader& from, RunStart* start) {
  start->rule.first_step = from.step;
  start->rule.header.t_ms = from.t_ms;
}

/// Collective.  A run that cannot be resumed starts from t = 0.
absl::Status Resume(worker::StepContext& ctx, RunStart* start) {
  const auto file = OpenInput(ctx, "resume");
  std::string why;
  if (!file.ok()) {
    why = FaultOrMessage(file.status()).what;
  } else if (file->header().run_digest != start->rule.header.run_digest) {
    why = "it is of another run";
  }
  if (!why.empty()) {
    if (ctx.ranks.is_root()) {
      ctx.observer.Warning(
          absl::StrCat("the checkpoint of the earlier attempt is of no use (",
                       why, "); the run starts from 0 ms"));
    }
    return absl::OkStatus();
  }
  MIV_RETURN_IF_ERROR(
      start->checkpoints->Restore(*file, neuron::Restored::kEverything));
  start->rule.header.ties = file->header().ties;
  start->rule.header.unequal_ties = file->header().unequal_ties;
  GoOn(file->header(), start);
  if (ctx.ranks.is_root()) {
    ctx.observer.Log(absl::StrCat("resumed at ", file->header().t_ms, " ms"));
  }
  return absl::OkStatus();
}

absl::Status StartFrom(worker::StepContext& ctx, const SimulationConfig& config,
                       RunStart* start) {
  MIV_ASSIGN_OR_RETURN(const CheckpointFile file, OpenInput(ctx, "start_from"));
  MIV_RETURN_IF_ERROR(CheckFits(file.header(), config));
  const absl::Status restored =
      start->checkpoints->Restore(file, neuron::Restored::kState);
  Fault context;
  context.field = "start_from";
  MIV_RETURN_IF_ERROR(restored.ok() ? restored
                                    : WithContext(restored, context));
  GoOn(file.header(), start);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RunStart> PrepareStart(worker::StepContext& ctx,
                                      const SimulationConfig& config,
                                      const Model& model) {
  RunStart start;
  const bool resumes = ctx.inputs.count("resume") > 0;
  const bool continues = ctx.inputs.count("start_from") > 0;
  if (config.checkpoint_interval_ms <= 0 && !config.save_checkpoint &&
      !resumes && !continues) {
    return start;
  }
  MIV_ASSIGN_OR_RETURN(
      start.checkpoints,
      Checkpoints::Create(ctx.ranks, model.cells, *model.network));
  start.rule.header = HeaderOf(ctx, config, model);
  start.rule.path = JoinPath(ctx.output_directory, kWorkingFile);
  if (config.save_checkpoint) {
    start.rule.end_path = JoinPath(ctx.output_directory, kSavedFile);
  }
  WarnOfHiddenState(ctx, config, model);
  if (config.checkpoint_interval_ms > 0 &&
      (model.hidden_state.empty() || config.resume_inexact)) {
    start.rule.every = std::max<std::int64_t>(
        1, std::llround(config.checkpoint_interval_ms / config.dt_ms));
  }
  if (resumes) {
    MIV_RETURN_IF_ERROR(Resume(ctx, &start));
  }
  if (continues && start.rule.first_step == 0) {
    MIV_RETURN_IF_ERROR(StartFrom(ctx, config, &start));
  }
  return start;
}

}  // namespace miv::simulate
