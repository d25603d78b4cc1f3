// Checks that several kinds share, and which kind is checked by what.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

struct KindCheck {
  const char* kind;
  absl::Status (*check)(Draft&, std::size_t);
};

constexpr KindCheck kChecks[] = {
    {"h5_types", CheckH5Types},
    {"network_architecture", CheckArchitecture},
    {"measure_distances", CheckDistances},
    {"generate_synapse_forest", CheckForest},
    {"distribute_synapses", CheckDistribution},
    {"generate_connections", CheckConnections},
    {"neuroh5_graph", CheckGraph},
    {"gap_junctions", CheckGapJunctions},
    {"input_spikes", CheckInputSpikes},
    {"import", CheckImport},
    {"script", CheckScript},
    {"simulation", CheckSimulation},
};

// Kinds and single files that a file from elsewhere may be used as.
std::vector<std::string> StandInTargets() {
  std::vector<std::string> targets;
  for (const KindInfo& kind : AllKinds())
    if (kind.outputs.size() == 1 && kind.name != "simulation" &&
        kind.name != "verify")
      targets.push_back(kind.name);
  targets.insert(targets.end(), {"cells", "connections", "morphology"});
  return targets;
}

}  // namespace

absl::Status CheckStep(Draft& draft, std::size_t index) {
  for (const KindCheck& entry : kChecks)
    if (draft.step(index).kind == entry.kind) return entry.check(draft, index);
  return absl::OkStatus();
}

absl::Status NormaliseStandIn(ResolvedStep& step) {
  if (!step.config.contains("stands_for")) return absl::OkStatus();
  std::string given = step.config["stands_for"];
  const auto targets = StandInTargets();
  // Of one population, "connections" is the kind; else it is the graph's file.
  if (given == "connections" && !step.population().empty())
    given = step.config["stands_for"] = "generate_connections";
  if (std::find(targets.begin(), targets.end(), given) != targets.end())
    return absl::OkStatus();
  const auto kind = FindKind(given);
  const std::string name = kind.ok() ? (*kind)->name : given;
  if (std::find(targets.begin(), targets.end(), name) == targets.end())
    return ConfigError(step, "stands_for",
                       {.reason = "UNKNOWN_KIND",
                        .what = "a file cannot stand for this",
                        .expected = "one of " + absl::StrJoin(targets, ", "),
                        .found = Show(given),
                        .remedy = NearestName(given, targets).empty()
                                      ? ""
                                      : SuggestName(given, targets)});
  step.config["stands_for"] = name;
  return absl::OkStatus();
}

absl::Status CheckImport(Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  for (const char* field : {"layer_from", "depth_axis", "soma_layer",
                            "layer_extents", "layer_definitions"})
    if (step.config.contains(field))
      return ConfigError(step, field,
                         {.reason = "CONFLICT",
                          .what = "the field only has a meaning for SWC files "
                                  "that stand for generate_synapse_forest"});
  if (step.outputs[0].empty())
    return ConfigError(
        step, "file",
        {.reason = "WRONG_TYPE",
         .what = "the path names no file",
         .expected = "the path of a file",
         .found = Show(draft.spec->steps[index].config["file"])});
  return absl::OkStatus();
}

std::vector<std::string> KeysOf(const json& map) {
  std::vector<std::string> keys;
  if (map.is_object())
    for (const auto& [key, value] : map.items()) keys.push_back(key);
  return keys;
}

absl::Status CheckLayer(const ResolvedStep& step, absl::string_view field,
                        const std::string& layer, const json& definitions,
                        absl::string_view table) {
  if (layer == "default" || definitions.contains(layer))
    return absl::OkStatus();
  std::vector<std::string> known = KeysOf(definitions);
  std::erase(known, "default");
  return ConfigError(step, field,
                     {.reason = "UNKNOWN_LAYER",
                      .what = absl::StrCat("the layer has no entry in ", table),
                      .expected = "one of " + absl::StrJoin(known, ", "),
                      .found = Show(layer),
                      .remedy = NearestName(layer, known).empty()
                                    ? absl::StrCat("Add it to ", table, ".")
                                    : SuggestName(layer, known)});
}

std::int64_t TotalCells(const json& layers) {
  std::int64_t total = 0;
  for (const auto& [layer, count] : layers.items())
    total += count.get<std::int64_t>();
  return total;
}

}  // namespace miv::pipeline
