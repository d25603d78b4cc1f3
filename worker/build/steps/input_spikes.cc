// input_spikes: trains of the inputs of a network.

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/writer.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/input_config.h"
#include "worker/build/steps/rank_share.h"
#include "worker/build/steps/rounds.h"
#include "worker/parallel/parallel_file.h"

namespace miv::worker {
namespace {

constexpr std::size_t kCellsPerBlock = 512;

struct Plan {
  neuroh5::Types types;
  InputModel model;
  std::string name_space, attribute;
};

absl::StatusOr<Plan> MakePlan(const StepContext& ctx) {
  MIV_ASSIGN_OR_RETURN(const StepInput types, InputOf(ctx, "types"));
  MIV_ASSIGN_OR_RETURN(const auto reader, neuroh5::Reader::Open(types.path));
  Plan plan;
  plan.types = reader.types();
  MIV_ASSIGN_OR_RETURN(plan.model, InputModelOf(ctx.config, plan.types));
  MIV_ASSIGN_OR_RETURN(plan.name_space, TextField(ctx.config, "namespace"));
  MIV_ASSIGN_OR_RETURN(plan.attribute, TextField(ctx.config, "attribute"));
  return plan;
}

// The trains of this rank's cells of one population, as columns.
struct Columns {
  std::vector<std::uint32_t> gids;
  std::vector<std::uint64_t> offsets = {0};
  std::vector<float> times;
  std::vector<std::uint8_t> trials;
};

// This rank's part of some cells, which follow `before` cells of other
// populations: ranks own consecutive blocks of all cells together.
Share PartOf(const InputModel::Cells& cells, std::uint64_t before,
             const Share& own) {
  const auto inside = [&](std::uint64_t cell) {
    return std::clamp<std::uint64_t>(cell, before, before + cells.gids.size()) -
           before;
  };
  return {inside(own.begin), inside(own.end)};
}

// Collective.  mine: of the cells.
absl::StatusOr<Columns> DrawTrains(StepContext& ctx, const Plan& plan,
                                   const InputModel::Cells& cells,
                                   const Share& mine) {
  Columns columns;
  const auto draw = [&](std::size_t block) -> absl::StatusOr<std::uint64_t> {
    const std::size_t first = mine.begin + block * kCellsPerBlock;
    const std::size_t last =
        std::min<std::size_t>(first + kCellsPerBlock, mine.end);
    for (std::size_t i = first; i < last; ++i) {
      const build::CellTrain train = plan.model.TrainOf(cells, i, ctx.seed);
      columns.gids.push_back(cells.gids[i]);
      columns.times.insert(columns.times.end(), train.times_ms.begin(),
                           train.times_ms.end());
      columns.trials.insert(columns.trials.end(), train.trials.begin(),
                            train.trials.end());
      columns.offsets.push_back(columns.times.size());
    }
    return last - first;
  };
  MIV_RETURN_IF_ERROR(
      RunInRounds(ctx, (mine.size() + kCellsPerBlock - 1) / kCellsPerBlock,
                  {absl::StrCat("draw spikes of ", cells.population.name),
                   "cells", cells.gids.size()},
                  draw));
  return columns;
}

// Collective.
absl::Status WriteTrains(neuroh5::Writer& writer, const Plan& plan,
                         const std::string& population, Columns columns) {
  const build::Trials& trials = plan.model.trials;
  const std::size_t cells = columns.gids.size();
  const auto count = static_cast<std::size_t>(trials.count);
  std::vector<std::uint64_t> per_trial(cells + 1);
  for (std::size_t i = 0; i <= cells; ++i) per_trial[i] = i * count;
  std::vector<float> durations(cells * count,
                               static_cast<float>(trials.length_ms()));
  const neuroh5::CellColumn written[] = {
      {plan.attribute, columns.offsets, std::move(columns.times)},
      {neuroh5::kTrialDuration, std::move(per_trial), std::move(durations)},
      {neuroh5::kTrialIndex, columns.offsets, std::move(columns.trials)}};
  return writer.WriteCells(population, plan.name_space, columns.gids, written);
}

}  // namespace

absl::StatusOr<nlohmann::json> InputSpikesStep(StepContext& ctx) {
  WorkMeter meter;
  const auto plan = MakePlan(ctx);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(plan.status()));
  MIV_ASSIGN_OR_RETURN(const auto access, parallel::AccessFor(ctx.ranks));
  MIV_ASSIGN_OR_RETURN(
      neuroh5::Writer writer,
      neuroh5::Writer::Create(JoinPath(ctx.output_directory, "input_spikes.h5"),
                              access, plan->types));
  std::uint64_t total = 0;
  for (const InputModel::Cells& cells : plan->model.populations)
    total += cells.gids.size();
  const Share own = ShareOf(total, ctx.ranks.rank(), ctx.ranks.size());
  std::int64_t spikes = 0;
  std::uint64_t before = 0;
  for (const InputModel::Cells& cells : plan->model.populations) {
    MIV_ASSIGN_OR_RETURN(
        Columns columns,
        DrawTrains(ctx, *plan, cells, PartOf(cells, before, own)));
    before += cells.gids.size();
    meter.AddCells(columns.gids.size());
    spikes += static_cast<std::int64_t>(columns.times.size());
    MIV_RETURN_IF_ERROR(
        WriteTrains(writer, *plan, cells.population.name, std::move(columns)));
  }
  MIV_RETURN_IF_ERROR(writer.Close());
  nlohmann::json report = meter.Report(ctx.ranks);
  report["spikes"] = ctx.ranks.Sum(spikes);
  return report;
}

}  // namespace miv::worker
