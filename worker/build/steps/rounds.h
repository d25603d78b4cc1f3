#pragma once

// Work in rounds: ranks with different numbers of blocks stay together, so that
// one may fail and all can be asked to stop.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/step/step.h"

namespace miv::worker {

/// What the user sees of some work.
struct Phase {
  std::string name;
  std::string unit;         ///< "cells", "synapses", "edges", "bytes"
  std::uint64_t total = 0;  ///< units of all ranks together
};

/// Collective.  Calls body(0), body(1), ..., body(blocks - 1) on each rank with
/// its own number of blocks (body must not be collective; it returns the units
/// that it did), and on rank 0 reports the units of all ranks at the beginning
/// and after each round.
/// Returns the same on all ranks: the error of the lowest failing rank, or
/// Cancelled if the user asked to stop; the other ranks end after the round.
absl::Status RunInRounds(
    StepContext& ctx, std::size_t blocks, const Phase& phase,
    absl::FunctionRef<absl::StatusOr<std::uint64_t>(std::size_t)> body);

}  // namespace miv::worker
