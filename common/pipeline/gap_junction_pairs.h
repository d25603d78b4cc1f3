#pragma once

// The coupled populations of a gap_junctions step.

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "common/pipeline/draft.h"

namespace miv::pipeline {

/// The populations that `locations` couples.
std::set<std::string> CoupledPopulations(const nlohmann::json& config);

/// Binds "forest:P" of every coupled population to the nearest step.
/// Errors: InvalidArgument AMBIGUOUS_INPUT; MISSING_INPUT for a population
/// without a forest.
absl::Status BindCoupledForests(Draft& draft, std::size_t index);

}  // namespace miv::pipeline
