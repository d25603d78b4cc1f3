#include "common/pipeline/derive_simulation.h"

#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/pipeline/model_schema.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

// Members of `over` replace those of `base`, mappings member by member.
void DeepMerge(json& base, const json& over) {
  if (!base.is_object() || !over.is_object()) {
    base = over;
    return;
  }
  for (const auto& [key, value] : over.items()) {
    const auto it = base.find(key);
    if (it == base.end())
      base[key] = value;
    else
      DeepMerge(*it, value);
  }
}

// `field` of all steps of this kind upstream: {population: entry}, a
// population's own step first, then the nearest that has an entry.
json Gather(const Draft& draft, std::size_t index, const std::string& kind,
            const std::string& field) {
  json gathered = json::object();
  const auto upstream = draft.graph.Upstream(index);
  for (const bool own : {true, false})
    for (const std::size_t used : upstream) {
      const ResolvedStep& step = draft.step(used);
      if (step.kind != kind) continue;
      for (const auto& [population, entry] : step.config[field].items())
        if ((!own || population == step.population()) &&
            !gathered.contains(population))
          gathered[population] = entry;
    }
  return gathered;
}

// base with the step's own value of `field` merged over it.
void MergeOver(json base, ResolvedStep& step, const std::string& field) {
  DeepMerge(base, step.config[field]);
  step.config[field] = std::move(base);
}

// Labels where none is given: base, base_2, base_3, ...
void LabelEntries(json& entries, const std::string& base) {
  std::set<std::string> taken;
  for (const json& entry : entries) taken.insert(entry.value("label", ""));
  int number = 1;
  for (json& entry : entries) {
    if (entry.contains("label")) continue;
    std::string label;
    do {
      label = number == 1 ? base : absl::StrCat(base, "_", number);
      ++number;
    } while (!taken.insert(label).second);
    entry["label"] = label;
  }
}

std::vector<std::string> OutputsOf(const json& config) {
  std::vector<std::string> outputs = {"results.h5"};
  const json debug = config.value("debug", json::object());
  if (debug.value("netcons", false)) outputs.push_back("netcons.tsv");
  if (debug.value("sections", false))
    outputs.insert(outputs.end(), {"sections.tsv", "segments.tsv",
                                   "detectors.tsv", "points.tsv"});
  if (config.value("save_checkpoint", false))
    outputs.push_back("checkpoint.miv");
  const json& electrodes = config["lfp"];
  if (!electrodes.empty()) outputs.push_back("readout.npy");
  for (std::size_t i = 1; i < electrodes.size(); ++i)
    outputs.push_back(absl::StrCat(
        "readout_", electrodes[i]["label"].get<std::string>(), ".npy"));
  return outputs;
}

// Removes what only building reads: densities of synapses, and where
// projections end.
void KeepSimulated(json& config) {
  for (auto& [population, cell_type] : config["cell_types"].items())
    if (cell_type.contains("synapses") && cell_type["synapses"].is_object())
      for (const char* field : {"density", "last_layers"})
        cell_type["synapses"].erase(field);
  for (auto& [post, sources] : config["synapses"].items())
    for (auto& [pre, projection] : sources.items())
      for (const char* field :
           {"type", "sections", "layers", "proportions", "contacts"})
        projection.erase(field);
}

// "d_lambda(FREQUENCY, FRACTION)" as a record; "template" stays.
absl::Status NormaliseSegments(ResolvedStep& step) {
  json& nseg = step.config["nseg"];
  if (!nseg.is_string() || nseg == "template") return absl::OkStatus();
  std::string text = nseg;
  absl::RemoveExtraAsciiWhitespace(&text);
  absl::string_view inner = text;
  double frequency = 0, d_lambda = 0;
  if (absl::ConsumePrefix(&inner, "d_lambda(") &&
      absl::ConsumeSuffix(&inner, ")")) {
    const std::vector<absl::string_view> parts = absl::StrSplit(inner, ',');
    if (parts.size() == 2 && absl::SimpleAtod(parts[0], &frequency) &&
        absl::SimpleAtod(parts[1], &d_lambda) && frequency > 0 &&
        d_lambda > 0 && std::isfinite(frequency) && std::isfinite(d_lambda)) {
      nseg = {{"frequency", frequency}, {"d_lambda", d_lambda}};
      return absl::OkStatus();
    }
  }
  return ConfigError(step, "nseg",
                     {.reason = "UNKNOWN_NAME",
                      .what = "not a way to choose the number of segments",
                      .expected = "template, or d_lambda(FREQUENCY, FRACTION) "
                                  "such as d_lambda(100, 0.1)",
                      .found = Show(nseg)});
}

}  // namespace

absl::Status DeriveSimulation(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  MIV_RETURN_IF_ERROR(NormaliseMechanisms(ConfigField(step, "synapses"),
                                          step.config["synapses"]));
  MIV_RETURN_IF_ERROR(CheckCellMechanisms(ConfigField(step, "cell_types"),
                                          step.config["cell_types"]));
  MergeOver(Gather(draft, index, "distribute_synapses", "cell_types"), step,
            "cell_types");
  MergeOver(Gather(draft, index, "generate_connections", "synapses"), step,
            "synapses");
  KeepSimulated(step.config);
  MergeOver(DefaultSynapseMechanisms(), step, "synapse_mechanisms");
  MergeOver(DefaultSynapseRules(), step, "synapse_rules");
  MIV_RETURN_IF_ERROR(NormaliseSegments(step));
  DeriveStimulusFiles(draft, index);
  LabelEntries(step.config["lfp"], "electrode");
  LabelEntries(step.config["record"], "recording");
  step.outputs = OutputsOf(step.config);
  return absl::OkStatus();
}

}  // namespace miv::pipeline
