#pragma once

// Integrating the network while sampling, reporting and listening.

#include <vector>

#include "absl/status/statusor.h"
#include "worker/simulate/cells/load_cells.h"
#include "worker/simulate/lfp/lfp_recorder.h"
#include "worker/simulate/neuron/engine.h"
#include "worker/simulate/neuron/network.h"
#include "worker/simulate/recordings/recorder.h"
#include "worker/step/step.h"

namespace miv::simulate {

struct RunRequest {
  neuron::Engine& engine;
  neuron::Network& network;
  const LoadedCells& cells;
  LfpRecorder& lfp;
  Recorder& recorder;
  double t_end_ms = 0;
};

/// Collective; after Initialise.  Samples at t = 0 and after every step,
/// looks every few steps whether every potential is a number, and about 20
/// times a second of wall time reports the simulated time and asks the ranks
/// together whether to stop.
///
/// Returns the spikes of all ranks, sorted by (t, gid), on rank 0.
/// Errors, the same on all ranks: Cancelled; InvalidArgument (NOT_A_NUMBER)
/// with gid, section and simulated time; NEURON's own errors.  An error that
/// NEURON raises on one rank of several while the others communicate cannot be
/// agreed on: that rank writes it to failure.json in the output directory and
/// ends the process group.
absl::StatusOr<std::vector<neuron::Spike>> RunNetwork(
    worker::StepContext& ctx, const RunRequest& request);

}  // namespace miv::simulate
