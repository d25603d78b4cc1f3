#pragma once

// The build components that lay out cells or connect them.  As the steps of
// build_steps.h: collective, and the output does not depend on the number of
// ranks.

#include "absl/status/statusor.h"
#include "worker/build/steps/geometry_provider.h"
#include "worker/step/step.h"

namespace miv::worker {

/// forest -> synapses.h5: the synapses of every cell of a population.  The
/// component's step function makes the provider (of the templates) and calls
/// this.
absl::StatusOr<nlohmann::json> DistributeSynapses(StepContext& ctx,
                                                  GeometryProvider& geometry);

/// distances, synapses -> connectivity.h5: the projections onto a population.
absl::StatusOr<nlohmann::json> GenerateConnectionsStep(StepContext& ctx);

}  // namespace miv::worker
