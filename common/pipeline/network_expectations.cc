#include "common/pipeline/network_expectations.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

// These members of `from`, as far as it has them.
json Only(const json& from, const std::vector<std::string>& fields) {
  json kept = json::object();
  for (const std::string& field : fields)
    if (from.contains(field)) kept[field] = from[field];
  return kept;
}

// The step of this kind that an input comes from, or nullptr.
const ResolvedStep* Producer(const ResolvedPipeline& pipeline,
                             const ResolvedStep& step, absl::string_view role,
                             absl::string_view kind) {
  const Input* input = step.FindInput(role);
  const ResolvedStep* producer =
      input == nullptr ? nullptr : pipeline.FindStep(input->step);
  return producer != nullptr && producer->kind == kind ? producer : nullptr;
}

json SynapsesOf(const ResolvedStep& step) {
  json kept = Only(step.config, {"layer_definitions", "distribution",
                                 "density_semantics", "point_process"});
  const json& synapses =
      step.config["cell_types"][step.population()]["synapses"];
  kept.update(Only(synapses, {"density", "last_layers"}));
  return kept;
}

json ConnectionsOf(const ResolvedStep& step) {
  json kept = Only(step.config, {"layer_definitions", "allow_autapses"});
  const json& sources = step.config["synapses"][step.population()];
  for (const auto& [pre, projection] : sources.items()) {
    kept["projections"][pre] = Only(
        projection, {"type", "sections", "layers", "proportions", "contacts"});
    kept["axon_extents"][pre] = step.config["axon_extents"][pre];
  }
  return kept;
}

void AddGeometry(const ResolvedPipeline& pipeline, const ResolvedStep& graph,
                 json& expectations) {
  const ResolvedStep* coordinates =
      Producer(pipeline, graph, "coordinates", "network_architecture");
  const ResolvedStep* distances =
      Producer(pipeline, graph, "distances", "measure_distances");
  if (distances != nullptr)
    expectations["distances"] =
        Only(distances->config, {"layer_extents", "origin"});
  if (coordinates == nullptr) return;
  expectations["coordinates"] = Only(
      coordinates->config, {"cell_distributions", "layer_extents", "rotation",
                            "rotation_order", "cell_constraints", "populations",
                            "coordinate_namespace", "compat_sampling"});
  const ResolvedStep* types =
      Producer(pipeline, *coordinates, "types", "h5_types");
  if (types != nullptr)
    expectations["types"] =
        Only(types->config,
             {"cell_distributions", "population_definitions", "projections"});
}

}  // namespace

json NetworkExpectations(const ResolvedPipeline& pipeline,
                         const ResolvedStep& graph) {
  json expectations = json::object();
  AddGeometry(pipeline, graph, expectations);
  for (const Input& input : graph.inputs) {
    const ResolvedStep* producer = pipeline.FindStep(input.step);
    if (producer == nullptr) continue;
    if (producer->kind == "distribute_synapses" &&
        absl::StartsWith(input.role, "synapses:"))
      expectations["synapses"][producer->population()] = SynapsesOf(*producer);
    if (producer->kind == "generate_connections" &&
        absl::StartsWith(input.role, "connections:"))
      expectations["connections"][producer->population()] =
          ConnectionsOf(*producer);
  }
  return expectations;
}

absl::Status DeriveVerify(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  if (step.config.contains("expectations"))
    return ConfigError(
        step, "expectations",
        {.reason = "DERIVED_FIELD",
         .what = "the field follows from the steps that built the graph",
         .remedy = "Leave it out, and use the neuroh5_graph step."});
  const ResolvedStep* graph =
      ProducerOf(draft, index, "connections", "neuroh5_graph");
  if (graph == nullptr)
    graph = ProducerOf(draft, index, "cells", "neuroh5_graph");
  if (graph == nullptr) graph = NearestOfKind(draft, index, "neuroh5_graph");
  step.config["expectations"] = graph == nullptr
                                    ? json::object()
                                    : NetworkExpectations(draft.out, *graph);
  return absl::OkStatus();
}

}  // namespace miv::pipeline
