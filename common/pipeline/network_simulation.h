#pragma once

// What a network says about simulations of it.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/pipeline/expand_network.h"
#include "common/pipeline/network_reader.h"
#include "common/pipeline/resolve.h"

namespace miv::pipeline {

/// Fields of a simulation, and where the network says so.
struct SimulationDefaults {
  nlohmann::json config = nlohmann::json::object();
  /// By path below the config, "connection_velocity.PYR": as written.
  std::vector<std::pair<std::string, std::string>> origins;
  /// By field, "" = whatever the step says: what a simulation does not do.
  std::map<std::string, std::vector<Warning>> warnings;
  std::string gap_junctions;  ///< step that makes them; "" if there are none
};

/// The sections of a network that are about its simulation:
///   Connection Generator.Connection Velocity      connection_velocity
///   Connection Generator.Synapse Mechanisms       synapse_mechanisms
///   Connection Generator.Synapse Parameter Rules  synapse_rules
///   Global Parameters.celsius                     celsius
///   Recording.Intracellular.PROFILE               record
///   Recording.LFP                                 lfp
/// PROFILE is `recording_profile` of the network's config, else the one called
/// "Network default" (MiV-Simulator f279b9c, run_network).
/// step: the network's.
/// Errors: InvalidArgument UNKNOWN_NAME for a profile that does not exist,
/// UNEQUAL_LENGTHS for places that are not one per section class.
absl::StatusOr<SimulationDefaults> SimulationDefaultsOf(const std::string& step,
                                                        const Network& network);

/// Gives every simulation of `out` what the network says whose graph is nearest
/// to it, by `connections` and `cells`, then by `uses`.  What the step itself
/// says wins: mappings entry by entry, anything else as a whole.
/// by_graph: by the name of the graph's step.
void GiveSimulationDefaults(
    const std::map<std::string, SimulationDefaults>& by_graph, Expansion& out);

}  // namespace miv::pipeline
