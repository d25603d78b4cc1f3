// Checks of the steps up to the forests.

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/schema.h"
#include "common/pipeline/soma_points.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

constexpr std::int64_t kMaxCells = 4294967295;  // gids are uint32

bool IsPopulationName(const std::string& name) {
  return !name.empty() && name.size() <= 100 &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isprint(c) && c != '/' && c != ':' && c != '.';
         });
}

absl::Status CheckDefinitions(const Draft& draft, const ResolvedStep& step,
                              std::size_t index) {
  const json& cells = step.config["cell_distributions"];
  const json& definitions = step.config["population_definitions"];
  const bool given =
      draft.spec->steps[index].config.contains("population_definitions");
  std::map<std::int64_t, std::string> names;
  for (const auto& [name, value] : definitions.items()) {
    const std::string field = FieldPath("population_definitions", name);
    if (given && !cells.contains(name))
      return ConfigError(
          step, field,
          {.reason = "UNKNOWN_POPULATION",
           .what = "the population has no entry in cell_distributions",
           .remedy = "Add it there, or remove it here."});
    const auto [it, fresh] = names.emplace(value, name);
    if (!fresh)
      return ConfigError(
          step, field,
          {.reason = "DUPLICATE_VALUE",
           .what = absl::StrCat("the number ", it->first,
                                " already stands for ", it->second),
           .remedy = "Give every population its own number."});
  }
  return absl::OkStatus();
}

absl::Status CheckCells(const ResolvedStep& step) {
  const json& definitions = step.config["population_definitions"];
  std::int64_t total = 0;
  for (const auto& [name, layers] : step.config["cell_distributions"].items()) {
    const std::string field = FieldPath("cell_distributions", name);
    if (!IsPopulationName(name))
      return ConfigError(
          step, field,
          {.reason = "BAD_NAME",
           .what = "not a name of a population",
           .expected = "at most 100 printable characters without / : and ."});
    if (!definitions.contains(name))
      return ConfigError(
          step, field,
          {.reason = "UNKNOWN_POPULATION",
           .what = "the population has no entry in population_definitions",
           .expected = "one of " + absl::StrJoin(KeysOf(definitions), ", "),
           .found = Show(name),
           .remedy = absl::StrCat("Add ", name,
                                  ": NUMBER to population_definitions.")});
    if (TotalCells(layers) == 0)
      return ConfigError(step, field,
                         {.reason = "EMPTY_POPULATION",
                          .what = "the population has no cells",
                          .remedy = "Give it cells or leave it out."});
    total += TotalCells(layers);
  }
  if (total <= kMaxCells) return absl::OkStatus();
  return ConfigError(step, "cell_distributions",
                     {.reason = "OUT_OF_RANGE",
                      .what = "the network has too many cells",
                      .expected = absl::StrCat("at most ", kMaxCells),
                      .found = absl::StrCat(total)});
}

absl::Status CheckProjections(const Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  for (const auto& [post, sources] : step.config["projections"].items()) {
    const std::string field = FieldPath("projections", post);
    MIV_RETURN_IF_ERROR(CheckPopulation(draft, index, field, post));
    std::set<std::string> seen;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      MIV_RETURN_IF_ERROR(
          CheckPopulation(draft, index, FieldPath(field, i), sources[i]));
      if (!seen.insert(sources[i]).second)
        return ConfigError(step, FieldPath(field, i),
                           {.reason = "DUPLICATE_VALUE",
                            .what = "the source is listed twice",
                            .found = Show(sources[i])});
    }
  }
  return absl::OkStatus();
}

absl::Status CheckExtents(const ResolvedStep& step) {
  for (const auto& [layer, box] : step.config["layer_extents"].items())
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double low = box[0][axis], high = box[1][axis];
      if (high > low) continue;
      return ConfigError(
          step, absl::StrCat("layer_extents.", layer, "[1][", axis, "]"),
          {.reason = "OUT_OF_RANGE",
           .what = absl::StrCat("the layer has no extent along ",
                                std::string(1, "UVL"[axis])),
           .expected = absl::StrCat("a number above ", low),
           .found = absl::StrCat(high)});
    }
  return absl::OkStatus();
}

// Every layer that has cells has an extent.
absl::Status CheckOccupiedLayers(const ResolvedStep& step) {
  const json& extents = step.config["layer_extents"];
  for (const auto& [name, layers] : step.config["cell_distributions"].items())
    for (const auto& [layer, count] : layers.items())
      if (count > 0 && !IsPointLayer(layer))
        MIV_RETURN_IF_ERROR(CheckLayer(
            step, absl::StrCat("cell_distributions.", name, ".", layer), layer,
            extents, "layer_extents"));
  return absl::OkStatus();
}

// The step's counts are those of the network.
absl::Status CheckTotals(const Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  const json* network = CellsOf(draft, index);
  if (network == nullptr) return absl::OkStatus();
  const json& own = step.config["cell_distributions"];
  for (const auto& [name, layers] : own.items()) {
    const std::string field = FieldPath("cell_distributions", name);
    MIV_RETURN_IF_ERROR(CheckPopulation(draft, index, field, name));
    if (TotalCells(layers) != TotalCells((*network)[name]))
      return ConfigError(
          step, field,
          {.reason = "INCONSISTENT_CELLS",
           .what =
               absl::StrCat("h5_types has another number of ", name, " cells"),
           .expected = absl::StrCat(TotalCells((*network)[name])),
           .found = absl::StrCat(TotalCells(layers)),
           .remedy = "Leave cell_distributions out here: it is taken from "
                     "h5_types."});
  }
  for (const std::string& name : KeysOf(*network))
    if (!own.contains(name))
      return ConfigError(
          step, "cell_distributions",
          {.reason = "INCONSISTENT_CELLS",
           .what = absl::StrCat("population ", name, " of h5_types is missing"),
           .remedy = "Leave cell_distributions out here: it is "
                     "taken from h5_types."});
  return absl::OkStatus();
}

absl::Status CheckConstraints(const ResolvedStep& step) {
  const json& constraints = step.config["cell_constraints"];
  if (!constraints.is_object()) return absl::OkStatus();
  const json& extents = step.config["layer_extents"];
  for (const auto& [name, layers] : constraints.items())
    for (const auto& [layer, band] : layers.items()) {
      const std::string field =
          absl::StrCat("cell_constraints.", name, ".", layer);
      MIV_RETURN_IF_ERROR(
          CheckLayer(step, field, layer, extents, "layer_extents"));
      const double low = extents[layer][0][2], high = extents[layer][1][2];
      if (band[0] < band[1] && band[1] > low && band[0] < high) continue;
      return ConfigError(
          step, field,
          {.reason = "OUT_OF_RANGE",
           .what = "the band leaves no room in the layer",
           .expected = absl::StrCat("[low, high] with low < high, within ", low,
                                    " to ", high),
           .found = Show(band)});
    }
  return absl::OkStatus();
}

absl::Status CheckPopulationList(const Draft& draft, std::size_t index) {
  const json& populations = draft.step(index).config["populations"];
  for (std::size_t i = 0; i < populations.size(); ++i)
    MIV_RETURN_IF_ERROR(CheckPopulation(
        draft, index, FieldPath("populations", i), populations[i]));
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckH5Types(Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  MIV_RETURN_IF_ERROR(CheckDefinitions(draft, step, index));
  MIV_RETURN_IF_ERROR(CheckCells(step));
  return CheckProjections(draft, index);
}

absl::Status CheckArchitecture(Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  MIV_RETURN_IF_ERROR(CheckExtents(step));
  MIV_RETURN_IF_ERROR(CheckTotals(draft, index));
  MIV_RETURN_IF_ERROR(CheckOccupiedLayers(step));
  MIV_RETURN_IF_ERROR(CheckPoints(draft, index));
  for (const std::string& name : KeysOf(step.config["cell_constraints"]))
    MIV_RETURN_IF_ERROR(CheckPopulation(
        draft, index, FieldPath("cell_constraints", name), name));
  MIV_RETURN_IF_ERROR(CheckConstraints(step));
  return CheckPopulationList(draft, index);
}

absl::Status CheckGraph(Draft& draft, std::size_t index) {
  const json alias =
      draft.step(index).config.value("coordinates_alias", json::array());
  for (std::size_t i = 0; i < alias.size(); ++i)
    MIV_RETURN_IF_ERROR(CheckPopulation(
        draft, index, FieldPath("coordinates_alias", i), alias[i]));
  return absl::OkStatus();
}

absl::Status CheckDistances(Draft& draft, std::size_t index) {
  MIV_RETURN_IF_ERROR(CheckExtents(draft.step(index)));
  return CheckPopulationList(draft, index);
}

}  // namespace miv::pipeline
