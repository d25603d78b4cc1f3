#include "common/pipeline/key_projection.h"

#include <set>
#include <string>
#include <vector>

namespace miv::pipeline {
namespace {

using nlohmann::json;

// The members of `map` with these keys.
json Only(const json& map, const std::set<std::string>& keys) {
  json kept = json::object();
  for (const std::string& key : keys)
    if (map.contains(key)) kept[key] = map[key];
  return kept;
}

// Of the layers, the depths: nothing else gives points their layer.
void ProjectForest(json& config) {
  if (!config.contains("layer_extents")) return;
  std::set<std::string> names;
  for (auto& [name, box] : config["layer_extents"].items()) {
    names.insert(name);
    box = json::array({box[0][2], box[1][2]});
  }
  config["layer_definitions"] = Only(config["layer_definitions"], names);
}

void ProjectDistribution(const std::string& population, json& config) {
  const json& cell_type = config["cell_types"][population];
  json kept = Only(cell_type, {"template", "template file"});
  kept["density"] = cell_type["synapses"]["density"];
  if (config["density_semantics"] == "last_layer")
    kept["last_layers"] = cell_type["synapses"]["last_layers"];
  std::set<std::string> layers = {"default"};
  for (const auto& [section, types] : kept["density"].items())
    for (const auto& [type, densities] : types.items())
      for (const auto& [layer, density] : densities.items())
        layers.insert(layer);
  config["layer_definitions"] = Only(config["layer_definitions"], layers);
  config["cell_types"] = {{population, std::move(kept)}};
}

void ProjectConnections(const std::string& population, json& config) {
  json sources = config["synapses"][population];
  std::set<std::string> names, layers = {"default"};
  for (auto& [pre, projection] : sources.items()) {
    names.insert(pre);
    for (const json& layer : projection["layers"]) layers.insert(layer);
    projection = Only(
        projection, {"type", "sections", "layers", "proportions", "contacts"});
  }
  json extents = Only(config["axon_extents"], names);
  for (auto& [pre, by_layer] : extents.items())
    by_layer = Only(by_layer, layers);
  config["axon_extents"] = std::move(extents);
  config["layer_definitions"] = Only(config["layer_definitions"], layers);
  config["synapses"] = {{population, std::move(sources)}};
  names.insert(population);
  config["population_definitions"] =
      Only(config["population_definitions"], names);
}

}  // namespace

void ProjectConfig(const ResolvedStep& step, json& config) {
  if (step.kind == "generate_synapse_forest") ProjectForest(config);
  if (step.kind == "distribute_synapses")
    ProjectDistribution(step.population(), config);
  if (step.kind == "generate_connections")
    ProjectConnections(step.population(), config);
  if (step.kind == "script") config.erase("timeout_s");
}

}  // namespace miv::pipeline
