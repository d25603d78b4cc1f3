#pragma once

// The state of a running model, taken out and put back cell by cell.
//
// NEURON's own BBSaveState is not exact: it derives the time at which a spike
// was sent by subtracting the delay, saves only the STATE variables of density
// mechanisms, and ends the process if a source spikes twice within 0.1 ms.
// This keeps every number of every mechanism, and the queue as it is.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "worker/simulate/neuron/cell.h"
#include "worker/simulate/neuron/network.h"

namespace miv::simulate::neuron {

enum class Restored {
  kEverything,  ///< bit by bit
  /// Parameters of mechanisms, and the weights that the network was built
  /// with, stay those of this model, and cells that play spike times have
  /// played those of this model up to now.
  kState,
};

/// Numbers of mechanisms in saved states, by the order in which this process
/// loaded them: index -> name, "" for none.
std::vector<std::string> MechanismNumbers();

/// The cells of this rank.  Potentials, transmembrane currents, every variable
/// of every mechanism, weights, spike detectors, and the events that are on
/// their way to the cell, in their order.
///
/// Not kept: what mechanisms hold in memory of their own (unless they have
/// FUNCTION bbsavestate, as for BBSaveState), hoc variables, Random generators,
/// events of user code.  A variable that holds an address when the model is
/// fresh (a mechanism's own Vector) stays as it is.
class StateKeeper {
 public:
  /// After Initialise.  The cells and the network outlive the keeper.
  /// Errors: InvalidArgument that names what cannot be kept.
  static absl::StatusOr<std::unique_ptr<StateKeeper>> Create(
      absl::Span<const Cell* const> cells, const Network& network);
  ~StateKeeper();

  /// Between two calls of Solve: [cells], whose bytes do not depend on the
  /// number of ranks.
  absl::StatusOr<std::vector<std::string>> Save();

  /// Events in the queue that belong to no connection of the network and to no
  /// mechanism of a cell, at the last Save: they are lost.
  std::int64_t foreign_events() const { return foreign_events_; }

  struct Source {
    double t_ms = 0;
    std::int64_t step = 0;
    absl::Span<const std::string> mechanisms;  ///< MechanismNumbers of Save
    Restored what = Restored::kEverything;
    /// Bytes of each cell, parallel to the cells.
    absl::Span<const std::string> cells;
  };
  /// Collective; after Initialise: the model goes on after `step` at t_ms.
  /// Errors: InvalidArgument if the bytes are not of this model (the model is
  /// then half restored and of no use).
  absl::Status Restore(const Source& source);

 private:
  class Impl;
  explicit StateKeeper(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
  std::int64_t foreign_events_ = 0;
};

}  // namespace miv::simulate::neuron
