#pragma once

// Private to this directory: the numbers of one cell as bytes.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "worker/simulate/neuron/cell_view.h"
#include "worker/simulate/neuron/state_bytes.h"

namespace miv::simulate::neuron {

/// Potentials, currents, variables of mechanisms, weights, the detector.
/// Errors: those of a mechanism's bbsavestate.
absl::Status PutCellState(const CellView& cell, StateWriter* bytes);

/// What is put back, see StateKeeper.
struct StateRules {
  absl::Span<const std::string> mechanisms;  ///< by their number in the bytes
  bool everything = true;
  /// Weights that the network was built with: mechanism type and slot.
  const std::set<std::pair<int, int>>& built_weights;
};

/// Errors: InvalidArgument that names the cell and where it differs.
absl::Status GetCellState(const CellView& cell, const StateRules& rules,
                          StateReader* bytes);

/// The bytes are not those of this cell.
absl::Status Differs(const CellView& cell, std::string what,
                     std::string expected = "", std::string found = "");

}  // namespace miv::simulate::neuron
