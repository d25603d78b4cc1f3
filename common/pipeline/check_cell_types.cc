// Checks of the cells that a simulation makes.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/model_schema.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

constexpr char kDetector[] = "spike detector";
// Blocks of `mechanism`: of any cell, and of templates of reduced cells.
constexpr const char* kBlocks[] = {kDetector, "PinskyRinzel",
                                   "BoothRinzelKiehn"};

// An error about a cell type, at the step that wrote it.
absl::Status CellTypeError(const Draft& draft, std::size_t index,
                           const std::string& population,
                           const std::string& rest, Fault fault) {
  const ResolvedStep* origin = &draft.step(index);
  if (!IsOwn(draft, index, {"cell_types", population})) {
    const ResolvedStep* maker =
        NearestOfKind(draft, index, "distribute_synapses", population);
    if (maker != nullptr && maker->config["cell_types"].contains(population))
      origin = maker;
  }
  return ConfigError(*origin,
                     absl::StrCat(FieldPath("cell_types", population), rest),
                     std::move(fault));
}

absl::Status CheckMechanism(const Draft& draft, std::size_t index,
                            const std::string& population,
                            const json& mechanism) {
  for (const auto& [name, block] : mechanism.items()) {
    const std::string rest = FieldPath(".mechanism", name);
    const auto& classes = SectionClasses();
    if (std::find(classes.begin(), classes.end(), name) != classes.end())
      return CellTypeError(
          draft, index, population, rest,
          {.reason = "NOT_AVAILABLE",
           .what = "rules for sections do not run here",
           .remedy = "Put parameters of channels into the template, and those "
                     "of synapses into the mechanisms of `synapses`."});
    if (std::find(std::begin(kBlocks), std::end(kBlocks), name) ==
        std::end(kBlocks))
      return CellTypeError(
          draft, index, population, rest,
          {.reason = "UNKNOWN_CONFIG_KEY",
           .what = "not a block of a cell's mechanism",
           .expected = "one of " + absl::StrJoin(kBlocks, ", "),
           .found = Show(name),
           .remedy =
               SuggestName(name, {std::begin(kBlocks), std::end(kBlocks)})});
  }
  const json detector = mechanism.value(kDetector, json());
  if (!detector.is_object() || detector.value("onset delay", 0.0) == 0)
    return absl::OkStatus();
  return CellTypeError(
      draft, index, population,
      absl::StrCat(".mechanism.", kDetector, ".onset delay"),
      {.reason = "NOT_AVAILABLE",
       .what = "an onset delay has no effect, in the original neither",
       .expected = "0",
       .found = Show(detector["onset delay"]),
       .remedy = "Remove the field."});
}

absl::Status CheckWeights(const Draft& draft, std::size_t index,
                          const std::string& population, const json& weights) {
  const json entries = weights.is_object() ? json::array({weights}) : weights;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string rest = weights.is_object()
                                 ? ".synapses.weights"
                                 : absl::StrCat(".synapses.weights[", i, "]");
    const auto fault = ExpressionFault(entries[i], {});
    if (fault)
      return CellTypeError(draft, index, population,
                           absl::StrCat(rest, ".", fault->field), *fault);
  }
  return absl::OkStatus();
}

absl::Status CheckCellType(const Draft& draft, std::size_t index,
                           const std::string& population,
                           const json& cell_type) {
  if (IsOwn(draft, index, {"cell_types", population}))
    MIV_RETURN_IF_ERROR(CheckPopulation(
        draft, index, FieldPath("cell_types", population), population));
  if (cell_type.contains("template class"))
    return CellTypeError(draft, index, population, ".template class",
                         {.reason = "NOT_AVAILABLE",
                          .what = "cells of Python classes do not run here",
                          .remedy = "Give the cell a hoc template."});
  if (!cell_type.contains("template"))
    return CellTypeError(draft, index, population, ".template",
                         {.reason = "MISSING_FIELD",
                          .what = "the field is required",
                          .expected = "the name of a hoc template or of an "
                                      "artificial cell"});
  const json mechanism = cell_type.value("mechanism", json());
  if (mechanism.is_object())
    MIV_RETURN_IF_ERROR(CheckMechanism(draft, index, population, mechanism));
  const json synapses = cell_type.value("synapses", json());
  if (!synapses.is_object()) return absl::OkStatus();
  return CheckWeights(draft, index, population,
                      synapses.value("weights", json()));
}

}  // namespace

absl::Status CheckCellTypes(Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  const json& cell_types = step.config["cell_types"];
  for (const auto& [population, cell_type] : cell_types.items())
    MIV_RETURN_IF_ERROR(CheckCellType(draft, index, population, cell_type));
  if (cell_types.empty())
    return ConfigError(
        step, "cell_types",
        {.reason = "MISSING_FIELD",
         .what = "the field is required",
         .expected = "{population: {template: NAME}}",
         .remedy = "Give it, or use a graph with distribute_synapses steps, "
                   "which imply it."});
  const json* cells = CellsOf(draft, index);
  if (cells == nullptr) return absl::OkStatus();
  for (const auto& [population, layers] : cells->items())
    if (!cell_types.contains(population) && TotalCells(layers) > 0)
      Warn(draft, step, "cell_types",
           absl::StrCat("Population ", population,
                        " has no cell type: its cells are not simulated."));
  return absl::OkStatus();
}

}  // namespace miv::pipeline
