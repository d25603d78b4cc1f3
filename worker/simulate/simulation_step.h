#pragma once

// The component `simulation`.

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "worker/step/step.h"

namespace miv::simulate {

/// A worker step (step.h).  Inputs: "cells", "connections", "templates", and
/// "mechanism_library" if the model has mechanisms; "stimulus:I" for the file
/// of entry I of `stimulus`.  Writes results.h5, readout.npy and
/// readout_LABEL.npy, and the tables that `debug` asks for.
///
/// Reference semantics: MiV-Simulator f279b9c (cells, connections, run) with
/// the parameters of a synapse by name; spikes, voltages and LFP are the same
/// on any number of ranks.
///
/// The report also has "point_processes" and "netcons" [per rank], "spikes",
/// "celsius" and "setup_s" (wall time of loading, per rank).
absl::StatusOr<nlohmann::json> SimulationStep(worker::StepContext& ctx);

}  // namespace miv::simulate
