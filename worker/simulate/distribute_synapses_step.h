#pragma once

// The component `distribute_synapses` with the geometry of the model's own
// templates.

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "worker/step/step.h"

namespace miv::simulate {

/// A worker step (step.h): worker::DistributeSynapses with a
/// NeuronGeometryProvider.  Inputs: those of that function, "templates", and
/// "mechanism_library" if the model has mechanisms.
absl::StatusOr<nlohmann::json> DistributeSynapsesStep(worker::StepContext& ctx);

}  // namespace miv::simulate
