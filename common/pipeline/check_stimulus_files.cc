// Stimuli of a simulation that come from an input_spikes step.

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/derive_simulation.h"
#include "common/pipeline/input_cells.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

// The input_spikes step whose trains stimulus `i` plays; nullptr if its trains
// come from elsewhere.
const ResolvedStep* TrainMaker(const Draft& draft, std::size_t index,
                               std::size_t i) {
  return ProducerOf(draft, index, absl::StrCat("stimulus:", i), "input_spikes");
}

absl::Status CheckSameName(const ResolvedStep& step, const std::string& field,
                           const ResolvedStep& maker, const std::string& name,
                           const json& entry) {
  if (entry[name] == maker.config[name]) return absl::OkStatus();
  return ConfigError(step, FieldPath(field, name),
                     {.reason = "UNKNOWN_NAME",
                      .what = absl::StrCat("step ", maker.name, " writes its ",
                                           "trains under another ", name),
                      .expected = Show(maker.config[name]),
                      .found = Show(entry[name]),
                      .remedy = "Leave the field out: it is the step's."});
}

// How many cells of `wanted` are not in `made`; both sorted and disjoint.
std::uint64_t CountMissing(const std::vector<GidRange>& wanted,
                           const std::vector<GidRange>& made) {
  std::uint64_t missing = 0;
  for (const GidRange& range : wanted) {
    std::uint64_t covered = 0;
    for (const GidRange& other : made) {
      const std::uint64_t begin = std::max(range.begin, other.begin);
      const std::uint64_t end = std::min(range.end, other.end);
      if (begin < end) covered += end - begin;
    }
    missing += range.end - range.begin - covered;
  }
  return missing;
}

// The cells of the stimulus have trains.
absl::Status CheckCovered(Draft& draft, std::size_t index,
                          const std::string& field, const ResolvedStep& maker,
                          const json& entry) {
  const std::vector<GidRange> wanted = CellsOfInput(draft, index, entry);
  std::vector<GidRange> made;
  for (const json& input : maker.config["inputs"])
    for (const GidRange& range : CellsOfInput(draft, index, input))
      made.push_back(range);
  std::uint64_t total = 0;
  for (const GidRange& range : wanted) total += range.end - range.begin;
  const std::uint64_t missing = CountMissing(wanted, made);
  if (missing == 0 || made.empty()) return absl::OkStatus();
  if (missing < total) {
    Warn(draft, draft.step(index), field,
         absl::StrCat("Step ", maker.name, " makes no train for ", missing,
                      " of the ", total, " cells: they stay silent."));
    return absl::OkStatus();
  }
  return ConfigError(draft.step(index), field,
                     {.reason = "NO_TRAINS",
                      .what = absl::StrCat("step ", maker.name,
                                           " makes no train for these cells"),
                      .remedy = "Add them to its inputs."});
}

// `spike train` of a cell type names where the trains of its cells lie in a
// file: it serves the stimuli of the population that come from one.
void TakeSpikeTrains(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  const json* cells = CellsOf(draft, index);
  for (auto& [population, type] : step.config["cell_types"].items()) {
    if (!type.contains("spike train")) continue;
    const json train = type["spike train"];
    type.erase("spike train");
    bool stimulated = cells != nullptr && !cells->contains(population);
    for (json& entry : step.config["stimulus"]) {
      if (entry.value("population", population) != population) continue;
      stimulated = true;
      if (!entry.contains("population") || !entry.contains("file")) continue;
      for (const char* name : {"namespace", "attribute"})
        if (!entry.contains(name)) entry[name] = train[name];
    }
    if (!stimulated)
      Warn(draft, step,
           FieldPath(FieldPath("cell_types", population), "spike train"),
           absl::StrCat("No stimulus is about ", population,
                        ": its cells play no trains. Add {population: ",
                        population, ", file: FILE} to stimulus."));
  }
}

}  // namespace

void DeriveStimulusFiles(Draft& draft, std::size_t index) {
  json& stimuli = draft.step(index).config["stimulus"];
  for (std::size_t i = 0; i < stimuli.size(); ++i) {
    const ResolvedStep* maker = TrainMaker(draft, index, i);
    if (maker == nullptr) continue;
    for (const char* name : {"namespace", "attribute"})
      if (!stimuli[i].contains(name)) stimuli[i][name] = maker->config[name];
  }
  TakeSpikeTrains(draft, index);
}

absl::Status CheckStimulusFiles(Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  const json stimuli = step.config["stimulus"];
  std::set<std::string> played;
  for (std::size_t i = 0; i < stimuli.size(); ++i) {
    const ResolvedStep* maker = TrainMaker(draft, index, i);
    if (maker == nullptr) continue;
    played.insert(maker->name);
    const std::string field = FieldPath("stimulus", i);
    for (const char* name : {"namespace", "attribute"})
      MIV_RETURN_IF_ERROR(CheckSameName(step, field, *maker, name, stimuli[i]));
    MIV_RETURN_IF_ERROR(CheckCovered(draft, index, field, *maker, stimuli[i]));
  }
  for (const std::size_t used : draft.graph.uses(index)) {
    const ResolvedStep& maker = draft.step(used);
    if (maker.kind == "input_spikes" && played.count(maker.name) == 0)
      Warn(draft, step, "stimulus",
           absl::StrCat("The trains of step ", maker.name,
                        " are not played: no stimulus says file: step:",
                        maker.name, "."));
  }
  return absl::OkStatus();
}

}  // namespace miv::pipeline
