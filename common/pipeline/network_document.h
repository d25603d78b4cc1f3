#pragma once

// What the sections of a declarative network mean together.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/pipeline/resolve.h"

namespace miv::pipeline {

/// Takes out of a declarative network, before its shape is checked, the
/// entries of cell types that belong to a simulation, with a warning.
/// step: of kind network; field: path of `document`.
void DropSimulatedEntries(const std::string& step, const std::string& field,
                          nlohmann::json& document,
                          std::vector<Warning>& warnings);

/// Checks a network of the right shape: names that sections share, fixed
/// numbers, celsius.  Warns of sections that would change the network or a
/// simulation of it, and are not read.
/// Errors (InvalidArgument): UNKNOWN_POPULATION for a projection from or to a
/// population without cells, FIXED_VALUE for another number of a section class
/// or synapse type, WRONG_TYPE for a temperature that is no number.
absl::Status CheckNetworkDocument(const std::string& step,
                                  const std::string& field,
                                  const nlohmann::json& document,
                                  std::vector<Warning>& warnings);

}  // namespace miv::pipeline
