// Config that follows from the steps that a step depends on.

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/pipeline/derive_simulation.h"
#include "common/pipeline/draft.h"
#include "common/pipeline/last_layers.h"
#include "common/pipeline/model_schema.h"
#include "common/pipeline/network_expectations.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

// Takes over `fields` from the config of `source`, if it exists, where the
// step's own config has none.
void TakeOver(ResolvedStep& step, const ResolvedStep* source,
              const std::vector<std::string>& fields) {
  if (source == nullptr) return;
  for (const std::string& field : fields)
    if (!step.config.contains(field) && source->config.contains(field))
      step.config[field] = source->config[field];
}

absl::Status RequireFields(const ResolvedStep& step,
                           const std::vector<std::string>& fields,
                           const std::string& source_kind) {
  for (const std::string& name : fields) {
    if (step.config.contains(name)) continue;
    const Field* field = step.info().config.FindField(name);
    return ConfigError(
        step, name,
        {.reason = "MISSING_FIELD",
         .what = "the field is required",
         .expected = Describe(field->schema),
         .remedy = absl::StrCat("Give it, or use a step of kind ", source_kind,
                                ", which implies it.")});
  }
  return absl::OkStatus();
}

// The populations of the nearest steps of `kind` that the step uses; all steps
// of the closest level that has any.
std::set<std::string> NearbyPopulations(const Draft& draft, std::size_t index,
                                        const std::string& kind) {
  std::set<std::string> populations;
  for (const auto& level : draft.graph.Levels(index)) {
    for (const std::size_t used : level) {
      const ResolvedStep& step = draft.step(used);
      if (step.kind == kind || step.config.value("stands_for", "") == kind)
        populations.insert(step.population());
    }
    if (!populations.empty()) break;
  }
  populations.erase("");
  return populations;
}

// The population of the step that forest_filepath refers to.
std::string ReferencedPopulation(const Draft& draft, const ResolvedStep& step) {
  std::string name, output;
  if (!ParseReference(step.config.value("forest_filepath", ""), name, output))
    return "";
  return draft.out.FindStep(name)->population();
}

absl::Status TakeIncludedPopulation(ResolvedStep& step) {
  const json included = step.config.value("include_forest_populations", json());
  step.config.erase("include_forest_populations");
  if (included.is_null()) return absl::OkStatus();
  if (included.size() == 1 && !step.config.contains("population"))
    step.config["population"] = included[0];
  if (included == json::array({step.population()})) return absl::OkStatus();
  return ConfigError(step, "include_forest_populations",
                     {.reason = "OUT_OF_RANGE",
                      .what = "one step connects one population",
                      .expected = step.population().empty()
                                      ? "one population"
                                      : Show(json::array({step.population()})),
                      .found = Show(included),
                      .remedy = "Write one step for each population."});
}

absl::Status DeriveConnections(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  TakeOver(step, ProducerOf(draft, index, "synapses", "distribute_synapses"),
           {"layer_definitions"});
  TakeOver(step, NearestOfKind(draft, index, "h5_types"),
           {"population_definitions"});
  if (!step.config.contains("layer_definitions"))
    step.config["layer_definitions"] = DefaultLayerDefinitions();
  if (!step.config.contains("population_definitions"))
    step.config["population_definitions"] = DefaultPopulationDefinitions();
  return NormaliseMechanisms(ConfigField(step, "synapses"),
                             step.config["synapses"]);
}

}  // namespace

absl::Status InferPopulation(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  const bool synapses = step.kind == "distribute_synapses";
  const bool inferred = synapses || step.kind == "generate_connections";
  if (inferred) MIV_RETURN_IF_ERROR(TakeIncludedPopulation(step));
  if (!step.population().empty())
    return CheckPopulation(draft, index, "population", step.population());
  if (!inferred) return absl::OkStatus();
  const std::string referenced = ReferencedPopulation(draft, step);
  if (!referenced.empty()) {
    step.config["population"] = referenced;
    return absl::OkStatus();
  }
  const auto nearby = NearbyPopulations(
      draft, index,
      synapses ? "generate_synapse_forest" : "distribute_synapses");
  if (nearby.size() == 1) {
    step.config["population"] = *nearby.begin();
    return absl::OkStatus();
  }
  return ConfigError(
      step, "population",
      {.reason = "MISSING_FIELD",
       .what = nearby.empty()
                   ? "the field is required"
                   : "the field is required: the step uses several populations",
       .expected = nearby.empty() ? "a population"
                                  : "one of " + absl::StrJoin(nearby, ", "),
       .remedy = "Say which population the step is about."});
}

absl::Status DeriveConfig(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  if (step.kind == "network_architecture") {
    TakeOver(step, ProducerOf(draft, index, "types", "h5_types"),
             {"cell_distributions"});
    return RequireFields(step, {"cell_distributions"}, "h5_types");
  }
  if (step.kind == "measure_distances") {
    TakeOver(step,
             ProducerOf(draft, index, "coordinates", "network_architecture"),
             {"cell_distributions", "layer_extents", "rotation",
              "coordinate_namespace"});
    MIV_RETURN_IF_ERROR(RequireFields(
        step, {"cell_distributions", "layer_extents"}, "network_architecture"));
    if (!step.config.contains("rotation"))
      step.config["rotation"] = {0.0, 0.0, 0.0};
    if (!step.config.contains("coordinate_namespace"))
      step.config["coordinate_namespace"] = "Generated Coordinates";
  }
  if (step.kind == "gap_junctions") {
    TakeOver(step,
             ProducerOf(draft, index, "coordinates", "network_architecture"),
             {"coordinate_namespace"});
    if (!step.config.contains("coordinate_namespace"))
      step.config["coordinate_namespace"] = "Generated Coordinates";
  }
  if (step.kind == "generate_synapse_forest") return DeriveForest(draft, index);
  if (step.kind == "distribute_synapses") {
    MIV_RETURN_IF_ERROR(CheckCellMechanisms(ConfigField(step, "cell_types"),
                                            step.config["cell_types"]));
    return DeriveLastLayers(draft, index);
  }
  if (step.kind == "generate_connections")
    return DeriveConnections(draft, index);
  if (step.kind == "simulation") return DeriveSimulation(draft, index);
  if (step.kind == "verify") return DeriveVerify(draft, index);
  return absl::OkStatus();
}

}  // namespace miv::pipeline
