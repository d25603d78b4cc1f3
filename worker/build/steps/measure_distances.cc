// measure_distances: distances along the layers, from the origin.

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/coordinates.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/writer.h"
#include "worker/build/geometry/arc_distances.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/layers.h"
#include "worker/build/steps/rank_share.h"
#include "worker/parallel/parallel_file.h"

namespace miv::worker {
namespace {

absl::StatusOr<build::OriginSpec> OriginOf(const nlohmann::json& config,
                                           const char* axis,
                                           build::OriginSpec fallback) {
  const auto* origin = FindField(config, "origin");
  const auto* value = origin == nullptr ? nullptr : FindField(*origin, axis);
  if (value == nullptr) return fallback;
  if (value->is_number()) return value->get<double>();
  if (value->is_string()) return value->get<std::string>();
  return InvalidInput({.reason = "BAD_CONFIG",
                       .field = absl::StrCat("config.origin.", axis),
                       .what = "not an origin",
                       .expected = "a number, or median, mean, min or max",
                       .found = value->dump()});
}

// The boxes in which cells of a population may lie: its own layers if the
// config lists them and gives no cell a point, else all.
std::vector<build::Box> BoxesOf(const nlohmann::json& config,
                                const build::LayerTable& layers,
                                const std::string& population) {
  const auto* distributions = FindField(config, "cell_distributions");
  const auto* counts = distributions == nullptr
                           ? nullptr
                           : FindField(*distributions, population);
  const auto has_cells = [counts](const std::string& layer) {
    const auto* count = FindField(*counts, layer);
    return count != nullptr && count->is_number() && count->get<double>() > 0;
  };
  bool anywhere = counts == nullptr;
  if (counts != nullptr)
    for (const auto& [layer, count] : counts->items())
      anywhere = anywhere || (absl::StartsWith(layer, "@") && has_cells(layer));
  std::vector<build::Box> boxes;
  for (const auto& layer : layers.layers())
    if (anywhere || has_cells(layer.name)) boxes.push_back(layer.box);
  return boxes;
}

// A population, and the namespace of its positions.
struct Placed {
  std::string name;
  std::string name_space;
};

struct Plan {
  neuroh5::Reader reader;
  build::LayerTable layers;
  build::ArcReference reference;
  std::vector<Placed> populations;
};

// The populations that the config asks for, or all that have positions: where
// the config says, or where files of this kind have them.
absl::StatusOr<std::vector<Placed>> PopulationsOf(
    const nlohmann::json& config, const neuroh5::Reader& reader) {
  MIV_ASSIGN_OR_RETURN(const std::string preferred,
                       TextField(config, "coordinate_namespace"));
  const auto* chosen = FindField(config, "populations");
  std::vector<Placed> populations;
  std::string without;
  for (const auto& [name, index, start, count] : reader.types().populations) {
    if (chosen != nullptr &&
        std::find(chosen->begin(), chosen->end(), name) == chosen->end())
      continue;
    MIV_ASSIGN_OR_RETURN(const std::string found,
                         neuroh5::CoordinateNamespace(reader, name, preferred));
    const bool usable =
        found == preferred || (preferred == neuroh5::kGeneratedCoordinates &&
                               found == neuroh5::kCoordinates);
    if (usable)
      populations.push_back({name, found});
    else if (without.empty())
      without = name;
  }
  if (!populations.empty() && (chosen == nullptr || without.empty()))
    return populations;
  return InvalidInput(
      {.reason = "NO_COORDINATES",
       .field = "config.coordinate_namespace",
       .file = reader.path(),
       .what = absl::StrCat(without, " has no soma positions under this name"),
       .found = preferred,
       .remedy = "Give the namespace that the file has."});
}

absl::StatusOr<Plan> MakePlan(const StepContext& ctx) {
  MIV_ASSIGN_OR_RETURN(const StepInput input, InputOf(ctx, "coordinates"));
  MIV_ASSIGN_OR_RETURN(auto reader, neuroh5::Reader::Open(input.path));
  MIV_ASSIGN_OR_RETURN(auto layers, LayersOf(ctx.config));
  build::Origin origin;
  MIV_ASSIGN_OR_RETURN(origin.u, OriginOf(ctx.config, "U", origin.u));
  MIV_ASSIGN_OR_RETURN(origin.v, OriginOf(ctx.config, "V", origin.v));
  MIV_ASSIGN_OR_RETURN(origin.l, OriginOf(ctx.config, "L", origin.l));
  MIV_ASSIGN_OR_RETURN(const auto reference,
                       build::MakeArcReference(layers, origin));
  MIV_ASSIGN_OR_RETURN(auto populations, PopulationsOf(ctx.config, reader));
  return Plan{std::move(reader), std::move(layers), reference,
              std::move(populations)};
}

// U, V and L of this rank's cells.
struct Somata {
  std::vector<std::uint32_t> gids;
  std::vector<float> u, v, l;
};

absl::StatusOr<Somata> ReadSomata(const Plan& plan,
                                  const std::string& name_space,
                                  const neuroh5::Population& population,
                                  const Share& mine) {
  const auto cells = neuroh5::Selection::Range(population.start + mine.begin,
                                               population.start + mine.end);
  const auto read = [&](const char* attribute) {
    return plan.reader.ReadCells<float>(population.name, name_space, attribute,
                                        cells);
  };
  MIV_ASSIGN_OR_RETURN(auto u, read(neuroh5::kUCoordinate));
  MIV_ASSIGN_OR_RETURN(auto v, read(neuroh5::kVCoordinate));
  MIV_ASSIGN_OR_RETURN(auto l, read(neuroh5::kLCoordinate));
  for (const auto* axis : {&u, &v, &l})
    if (axis->values.size() != mine.size() || axis->gids != u.gids)
      return InvalidInput(
          {.reason = "BAD_COORDINATES",
           .file = plan.reader.path(),
           .what = absl::StrCat("population ", population.name,
                                " does not have one soma position per cell"),
           .expected = absl::StrCat(mine.size()),
           .found = absl::StrCat(axis->values.size())});
  return Somata{std::move(u.gids), std::move(u.values), std::move(v.values),
                std::move(l.values)};
}

absl::Status CheckInside(const StepContext& ctx, const Plan& plan,
                         const std::string& population, const Somata& somata) {
  const auto boxes = BoxesOf(ctx.config, plan.layers, population);
  const std::int64_t outside =
      build::FirstOutside(boxes, somata.u, somata.v, somata.l);
  if (outside < 0) return absl::OkStatus();
  const auto i = static_cast<std::size_t>(outside);
  return InvalidInput(
      {.reason = "SOMA_OUTSIDE_LAYERS",
       .field = "config.layer_extents",
       .what = absl::StrCat("a soma of ", population,
                            " lies in none of its layers"),
       .found = absl::StrCat("U ", somata.u[i], ", V ", somata.v[i], ", L ",
                             somata.l[i]),
       .remedy = "Give the step the layer_extents of the architecture.",
       .gid = somata.gids[i]});
}

absl::Status WriteDistances(neuroh5::Writer& writer, const Plan& plan,
                            const std::string& population,
                            const Somata& somata) {
  auto distances = build::DistancesFrom(plan.reference, somata.u, somata.v);
  const neuroh5::CellColumn columns[] = {
      {neuroh5::kUDistance, {}, std::move(distances.u)},
      {neuroh5::kVDistance, {}, std::move(distances.v)}};
  MIV_RETURN_IF_ERROR(writer.WriteCells(population, neuroh5::kArcDistances,
                                        somata.gids, columns));
  const std::string group =
      absl::StrCat("/", neuroh5::kPopulationsGroup, "/", population, "/",
                   neuroh5::kArcDistances);
  const auto& reference = plan.reference;
  const std::pair<const char*, double> attributes[] = {
      {neuroh5::kReferenceUMin, reference.u_min},
      {neuroh5::kReferenceUMax, reference.u_max},
      {neuroh5::kReferenceVMin, reference.v_min},
      {neuroh5::kReferenceVMax, reference.v_max}};
  for (const auto& [name, value] : attributes)
    MIV_RETURN_IF_ERROR(writer.SetAttribute(group, name, value));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<nlohmann::json> MeasureDistancesStep(StepContext& ctx) {
  WorkMeter meter;
  const auto plan = MakePlan(ctx);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(plan.status()));
  const neuroh5::Types& types = plan->reader.types();
  MIV_ASSIGN_OR_RETURN(const auto access, parallel::AccessFor(ctx.ranks));
  MIV_ASSIGN_OR_RETURN(
      neuroh5::Writer writer,
      neuroh5::Writer::Create(JoinPath(ctx.output_directory, "distances.h5"),
                              access, types));
  std::uint64_t done = 0;
  for (const auto& [name, name_space] : plan->populations) {
    const neuroh5::Population& population = *types.Find(name);
    const Share mine =
        ShareOf(population.count, ctx.ranks.rank(), ctx.ranks.size());
    const auto somata = ReadSomata(*plan, name_space, population, mine);
    absl::Status status = somata.status();
    if (status.ok()) status = CheckInside(ctx, *plan, name, *somata);
    MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(status));
    MIV_RETURN_IF_ERROR(WriteDistances(writer, *plan, name, *somata));
    meter.AddCells(mine.size());
    done += population.count;
    ctx.observer.Progress("measure distances", static_cast<double>(done),
                          static_cast<double>(types.total()), "cells");
  }
  MIV_RETURN_IF_ERROR(writer.Close());
  return meter.Report(ctx.ranks);
}

}  // namespace miv::worker
