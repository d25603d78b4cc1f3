#pragma once

// What configs say about amounts of work.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/pipeline/resolve.h"
#include "common/pipeline/tree_lengths.h"

namespace miv::server {

/// The member at a path of names; null if there is none.
const nlohmann::json& At(const nlohmann::json& value,
                         const std::vector<std::string>& path);

/// The number `name` of an object, if it has one.
double NumberIn(const nlohmann::json& object, const char* name,
                double otherwise);

/// Sum of the numbers of an object; 0 for anything else.
double SumOfMembers(const nlohmann::json& object);

/// Mechanisms that a synapse has by an entry of a simulation's `synapses`,
/// whose parameters may differ by section class; at least 1.
double MechanismsOf(const nlohmann::json& projection);

/// How many of a cell's synapses a projection takes.
/// per_cell: by "apical excitatory SR".
double TakenBy(const nlohmann::json& projection,
               const std::map<std::string, double>& per_cell);

/// Mean synapses per cell by "apical excitatory SR": the densities of a
/// distribute_synapses step times lengths.
std::map<std::string, double> CensusOf(const pipeline::ResolvedStep& step,
                                       const pipeline::TreeLengths& lengths);

}  // namespace miv::server
