// distribute_synapses: the synapses of every cell of a population.

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <numeric>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/cell_counts.h"
#include "common/neuroh5/cell_stream.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/writer.h"
#include "worker/build/connectivity/synapse_partition.h"
#include "worker/build/morphology/morphology.h"
#include "worker/build/steps/cell_plans.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/density_config.h"
#include "worker/build/steps/model_names.h"
#include "worker/build/steps/model_steps.h"
#include "worker/build/steps/rank_share.h"
#include "worker/build/steps/rounds.h"
#include "worker/parallel/exchange.h"
#include "worker/parallel/parallel_file.h"

namespace miv::worker {
namespace {

// Synapses that a rank holds at once (22 bytes each).
constexpr std::uint64_t kSynapsesPerBlock = 1'000'000;
// Cells whose synapses are counted between two looks at the outside world.
constexpr std::size_t kCellsPerCount = 256;

// Numbers of synapses by synapse type, section class and layer.
class Census {
 public:
  void Add(const build::SynapseTable& table) {
    for (std::size_t i = 0; i < table.size(); ++i)
      ++counts_[(table.types[i] * kClasses + table.swc_types[i]) * kLayers +
                static_cast<std::uint8_t>(table.layers[i])];
  }

  // Collective: {"apical excitatory SLM": mean per cell, ...}.
  nlohmann::json Means(parallel::Ranks& ranks, const LayerNames& layers,
                       std::uint64_t cells) const {
    const auto all = parallel::AllGatherValues(
        ranks, absl::MakeConstSpan(counts_.data(), counts_.size()));
    nlohmann::json means = nlohmann::json::object();
    for (std::size_t code = 0; code < counts_.size(); ++code) {
      std::uint64_t sum = 0;
      for (std::size_t at = code; at < all.size(); at += counts_.size())
        sum += all[at];
      if (sum == 0) continue;
      const std::size_t category = code / kLayers;
      means[absl::StrCat(
          build::SwcTypeName(static_cast<int>(category % kClasses)), " ",
          build::SynapseTypeName(static_cast<int>(category / kClasses)), " ",
          layers.NameOf(static_cast<std::int8_t>(code % kLayers)))] =
          static_cast<double>(sum) / static_cast<double>(cells);
    }
    return means;
  }

 private:
  static constexpr std::size_t kTypes = 3, kClasses = 9, kLayers = 256;
  std::vector<std::uint64_t> counts_ =
      std::vector<std::uint64_t>(kTypes * kClasses * kLayers, 0);
};

struct Plan {
  neuroh5::Reader forest;
  neuroh5::Population population;
  std::vector<std::uint32_t> gids;    // all cells with a tree, ascending
  std::vector<std::uint64_t> points;  // of their trees
  LayerNames layers;
  SynapseModel model;
};

// The cells with a tree, and the points of their trees.
absl::StatusOr<neuroh5::CellCounts> TreesOf(const neuroh5::Reader& forest,
                                            const std::string& population) {
  if (!forest.HasNamespace(population, neuroh5::kTrees))
    return neuroh5::CellCounts();
  return neuroh5::CountCellValues(forest, population, neuroh5::kTrees,
                                  neuroh5::kXCoordinate);
}

absl::StatusOr<Plan> MakePlan(const StepContext& ctx) {
  MIV_ASSIGN_OR_RETURN(const StepInput input, InputOf(ctx, "forest"));
  MIV_ASSIGN_OR_RETURN(auto forest, neuroh5::Reader::Open(input.path));
  MIV_ASSIGN_OR_RETURN(const std::string name,
                       TextField(ctx.config, "population"));
  MIV_ASSIGN_OR_RETURN(auto population, forest.types().Get(name));
  MIV_ASSIGN_OR_RETURN(auto trees, TreesOf(forest, name));
  if (trees.gids.size() != population.count)
    return InvalidInput(
        {.reason = "INCOMPLETE_FOREST",
         .file = input.label,
         .what = absl::StrCat("not every cell of ", name, " has one tree"),
         .expected = absl::StrCat(population.count, " trees"),
         .found = absl::StrCat(trees.gids.size())});
  MIV_ASSIGN_OR_RETURN(auto layers, LayerNames::Of(ctx.config));
  MIV_ASSIGN_OR_RETURN(auto model, SynapseModelOf(ctx.config, name, layers));
  return Plan{std::move(forest),     std::move(population),
              std::move(trees.gids), std::move(trees.counts),
              std::move(layers),     std::move(model)};
}

// Densities that ask for what the cells do not have.
void WarnUnused(StepContext& ctx, const Plan& plan,
                const build::SynapsePlan& cell) {
  for (const build::UnusedDensity& unused : cell.unused()) {
    const build::DensityRule& rule = plan.model.densities[unused.rule];
    const auto& layer = rule.layers[unused.layer].layer;
    ctx.observer.Warning(absl::StrCat(
        "The ", build::SynapseTypeName(rule.synapse_type), " density of ",
        build::SwcTypeName(rule.swc_type), " in ",
        layer.has_value() ? plan.layers.NameOf(*layer) : "the default layer",
        " places no synapses: no ", build::SwcTypeName(rule.swc_type),
        " segment of ", plan.population.name, " lies there."));
  }
}

absl::Status CheckExpected(const Plan& plan, const build::SynapsePlan& cell,
                           std::uint32_t gid) {
  if (cell.expected_synapses() > 0) return absl::OkStatus();
  return InvalidInput(
      {.reason = "NO_SYNAPSES",
       .field = absl::StrCat("config.cell_types.", plan.population.name,
                             ".synapses.density"),
       .what = absl::StrCat("the densities place no synapse on the cells of ",
                            plan.population.name),
       .remedy = "Check section classes and layers against the morphology.",
       .gid = gid});
}

// counts: [n] synapses per cell.
absl::Status CountSynapses(StepContext& ctx, const Plan& plan, CellPlans& plans,
                           std::vector<std::uint64_t>& counts) {
  const std::size_t n = plans.gids().size();
  counts.assign(n, 0);
  const auto count = [&](std::size_t block) -> absl::StatusOr<std::uint64_t> {
    const std::size_t first = block * kCellsPerCount;
    const std::size_t last = std::min(first + kCellsPerCount, n);
    for (std::size_t i = first; i < last; ++i) {
      MIV_ASSIGN_OR_RETURN(const build::SynapsePlan* cell, plans.PlanOf(i));
      MIV_RETURN_IF_ERROR(CheckExpected(plan, *cell, plans.gids()[i]));
      if (i == 0 && ctx.ranks.is_root()) WarnUnused(ctx, plan, *cell);
      counts[i] = cell->Count(ctx.seed, plans.gids()[i]);
    }
    return last - first;
  };
  return RunInRounds(ctx, (n + kCellsPerCount - 1) / kCellsPerCount,
                     {"count synapses", "cells", plan.gids.size()}, count);
}

constexpr std::size_t kColumns = 7;

std::array<neuroh5::ColumnName, kColumns> Columns() {
  using neuroh5::ValueType;
  return {{{neuroh5::kSynIds, ValueType::kU32},
           {neuroh5::kSynCdists, ValueType::kF32},
           {neuroh5::kSynLocs, ValueType::kF32},
           {neuroh5::kSynSecs, ValueType::kU32},
           {neuroh5::kSynLayers, ValueType::kI8},
           {neuroh5::kSynTypes, ValueType::kU8},
           {neuroh5::kSwcTypes, ValueType::kU8}}};
}

// In the order of Columns().
std::array<neuroh5::ValuesView, kColumns> ViewsOf(
    const build::SynapseTable& table) {
  return {
      absl::MakeConstSpan(table.syn_ids),  absl::MakeConstSpan(table.cdists),
      absl::MakeConstSpan(table.locs),     absl::MakeConstSpan(table.secs),
      absl::MakeConstSpan(table.layers),   absl::MakeConstSpan(table.types),
      absl::MakeConstSpan(table.swc_types)};
}

absl::Status PlaceSynapses(StepContext& ctx, const Plan& plan, CellPlans& plans,
                           const std::vector<std::uint64_t>& counts,
                           Census& census) {
  const auto total = static_cast<std::uint64_t>(ctx.ranks.Sum(
      std::accumulate(counts.begin(), counts.end(), std::int64_t{0})));
  MIV_ASSIGN_OR_RETURN(const auto access, parallel::AccessFor(ctx.ranks));
  MIV_ASSIGN_OR_RETURN(
      neuroh5::Writer writer,
      neuroh5::Writer::Create(JoinPath(ctx.output_directory, "synapses.h5"),
                              access, plan.forest.types()));
  MIV_ASSIGN_OR_RETURN(
      neuroh5::CellStream stream,
      neuroh5::CellStream::Create(writer, plan.population.name,
                                  neuroh5::kSynapseAttributes, Columns(),
                                  plans.gids(), counts));
  const std::vector<std::size_t> blocks = RunsOf(counts, kSynapsesPerBlock);
  build::SynapseTable table;
  const auto place = [&](std::size_t block) -> absl::StatusOr<std::uint64_t> {
    table.Clear();
    for (std::size_t i = blocks[block]; i < blocks[block + 1]; ++i) {
      MIV_ASSIGN_OR_RETURN(const build::SynapsePlan* cell, plans.PlanOf(i));
      cell->Place(ctx.seed, plans.gids()[i], table);
    }
    census.Add(table);
    MIV_RETURN_IF_ERROR(stream.Write(ViewsOf(table)));
    return table.size();
  };
  MIV_RETURN_IF_ERROR(RunInRounds(
      ctx, blocks.size() - 1, {"place synapses", "synapses", total}, place));
  MIV_RETURN_IF_ERROR(stream.Finish());
  return writer.Close();
}

// Cells that got no synapse by chance.
void WarnEmpty(StepContext& ctx, const Plan& plan,
               const std::vector<std::uint64_t>& counts) {
  const std::int64_t empty =
      ctx.ranks.Sum(std::count(counts.begin(), counts.end(), 0u));
  if (empty > 0 && ctx.ranks.is_root())
    ctx.observer.Warning(absl::StrCat(
        empty, " of ", plan.gids.size(), " cells of ", plan.population.name,
        " got no synapse: their expected number is small."));
}

}  // namespace

absl::StatusOr<nlohmann::json> DistributeSynapses(StepContext& ctx,
                                                  GeometryProvider& geometry) {
  WorkMeter meter;
  const auto plan = MakePlan(ctx);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(plan.status()));
  // The work on a cell grows with its tree; how many synapses it has is known
  // only afterwards.
  const Share mine =
      ShareByWeight(plan->points, ctx.ranks.rank(), ctx.ranks.size());
  CellPlans plans(plan->forest, plan->population.name,
                  {plan->gids.begin() + static_cast<std::ptrdiff_t>(mine.begin),
                   plan->gids.begin() + static_cast<std::ptrdiff_t>(mine.end)},
                  plan->model, geometry);
  std::vector<std::uint64_t> counts;
  MIV_RETURN_IF_ERROR(CountSynapses(ctx, *plan, plans, counts));
  WarnEmpty(ctx, *plan, counts);
  Census census;
  MIV_RETURN_IF_ERROR(PlaceSynapses(ctx, *plan, plans, counts, census));
  meter.AddCells(mine.size());
  meter.AddSynapses(
      std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  nlohmann::json report = meter.Report(ctx.ranks);
  std::error_code unknown;
  const auto tree_bytes =
      std::filesystem::file_size(ctx.inputs.at("forest").path, unknown);
  report["tree_bytes"] = unknown ? 0 : tree_bytes;
  report["synapses_per_cell"] =
      census.Means(ctx.ranks, plan->layers, plan->gids.size());
  return report;
}

}  // namespace miv::worker
