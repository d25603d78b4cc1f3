// network_architecture: where the cell bodies are.

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/writer.h"
#include "worker/build/geometry/point_file.h"
#include "worker/build/geometry/soma_placement.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/layers.h"
#include "worker/build/steps/rank_share.h"
#include "worker/parallel/parallel_file.h"

namespace miv::worker {
namespace {

// Band of L of a population in a layer, if the config constrains it.
absl::StatusOr<std::optional<build::LayerCells::Band>> BandOf(
    const nlohmann::json& config, const std::string& population,
    const std::string& layer) {
  const auto* constraints = FindField(config, "cell_constraints");
  if (constraints == nullptr) return std::nullopt;
  const auto* layers = FindField(*constraints, population);
  if (layers == nullptr) return std::nullopt;
  const auto* band = FindField(*layers, layer);
  if (band == nullptr) return std::nullopt;
  if (!band->is_array() || band->size() != 2 || !(*band)[0].is_number() ||
      !(*band)[1].is_number())
    return InvalidInput({.reason = "BAD_CONFIG",
                         .field = absl::StrCat("config.cell_constraints.",
                                               population, ".", layer),
                         .what = "not a range of L",
                         .expected = "two numbers",
                         .found = band->dump()});
  return build::LayerCells::Band{(*band)[0].get<double>(),
                                 (*band)[1].get<double>()};
}

// Where the cells stand whose layer is called "@...": [x, y, z] each, in the
// config or in a file; none of another layer.
absl::StatusOr<std::vector<build::Point3>> PointsOf(const StepContext& ctx,
                                                    const std::string& layer) {
  std::vector<build::Point3> points;
  if (!absl::StartsWith(layer, "@")) return points;
  const std::string field = absl::StrCat("points.", layer);
  const auto* lists = FindField(ctx.config, "points");
  const auto* list = lists == nullptr ? nullptr : FindField(*lists, layer);
  if (list != nullptr && list->is_string()) {
    MIV_ASSIGN_OR_RETURN(const StepInput file,
                         InputOf(ctx, list->get<std::string>()));
    MIV_ASSIGN_OR_RETURN(const std::string text, ReadFile(file.path));
    return build::ParsePoints(text, file.label);
  }
  if (list == nullptr || !list->is_array())
    return InvalidInput({.reason = "BAD_CONFIG",
                         .field = absl::StrCat("config.", field),
                         .what = "the cells have no points",
                         .expected = "a list of [x, y, z], or a file"});
  for (const auto& point : *list) {
    MIV_ASSIGN_OR_RETURN(points.emplace_back(), Triple(point, field));
  }
  return points;
}

absl::Status CheckPointCount(const std::string& layer, std::size_t points,
                             std::int64_t cells) {
  if (!absl::StartsWith(layer, "@") ||
      points == static_cast<std::size_t>(cells))
    return absl::OkStatus();
  return InvalidInput({.reason = "INCONSISTENT_CELLS",
                       .field = absl::StrCat("config.points.", layer),
                       .what = "not one point for every cell",
                       .expected = absl::StrCat(cells, " points"),
                       .found = absl::StrCat(points)});
}

// The populations to place, in the order of their gids, with counts per layer.
absl::StatusOr<std::vector<build::PopulationCells>> PopulationsOf(
    const StepContext& ctx, const neuroh5::Types& types) {
  const nlohmann::json& config = ctx.config;
  MIV_ASSIGN_OR_RETURN(const auto* distributions,
                       ObjectField(config, "cell_distributions"));
  const auto* chosen = FindField(config, "populations");
  std::vector<build::PopulationCells> populations;
  for (const auto& population : types.populations) {
    const std::string& name = population.name;
    if (chosen != nullptr &&
        std::find(chosen->begin(), chosen->end(), name) == chosen->end())
      continue;
    MIV_ASSIGN_OR_RETURN(const auto* layers, ObjectField(*distributions, name));
    build::PopulationCells cells{name, {}};
    std::uint64_t total = 0;
    for (const auto& [layer, value] : layers->items()) {
      MIV_ASSIGN_OR_RETURN(const std::int64_t count,
                           IntegerField(*layers, layer));
      if (count <= 0) continue;
      total += static_cast<std::uint64_t>(count);
      MIV_ASSIGN_OR_RETURN(const auto band, BandOf(config, name, layer));
      MIV_ASSIGN_OR_RETURN(auto points, PointsOf(ctx, layer));
      MIV_RETURN_IF_ERROR(CheckPointCount(layer, points.size(), count));
      cells.layers.push_back(
          {layer, static_cast<std::uint32_t>(count), band, std::move(points)});
    }
    if (total != population.count)
      return InvalidInput(
          {.reason = "COUNT_MISMATCH",
           .field = absl::StrCat("config.cell_distributions.", name),
           .what = "the counts do not add up to the population's cells",
           .expected = absl::StrCat(population.count),
           .found = absl::StrCat(total),
           .remedy = "Give the step the distributions that h5_types has."});
    populations.push_back(std::move(cells));
  }
  return populations;
}

struct Plan {
  neuroh5::Types types;
  build::LayerTable layers;
  std::vector<build::PopulationCells> populations;
  build::PlacementOptions options;
  std::string name_space;
};

absl::StatusOr<Plan> MakePlan(const StepContext& ctx) {
  MIV_ASSIGN_OR_RETURN(const StepInput input, InputOf(ctx, "types"));
  MIV_ASSIGN_OR_RETURN(const auto reader, neuroh5::Reader::Open(input.path));
  MIV_ASSIGN_OR_RETURN(auto layers, LayersOf(ctx.config));
  MIV_ASSIGN_OR_RETURN(auto populations, PopulationsOf(ctx, reader.types()));
  build::PlacementOptions options;
  MIV_ASSIGN_OR_RETURN(const std::int64_t iterations,
                       IntegerField(ctx.config, "nodeiter"));
  options.node_iterations = static_cast<int>(iterations);
  MIV_ASSIGN_OR_RETURN(options.dispersion_delta,
                       NumberField(ctx.config, "dispersion_delta"));
  MIV_ASSIGN_OR_RETURN(options.snap_delta,
                       NumberField(ctx.config, "snap_delta"));
  MIV_ASSIGN_OR_RETURN(options.choose_over_all_layers,
                       BoolField(ctx.config, "compat_sampling"));
  MIV_ASSIGN_OR_RETURN(options.rotation, RotationOf(ctx.config));
  MIV_ASSIGN_OR_RETURN(std::string name_space,
                       TextField(ctx.config, "coordinate_namespace"));
  return Plan{reader.types(), std::move(layers), std::move(populations),
              options, std::move(name_space)};
}

// This rank's share of one population.
absl::Status WritePopulation(StepContext& ctx, neuroh5::Writer& writer,
                             const std::string& name_space,
                             const neuroh5::Population& population,
                             const build::SomaPositions& somata,
                             WorkMeter& meter) {
  const Share mine =
      ShareOf(population.count, ctx.ranks.rank(), ctx.ranks.size());
  std::vector<std::uint32_t> gids;
  for (std::uint64_t i = mine.begin; i < mine.end; ++i)
    gids.push_back(static_cast<std::uint32_t>(population.start + i));
  const auto part = [&mine](const std::vector<float>& all) {
    return std::vector<float>(all.begin() + static_cast<long>(mine.begin),
                              all.begin() + static_cast<long>(mine.end));
  };
  const neuroh5::CellColumn columns[] = {
      {neuroh5::kXCoordinate, {}, part(somata.x)},
      {neuroh5::kYCoordinate, {}, part(somata.y)},
      {neuroh5::kZCoordinate, {}, part(somata.z)},
      {neuroh5::kUCoordinate, {}, part(somata.u)},
      {neuroh5::kVCoordinate, {}, part(somata.v)},
      {neuroh5::kLCoordinate, {}, part(somata.l)}};
  meter.AddCells(mine.size());
  return writer.WriteCells(population.name, name_space, gids, columns);
}

}  // namespace

absl::StatusOr<nlohmann::json> NetworkArchitectureStep(StepContext& ctx) {
  WorkMeter meter;
  const auto plan = MakePlan(ctx);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(plan.status()));
  std::uint64_t moves = 0;
  const auto progress = [&ctx, &moves](std::uint64_t done,
                                       std::uint64_t total) -> absl::Status {
    moves = total;
    ctx.observer.Progress("place somata", static_cast<double>(done),
                          static_cast<double>(total), "moves");
    return StopRequested(ctx) ? StoppedStatus() : absl::OkStatus();
  };
  const auto somata =
      build::PlaceSomata(plan->layers, plan->populations, plan->options,
                         ctx.seed, RunOnRanks(ctx.ranks), progress);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(somata.status()));

  MIV_ASSIGN_OR_RETURN(const auto access, parallel::AccessFor(ctx.ranks));
  MIV_ASSIGN_OR_RETURN(
      neuroh5::Writer writer,
      neuroh5::Writer::Create(JoinPath(ctx.output_directory, "coordinates.h5"),
                              access, plan->types));
  for (std::size_t i = 0; i < plan->populations.size(); ++i)
    MIV_RETURN_IF_ERROR(WritePopulation(
        ctx, writer, plan->name_space,
        *plan->types.Find(plan->populations[i].name), (*somata)[i], meter));
  MIV_RETURN_IF_ERROR(writer.Close());
  nlohmann::json report = meter.Report(ctx.ranks);
  report["moves"] = moves;
  return report;
}

}  // namespace miv::worker
