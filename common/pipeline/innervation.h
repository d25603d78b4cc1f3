#pragma once

// Whether synapses and projections of a population can meet.

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "common/pipeline/draft.h"

namespace miv::pipeline {

/// Whether a density {mean, variance} can give a synapse.
bool HasSynapses(const nlohmann::json& density);

/// Compares a generate_connections step with the densities of the
/// distribute_synapses step that it uses.
/// Errors: InvalidArgument UNREACHABLE_PROJECTION if no density gives synapses
/// to any row of a projection.
/// Warns of densities that no projection takes: whether such synapses exist
/// depends on the tree.
absl::Status CheckInnervation(Draft& draft, std::size_t index);

}  // namespace miv::pipeline
