#pragma once

// The network of a simulation in NEURON: from files and config to a model that
// is ready to be initialised.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/neuroh5/reader.h"
#include "worker/simulate/cells/load_cells.h"
#include "worker/simulate/hooks.h"
#include "worker/simulate/neuron/engine.h"
#include "worker/simulate/neuron/network.h"
#include "worker/simulate/simulation_config.h"
#include "worker/simulate/synapses/connect_cells.h"
#include "worker/step/step.h"

namespace miv::simulate {

/// NEURON keeps pointers into the network, so that a model, once built, stays
/// for the life of the process.
struct Model {
  neuron::Engine* engine = nullptr;
  std::unique_ptr<neuroh5::Reader> cell_file;
  std::unique_ptr<neuroh5::Reader> connection_file;
  std::unique_ptr<neuron::Network> network;
  LoadedCells cells;
  ConnectionCounts counts;
  /// Mechanisms whose state no checkpoint holds (hidden_state.h), and hooks.
  std::vector<std::string> hidden_state;
  std::int64_t gap_junctions = 0;  ///< of all ranks
  std::unique_ptr<Hooks> hooks;
};

/// Collective.  Loads cells, then connections, then plays spike trains into
/// artificial cells and adds clamps and gap junctions; runs the hooks of
/// after_cells and before_run in their places; writes the tables that
/// config.debug asks for. Errors: the same on all ranks.  FailedPrecondition if
/// this process has already built a model.
absl::StatusOr<Model*> BuildModel(worker::StepContext& ctx,
                                  const SimulationConfig& config);

}  // namespace miv::simulate
