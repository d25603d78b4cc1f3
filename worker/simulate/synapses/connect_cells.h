#pragma once

// The connections of a file as point processes and NetCons of this rank's
// cells.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/neuroh5/reader.h"
#include "worker/simulate/cells/load_cells.h"
#include "worker/simulate/neuron/engine.h"
#include "worker/simulate/neuron/network.h"
#include "worker/simulate/synapses/connection_plan.h"
#include "worker/simulate/synapses/synapse_variants.h"
#include "worker/step/step.h"

namespace miv::simulate {

struct ConnectionSource {
  const neuroh5::Reader& cells;        ///< Synapse Attributes
  const neuroh5::Reader& connections;  ///< projections
  const SynapseConfig& synapses;
  const SynapseMechanisms& mechanisms;
  /// Conduction velocity by source population, um/ms.
  const std::map<std::string, double>& velocity;
  double default_velocity = 250;
  double dt_ms = 0.025;
  ParameterScope scope = ParameterScope::kByName;
};

/// What became of one cell's synapses.  Parallel: connections[i] is
/// made_connections[i], point_processes likewise.
struct ConnectedCell {
  const ModelCell& cell;
  const CellSynapses& synapses;
  const ConnectionTable& table;
  const SynapseVariants& variants;
  absl::Span<const neuron::PointProcessHandle> point_processes;
  absl::Span<const neuron::ConnectionHandle> connections;
};

/// Sees every cell right after it is connected.
class ConnectionWitness {
 public:
  virtual ~ConnectionWitness() = default;
  virtual absl::Status OnCell(const ConnectedCell& cell) = 0;
};

/// Counts of this rank.
struct ConnectionCounts {
  std::uint64_t synapses = 0;  ///< with an edge
  std::uint64_t unconnected = 0;
  std::uint64_t point_processes = 0;
  std::uint64_t connections = 0;
};

/// Collective; after all cells of all ranks are registered.  For each
/// post-synaptic population, sorted by name, and each of this rank's cells,
/// ascending: reads its synapses and edges (a block of cells at a time, so that
/// memory stays bounded), plans, and creates.
/// witness: null for none.
/// Errors: the same on all ranks; they name population, gid and synapse.
absl::StatusOr<ConnectionCounts> ConnectCells(worker::StepContext& ctx,
                                              neuron::Engine& engine,
                                              neuron::Network& network,
                                              const LoadedCells& cells,
                                              const ConnectionSource& source,
                                              ConnectionWitness* witness);

}  // namespace miv::simulate
