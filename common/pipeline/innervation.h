#pragma once

// Whether synapses and projections of a population can meet.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/pipeline/draft.h"
#include "common/pipeline/resolve.h"

namespace miv::pipeline {

/// Whether a density {mean, variance} can give a synapse.
bool HasSynapses(const nlohmann::json& density);

/// "apical in SR"; only the section class for layer "default".
std::string PlaceText(const std::string& section, const std::string& layer);

/// Compares a generate_connections step with the densities of the
/// distribute_synapses step that it uses.
/// Errors: InvalidArgument UNREACHABLE_PROJECTION if no density gives synapses
/// to any row of a projection.
absl::Status CheckInnervation(Draft& draft, std::size_t index);

/// Warns of densities of `placed`, a distribute_synapses step whose trees are
/// not known, that no projection of `step` takes: whether such synapses exist
/// depends on the tree.
void WarnOfUntaken(const ResolvedStep& step, const ResolvedStep& placed,
                   std::vector<Warning>& warnings);

}  // namespace miv::pipeline
