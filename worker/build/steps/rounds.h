#pragma once

// Work in rounds: ranks with different numbers of blocks stay together, so that
// one may fail and all can be asked to stop.

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "worker/step/step.h"

namespace miv::worker {

/// Collective.  Calls body(0), body(1), ..., body(blocks - 1) on each rank with
/// its own number of blocks (body must not be collective), and after each round
/// on rank 0 reports `phase` by the share of rounds done.
/// Returns the same on all ranks: the error of the lowest failing rank, or
/// Cancelled if the user asked to stop; the other ranks end after the round.
absl::Status RunInRounds(StepContext& ctx, std::size_t blocks,
                         absl::string_view phase,
                         absl::FunctionRef<absl::Status(std::size_t)> body);

}  // namespace miv::worker
