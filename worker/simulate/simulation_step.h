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
/// The report also has "point_processes", "netcons" and "segments" [per rank],
/// "steps", "spikes", "celsius", "peak_rss_bytes" and, of all before the first
/// step, "setup_s" (wall time) and "setup_cpu_s" [per rank].
absl::StatusOr<nlohmann::json> SimulationStep(worker::StepContext& ctx);

}  // namespace miv::simulate
