#include "common/pipeline/written_order.h"

#include <string>

#include "absl/strings/string_view.h"
#include "common/pipeline/kinds.h"
#include "common/pipeline/network_kind.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using config::SourceMap;
using nlohmann::json;

// The member of a mapping, if both are mappings.
json* MapAt(json& parent, const char* key) {
  if (!parent.is_object()) return nullptr;
  const auto it = parent.find(key);
  return it != parent.end() && it->is_object() ? &*it : nullptr;
}

// The last key of `map` that was written at `field`; "" if that is not known.
std::string LastKey(const SourceMap& sources, const std::string& field,
                    const json& map) {
  const auto& keys = sources.KeysOf(field);
  for (auto key = keys.rbegin(); key != keys.rend(); ++key)
    if (map.contains(*key)) return *key;
  return "";
}

// field: of `synapses`.
void RecordLastLayers(const SourceMap& sources, const std::string& field,
                      json& synapses) {
  const json* density = MapAt(synapses, "density");
  if (density == nullptr) return;
  json last_layers = synapses.value("last_layers", json::object());
  if (!last_layers.is_object()) return;
  for (const auto& [section, types] : density->items()) {
    if (!types.is_object()) continue;
    for (const auto& [type, layers] : types.items()) {
      const std::string last = LastKey(
          sources,
          FieldPath(FieldPath(FieldPath(field, "density"), section), type),
          layers);
      json& of_section = last_layers[section];
      if (of_section.is_null()) of_section = json::object();
      if (!last.empty() && of_section.is_object() && !of_section.contains(type))
        of_section[type] = last;
    }
  }
  synapses["last_layers"] = std::move(last_layers);
}

void RecordCellTypes(const SourceMap& sources, const std::string& field,
                     json& cell_types) {
  for (auto& [population, cell_type] : cell_types.items())
    if (json* synapses = MapAt(cell_type, "synapses"))
      RecordLastLayers(sources,
                       FieldPath(FieldPath(field, population), "synapses"),
                       *synapses);
}

bool WantsLastLayer(const json& config) {
  return config.is_object() && config.contains("density_semantics") &&
         config["density_semantics"] == "last_layer";
}

bool IsKind(absl::string_view kind, absl::string_view canonical) {
  const auto info = FindKind(kind);
  return info.ok() && (*info)->name == canonical;
}

// The sources of each population as they were written.
json Projections(const SourceMap& sources, const std::string& field,
                 const json& synapses) {
  json projections = json::object();
  for (const auto& [post, projection] : synapses.items()) {
    json& order = projections[post] = json::array();
    if (!projection.is_object()) continue;
    for (const std::string& pre : sources.KeysOf(FieldPath(field, post)))
      if (projection.contains(pre)) order.push_back(pre);
  }
  return projections;
}

void RecordNetwork(const SourceMap& sources, const std::string& field,
                   json& config) {
  json* document = MapAt(config, "config");
  if (document == nullptr) return;
  const std::string at = FieldPath(field, "config");
  json* generator = MapAt(*document, "Connection Generator");
  const json* synapses =
      generator == nullptr ? nullptr : MapAt(*generator, "Synapses");
  if (synapses != nullptr && !config.contains("projections"))
    config["projections"] = Projections(
        sources, FieldPath(at, "Connection Generator.Synapses"), *synapses);
  const json options = config.value("options", json::object());
  json* cell_types = MapAt(*document, "Cell Types");
  if (cell_types == nullptr || !options.is_object()) return;
  for (const auto& [kind, fields] : options.items())
    if (IsKind(kind, "distribute_synapses") && WantsLastLayer(fields))
      RecordCellTypes(sources, FieldPath(at, "Cell Types"), *cell_types);
}

}  // namespace

void RecordWrittenOrder(const SourceMap& sources, PipelineSpec& spec) {
  for (StepSpec& step : spec.steps) {
    const std::string field =
        FieldPath(FieldPath("steps", step.name), "config");
    if (IsNetworkKind(step.kind)) RecordNetwork(sources, field, step.config);
    json* cell_types = MapAt(step.config, "cell_types");
    if (cell_types != nullptr && WantsLastLayer(step.config) &&
        IsKind(step.kind, "distribute_synapses"))
      RecordCellTypes(sources, FieldPath(field, "cell_types"), *cell_types);
  }
}

}  // namespace miv::pipeline
