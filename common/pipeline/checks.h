#pragma once

// What the fields of a step mean together, by kind.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/pipeline/draft.h"

namespace miv::pipeline {

absl::Status CheckH5Types(Draft& draft, std::size_t index);
absl::Status CheckArchitecture(Draft& draft, std::size_t index);
absl::Status CheckDistances(Draft& draft, std::size_t index);
absl::Status CheckForest(Draft& draft, std::size_t index);
absl::Status CheckDistribution(Draft& draft, std::size_t index);
absl::Status CheckConnections(Draft& draft, std::size_t index);
absl::Status CheckGraph(Draft& draft, std::size_t index);
absl::Status CheckGapJunctions(Draft& draft, std::size_t index);
absl::Status CheckInputSpikes(Draft& draft, std::size_t index);
absl::Status CheckImport(Draft& draft, std::size_t index);
absl::Status CheckScript(Draft& draft, std::size_t index);
absl::Status CheckSimulation(Draft& draft, std::size_t index);
/// Parts of CheckSimulation.
absl::Status CheckSimulatedModel(Draft& draft, std::size_t index);
absl::Status CheckCellTypes(Draft& draft, std::size_t index);
absl::Status CheckStimuli(Draft& draft, std::size_t index);
/// Stimuli from input_spikes steps: names, and cells that have trains.
absl::Status CheckStimulusFiles(Draft& draft, std::size_t index);
absl::Status CheckClamps(Draft& draft, std::size_t index);
/// A start from another step's checkpoint: time steps and t_end.
absl::Status CheckStart(const Draft& draft, std::size_t index);
absl::Status CheckRecordings(Draft& draft, std::size_t index);
absl::Status CheckHooks(Draft& draft, std::size_t index);

/// The populations and gids that an entry of a simulation names exist.
absl::Status CheckTargets(const Draft& draft, std::size_t index,
                          const std::string& field,
                          const nlohmann::json& entry);

/// Whether the value at `keys` of a step's config was written there, not
/// derived.
bool IsOwn(const Draft& draft, std::size_t index,
           const std::vector<std::string>& keys);

/// What is wrong with {expr, parameter, const}, with the field of these that it
/// is about; nullopt if nothing is, or if `value` is of another form.
/// allowed: what the expression may depend on; empty = one thing of any name.
/// Reasons: EXPRESSION, NOT_AVAILABLE, MISSING_FIELD.
std::optional<Fault> ExpressionFault(const nlohmann::json& value,
                                     const std::vector<std::string>& allowed);

/// Keys of a mapping, sorted.
std::vector<std::string> KeysOf(const nlohmann::json& map);

/// Errors: UNKNOWN_LAYER unless `layer` is "default" or in `definitions`.
/// table: what definitions is called, "layer_definitions".
absl::Status CheckLayer(const ResolvedStep& step, absl::string_view field,
                        const std::string& layer,
                        const nlohmann::json& definitions,
                        absl::string_view table);

/// Cells of a population over all layers.
std::int64_t TotalCells(const nlohmann::json& layers);

}  // namespace miv::pipeline
