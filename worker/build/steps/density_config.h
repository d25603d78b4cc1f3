#pragma once

// What a distribute_synapses config says, as the placement kernel takes it.

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "worker/build/steps/model_names.h"
#include "worker/build/synapses/synapse_density.h"

namespace miv::worker {

struct SynapseModel {
  std::string template_name;
  build::DensityTable densities;  ///< by section class, then synapse type
  build::SynapseOptions options;
};

/// config.cell_types[population] and the options of the placement.  With "last
/// layer" semantics the layer that last_layers names comes last in its rule.
/// Errors: InvalidArgument, naming the field, for anything missing, of the
/// wrong type or unknown.
absl::StatusOr<SynapseModel> SynapseModelOf(const nlohmann::json& config,
                                            const std::string& population,
                                            const LayerNames& layers);

}  // namespace miv::worker
