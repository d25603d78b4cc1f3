#pragma once

// Private to this directory: what a cell consists of in NEURON, in an order
// that depends on nothing but how the cell was built.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "worker/simulate/neuron/cell.h"
#include "worker/simulate/neuron/network.h"
#include "worker/simulate/neuron/nrn_abi.h"

namespace miv::simulate::neuron {

struct ConnectionView {
  NetCon* connection = nullptr;
  std::uint32_t source_gid = 0;
  Point_process* target = nullptr;
  double* weights = nullptr;
  int slots = 0;
};

struct CellView {
  std::uint32_t gid = 0;
  Object* object = nullptr;
  std::vector<Node*> nodes;                     ///< empty for artificial cells
  std::vector<Point_process*> point_processes;  ///< but electrodes
  std::vector<ConnectionView> connections;      ///< as they were made
  unsigned char* above = nullptr;  ///< the detector's state; null: none

  bool artificial() const { return nodes.empty(); }
};

/// [cells], parallel.  Properties of a node are nd->prop and so on.
/// Errors: InvalidArgument if a cell has the mechanism extracellular, whose
/// state lies outside of its variables.
absl::StatusOr<std::vector<CellView>> ViewCells(
    absl::Span<const Cell* const> cells, const Network& network);

/// Electrodes have no state, and belong to the run rather than to the cell.
bool IsElectrode(const Prop* property);

/// The point process that owns a property.
Point_process* OwnerOf(const Prop* property);

}  // namespace miv::simulate::neuron
