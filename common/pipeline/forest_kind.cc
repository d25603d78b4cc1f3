// The kind generate_synapse_forest, and what its config takes over.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/pipeline/draft.h"
#include "common/pipeline/kind_tables.h"
#include "common/pipeline/model_schema.h"
#include "common/pipeline/schema_build.h"
#include "common/pipeline/soma_points.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

constexpr const char* kDepthFields[] = {"depth_axis", "layer_definitions",
                                        "layer_extents", "soma_layer"};

// One of several morphologies of a population.
Schema Morphology() {
  return Record("a morphology",
                {Required("file", File()),
                 Optional("gids", ListOf(OneOf({IntegerFrom(0, 4294967295.0),
                                                String("range of gids")}),
                                         1))});
}

// The layers in which the population has cells; none if they are not known.
std::vector<std::string> OccupiedLayers(const Draft& draft, std::size_t index) {
  std::vector<std::string> layers;
  const json* cells = CellsOf(draft, index);
  const std::string population = draft.step(index).population();
  if (cells == nullptr || !cells->contains(population)) return layers;
  for (const auto& [layer, count] : (*cells)[population].items())
    if (count > 0) layers.push_back(layer);
  // Cells at given points may lie in any layer.
  return HasPoints((*cells)[population]) ? std::vector<std::string>() : layers;
}

absl::Status DeriveSomaLayer(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  if (step.config.contains("soma_layer")) return absl::OkStatus();
  const auto layers = OccupiedLayers(draft, index);
  if (layers.size() == 1) {
    step.config["soma_layer"] = layers[0];
    return absl::OkStatus();
  }
  return ConfigError(
      step, "soma_layer",
      {.reason = "MISSING_FIELD",
       .what = absl::StrCat("layer_from: depth needs the layer of the soma, "
                            "and the cells of ",
                            step.population(), " are not all in one"),
       .expected =
           layers.empty() ? "a layer" : "one of " + absl::StrJoin(layers, ", "),
       .remedy = "Name the layer in whose middle the root of the tree lies."});
}

}  // namespace

KindInfo GenerateSynapseForestKind() {
  return {
      .name = "generate_synapse_forest",
      .aliases = {"synapse_forest"},
      .outputs = {"forest.h5"},
      .inputs = {{.role = "types",
                  .field = "filepath",
                  .from_kinds = {"h5_types"},
                  .output = "neuro.h5"},
                 {.role = "morphology",
                  .field = "morphology",
                  .scope = RoleScope::kOwnPopulation}},
      .config = KindConfig(
          "generate_synapse_forest",
          {Optional("filepath", File()),
           Required("population", String("population")),
           Optional("morphology", OneOf({File(), ListOf(Morphology(), 1)})),
           Default("layer_from",
                   Choice("source of layers", {"column", "depth"}), "column"),
           Optional("depth_axis",
                    Choice("axis", {"x", "y", "z", "-x", "-y", "-z"})),
           Optional("soma_layer", String("layer")),
           Optional("layer_extents", LayerExtents()),
           Optional("layer_definitions", LayerDefinitions()), Unused("mpi")},
          {"io_size", "chunk_size", "value_chunk_size", "write_size"})};
}

absl::Status DeriveForest(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  if (step.config["layer_from"] != "depth") {
    for (const char* field : kDepthFields)
      if (step.config.contains(field))
        return ConfigError(step, field,
                           {.reason = "CONFLICT",
                            .what = "the field only has a meaning together "
                                    "with layer_from: depth",
                            .remedy = "Remove it, or add layer_from: depth."});
    return absl::OkStatus();
  }
  const ResolvedStep* network =
      NearestOfKind(draft, index, "network_architecture");
  if (!step.config.contains("layer_extents") && network != nullptr)
    step.config["layer_extents"] = network->config["layer_extents"];
  if (!step.config.contains("layer_extents"))
    return ConfigError(step, "layer_extents",
                       {.reason = "MISSING_FIELD",
                        .what = "layer_from: depth needs the layers' extents",
                        .expected = "{layer: [[u, v, l], [u, v, l]]}",
                        .remedy = "Give them, or use a step of kind "
                                  "network_architecture, which implies them."});
  if (!step.config.contains("layer_definitions"))
    step.config["layer_definitions"] = DefaultLayerDefinitions();
  if (!step.config.contains("depth_axis")) step.config["depth_axis"] = "y";
  return DeriveSomaLayer(draft, index);
}

}  // namespace miv::pipeline
