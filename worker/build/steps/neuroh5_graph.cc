// neuroh5_graph: everything about the cells in one file, all projections in
// another.

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/coordinates.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/projection.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/writer.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/byte_progress.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/rank_share.h"
#include "worker/parallel/parallel_file.h"

namespace miv::worker {
namespace {

// One object to copy to the same place in an output.
struct Copy {
  std::string source_path;
  std::string object;  // "/Populations/PYR/Trees"
};

// Every namespace of every population of a file, but only those called `only`
// unless it is empty.
absl::Status AddNamespaces(const std::string& path, const std::string& only,
                           std::vector<Copy>& copies) {
  MIV_ASSIGN_OR_RETURN(const auto reader, neuroh5::Reader::Open(path));
  MIV_ASSIGN_OR_RETURN(const auto populations, reader.PopulationNames());
  for (const auto& population : populations) {
    MIV_ASSIGN_OR_RETURN(const auto namespaces, reader.Namespaces(population));
    for (const auto& name : namespaces)
      if (only.empty() || name == only)
        copies.push_back({path, absl::StrCat("/", neuroh5::kPopulationsGroup,
                                             "/", population, "/", name)});
  }
  return absl::OkStatus();
}

// Positions of one population that are written once more.
struct Alias {
  neuroh5::Population population;
  std::string source_path;
  std::string name_space;  // of the source
};

struct Plan {
  neuroh5::Types types;
  std::vector<Copy> cells;
  std::vector<Copy> connections;
  std::vector<Alias> aliases;
};

// Every input must be about the same populations, or gids would change meaning.
absl::Status CheckSameNetwork(const StepInput& input,
                              const neuroh5::Types& types) {
  MIV_ASSIGN_OR_RETURN(const auto reader, neuroh5::Reader::Open(input.path));
  if (reader.types().populations == types.populations) return absl::OkStatus();
  return InvalidInput(
      {.reason = "INCONSISTENT_INPUT",
       .file = input.label,
       .what = "the file is of a network with other populations than the "
               "coordinates",
       .remedy = "Build all parts of the graph on the same h5_types step."});
}

// Readers of the merged file accept valid projections only.
absl::Status CheckProjections(const StepInput& input,
                              const neuroh5::Types& types) {
  MIV_ASSIGN_OR_RETURN(const auto reader, neuroh5::Reader::Open(input.path));
  MIV_ASSIGN_OR_RETURN(const auto projections, reader.Projections());
  for (const auto& name : projections)
    if (!types.IsValid(name))
      return InvalidInput(
          {.reason = "INCONSISTENT_INPUT",
           .file = input.label,
           .what = absl::StrCat("projection ", name.source, " -> ",
                                name.destination,
                                " is not among those of h5_types"),
           .remedy = "Add it to the projections of the h5_types step."});
  return absl::OkStatus();
}

// The populations of config.coordinates_alias, in the order of their gids.
absl::StatusOr<std::vector<Alias>> AliasesOf(const nlohmann::json& config,
                                             const neuroh5::Reader& reader) {
  std::vector<Alias> aliases;
  const auto* wanted = FindField(config, "coordinates_alias");
  if (wanted == nullptr) return aliases;
  for (const auto& population : reader.types().populations) {
    if (std::find(wanted->begin(), wanted->end(), population.name) ==
        wanted->end())
      continue;
    MIV_ASSIGN_OR_RETURN(const std::string name_space,
                         neuroh5::CoordinateNamespace(reader, population.name));
    if (name_space.empty())
      return InvalidInput(
          {.reason = "NO_COORDINATES",
           .field = "config.coordinates_alias",
           .file = reader.path(),
           .what = absl::StrCat(population.name, " has no soma positions")});
    if (name_space != neuroh5::kCoordinates)
      aliases.push_back({population, reader.path(), name_space});
  }
  return aliases;
}

absl::StatusOr<Plan> MakePlan(const StepContext& ctx) {
  Plan plan;
  MIV_ASSIGN_OR_RETURN(const StepInput coordinates,
                       InputOf(ctx, "coordinates"));
  MIV_ASSIGN_OR_RETURN(const auto reader,
                       neuroh5::Reader::Open(coordinates.path));
  plan.types = reader.types();
  MIV_ASSIGN_OR_RETURN(plan.aliases, AliasesOf(ctx.config, reader));
  for (const auto& [role, input] : ctx.inputs) {
    MIV_RETURN_IF_ERROR(CheckSameNetwork(input, plan.types));
    absl::string_view population = role;
    if (role == "coordinates" || role == "distances") {
      MIV_RETURN_IF_ERROR(AddNamespaces(input.path, "", plan.cells));
    } else if (absl::StartsWith(role, "forest:")) {
      MIV_RETURN_IF_ERROR(
          AddNamespaces(input.path, neuroh5::kTrees, plan.cells));
    } else if (absl::StartsWith(role, "synapses:")) {
      MIV_RETURN_IF_ERROR(
          AddNamespaces(input.path, neuroh5::kSynapseAttributes, plan.cells));
    } else if (absl::ConsumePrefix(&population, "connections:")) {
      MIV_RETURN_IF_ERROR(CheckProjections(input, plan.types));
      plan.connections.push_back(
          {input.path,
           absl::StrCat("/", neuroh5::kProjectionsGroup, "/", population)});
    }
  }
  const auto by_object = [](const Copy& a, const Copy& b) {
    return a.object < b.object;
  };
  std::sort(plan.cells.begin(), plan.cells.end(), by_object);
  std::sort(plan.connections.begin(), plan.connections.end(), by_object);
  return plan;
}

absl::StatusOr<std::uint64_t> BytesOf(const Plan& plan) {
  std::uint64_t bytes = 0;
  for (const auto* copies : {&plan.cells, &plan.connections})
    for (const Copy& copy : *copies) {
      MIV_ASSIGN_OR_RETURN(const std::uint64_t more,
                           neuroh5::BytesToCopy(copy.source_path, copy.object));
      bytes += more;
    }
  return bytes;
}

// Collective; each rank writes its share of the cells.
absl::Status WriteAlias(const StepContext& ctx, const Alias& alias,
                        neuroh5::Writer& writer) {
  const neuroh5::Population& population = alias.population;
  const Share mine =
      ShareOf(population.count, ctx.ranks.rank(), ctx.ranks.size());
  const auto cells = neuroh5::Selection::Range(population.start + mine.begin,
                                               population.start + mine.end);
  std::vector<std::uint32_t> gids;
  std::vector<neuroh5::CellColumn> columns;
  const auto read = [&]() -> absl::Status {
    MIV_ASSIGN_OR_RETURN(const auto reader,
                         neuroh5::Reader::Open(alias.source_path));
    for (const char* name : {neuroh5::kXCoordinate, neuroh5::kYCoordinate,
                             neuroh5::kZCoordinate, neuroh5::kUCoordinate,
                             neuroh5::kVCoordinate, neuroh5::kLCoordinate}) {
      MIV_ASSIGN_OR_RETURN(
          auto column, reader.ReadCells<float>(population.name,
                                               alias.name_space, name, cells));
      gids = std::move(column.gids);
      columns.push_back({name, {}, std::move(column.values)});
    }
    return absl::OkStatus();
  };
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(read()));
  return writer.WriteCells(population.name, neuroh5::kCoordinates, gids,
                           columns);
}

absl::Status WriteFile(StepContext& ctx, const std::string& name,
                       const neuroh5::Types& types,
                       const std::vector<Copy>& copies,
                       const std::vector<Alias>& aliases,
                       const neuroh5::WriteMonitor& monitor) {
  MIV_ASSIGN_OR_RETURN(const auto access, parallel::AccessFor(ctx.ranks));
  MIV_ASSIGN_OR_RETURN(
      neuroh5::Writer writer,
      neuroh5::Writer::Create(JoinPath(ctx.output_directory, name), access,
                              types));
  for (const Copy& copy : copies) {
    MIV_RETURN_IF_ERROR(
        writer.CopyFrom(copy.source_path, copy.object, monitor));
    if (StopRequested(ctx)) return StoppedStatus();
  }
  for (const Alias& alias : aliases)
    MIV_RETURN_IF_ERROR(WriteAlias(ctx, alias, writer));
  return writer.Close();
}

}  // namespace

absl::StatusOr<nlohmann::json> Neuroh5GraphStep(StepContext& ctx) {
  WorkMeter meter;
  const auto plan = MakePlan(ctx);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(plan.status()));
  const auto bytes = BytesOf(*plan);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(bytes.status()));
  ByteProgress progress(ctx, "copy", *bytes, meter);
  const auto monitor = [&](std::uint64_t more) { return progress.Add(more); };
  MIV_RETURN_IF_ERROR(WriteFile(ctx, "cells.h5", plan->types, plan->cells,
                                plan->aliases, monitor));
  MIV_RETURN_IF_ERROR(WriteFile(ctx, "connections.h5", plan->types,
                                plan->connections, {}, monitor));
  return meter.Report(ctx.ranks);
}

}  // namespace miv::worker
