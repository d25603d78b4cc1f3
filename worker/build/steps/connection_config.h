#pragma once

// What a generate_connections config says, as the connectivity kernel takes it.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/build/connectivity/distance_kernel.h"
#include "worker/build/connectivity/synapse_partition.h"
#include "worker/build/steps/model_names.h"

namespace miv::worker {

/// The projections onto one population, by name of the source population.
struct ConnectionModel {
  std::vector<build::ProjectionRule> rules;
  std::vector<build::LayeredKernels> kernels;  ///< parallel to rules
  bool allow_autapses = false;
};

/// config.synapses[population], the axon_extents of its sources, and
/// config.allow_autapses.
/// Errors: InvalidArgument, naming the field, for anything missing, of the
/// wrong type or unknown, among them a source without extents and section,
/// layer and proportion lists of different lengths.
absl::StatusOr<ConnectionModel> ConnectionModelOf(const nlohmann::json& config,
                                                  const std::string& population,
                                                  const LayerNames& layers);

}  // namespace miv::worker
