#pragma once

// Integrating the network while sampling, reporting and listening.

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "worker/simulate/cells/load_cells.h"
#include "worker/simulate/checkpoint/checkpoints.h"
#include "worker/simulate/lfp/lfp_recorder.h"
#include "worker/simulate/neuron/deliveries.h"
#include "worker/simulate/neuron/engine.h"
#include "worker/simulate/neuron/network.h"
#include "worker/simulate/output/run_output.h"
#include "worker/simulate/recordings/recorder.h"
#include "worker/step/step.h"

namespace miv::simulate {

/// When and where checkpoints are written, and what the run starts from.
struct CheckpointRule {
  std::string path;        ///< of the file, which is replaced every time
  std::int64_t every = 0;  ///< steps; 0: never while the run lasts
  std::string end_path;    ///< of one after the last step; "": none
  /// What all of them say; t, step and counts: where the run starts.
  CheckpointHeader header;
  std::int64_t first_step = 0;
};

/// The end of what a run has put down at the checkpoint of this time: spikes
/// that fall on it are in, those of the step that ends then are not.
inline double JustAfter(double t_ms) {
  return std::nextafter(t_ms, std::numeric_limits<double>::infinity());
}

struct RunRequest {
  neuron::Engine& engine;
  neuron::Network& network;
  const LoadedCells& cells;
  LfpRecorder& lfp;
  Recorder& recorder;
  RunOutput& output;
  double t_end_ms = 0;
  double dt_ms = 0.025;
  neuron::TiedEvents tied_events = neuron::TiedEvents::kArrival;
  /// Null: no checkpoints and a start at t = 0.
  Checkpoints* checkpoints = nullptr;
  CheckpointRule checkpoint;
};

struct RunOutcome {
  /// Simultaneous events of different sources at one point process, and those
  /// of them with different weights; of all ranks.
  std::int64_t ties = 0;
  std::int64_t unequal_ties = 0;
};

/// Collective; after Initialise.  Samples at t = 0 and after every step,
/// looks every few steps whether every potential is a number, and about 20
/// times a second of wall time reports the simulated time and asks the ranks
/// together whether to stop.  Four times a second, and at the end whatever its
/// reason, the ranks put down what they have of spikes and samples, and the
/// observer hears of it.
///
/// Warns of ties with different weights if they are not delivered by source.
/// Errors, the same on all ranks: Cancelled; InvalidArgument (NOT_A_NUMBER)
/// with gid, section and simulated time; NEURON's own errors.  An error that
/// NEURON raises on one rank of several while the others communicate cannot be
/// agreed on: that rank writes it to failure.json in the output directory and
/// ends the process group.
absl::StatusOr<RunOutcome> RunNetwork(worker::StepContext& ctx,
                                      const RunRequest& request);

}  // namespace miv::simulate
