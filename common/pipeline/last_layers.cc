#include "common/pipeline/last_layers.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

// cell_types.P.synapses, if it is a mapping.
json* SynapsesOf(json& cell_type) {
  const auto it = cell_type.find("synapses");
  return it != cell_type.end() && it->is_object() ? &*it : nullptr;
}

void Drop(Draft& draft, ResolvedStep& step) {
  for (auto& [population, cell_type] : step.config["cell_types"].items()) {
    json* synapses = SynapsesOf(cell_type);
    if (synapses == nullptr || synapses->erase("last_layers") == 0) continue;
    Warn(draft, step,
         absl::StrCat("cell_types.", population, ".synapses.last_layers"),
         "The field has no effect with density_semantics per_layer; remove "
         "it.");
  }
}

// Every entry is about a density.
absl::Status CheckEntries(const ResolvedStep& step, const std::string& field,
                          const json& density, const json& last_layers) {
  for (const auto& [section, types] : last_layers.items())
    for (const auto& [type, layer] : types.items())
      if (!density.contains(section) || !density[section].contains(type))
        return ConfigError(
            step, FieldPath(FieldPath(field, section), type),
            {.reason = "UNKNOWN_NAME",
             .what = absl::StrCat("there is no density of ", type,
                                  " synapses on ", section),
             .remedy = "Remove the entry, or add the density."});
  return absl::OkStatus();
}

// last: {} or the layer that is named as the last of `layers`.
absl::Status CompleteOne(const ResolvedStep& step, const std::string& field,
                         const json& layers, json& last) {
  if (last.is_null() && layers.size() == 1) last = layers.begin().key();
  if (last.is_string() && layers.contains(last.get<std::string>()))
    return absl::OkStatus();
  Fault fault{.reason = "UNKNOWN_LAYER",
              .what = "the density has no such layer",
              .expected = "one of " + absl::StrJoin(KeysOf(layers), ", "),
              .found = last.is_null() ? "" : Show(last)};
  if (last.is_null()) {
    fault.reason = "MISSING_FIELD";
    fault.what =
        "with density_semantics last_layer the field is required: "
        "the order of the layers is not known";
    fault.remedy =
        "Name the layer whose density counts for all, or use "
        "density_semantics per_layer.";
  }
  return ConfigError(step, field, fault);
}

}  // namespace

absl::Status DeriveLastLayers(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  if (step.config["density_semantics"] != "last_layer") {
    Drop(draft, step);
    return absl::OkStatus();
  }
  const std::string population = step.population();
  const auto cell_type = step.config["cell_types"].find(population);
  if (cell_type == step.config["cell_types"].end()) return absl::OkStatus();
  json* synapses = SynapsesOf(*cell_type);
  if (synapses == nullptr || !synapses->contains("density") ||
      !(*synapses)["density"].is_object())
    return absl::OkStatus();
  const json& density = (*synapses)["density"];
  json last_layers = synapses->value("last_layers", json::object());
  const std::string field =
      absl::StrCat("cell_types.", population, ".synapses.last_layers");
  MIV_RETURN_IF_ERROR(CheckEntries(step, field, density, last_layers));
  for (const auto& [section, types] : density.items())
    for (const auto& [type, layers] : types.items())
      if (!layers.empty())
        MIV_RETURN_IF_ERROR(
            CompleteOne(step, FieldPath(FieldPath(field, section), type),
                        layers, last_layers[section][type]));
  (*synapses)["last_layers"] = std::move(last_layers);
  return absl::OkStatus();
}

}  // namespace miv::pipeline
