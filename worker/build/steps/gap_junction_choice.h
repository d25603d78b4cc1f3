#pragma once

// The choice of coupled pairs over all ranks.

#include <cstdint>
#include <vector>

#include "worker/build/connectivity/gap_junctions.h"
#include "worker/parallel/ranks.h"

namespace miv::worker {

/// Collective: the k candidates of lowest (key, low, high) among those of all
/// ranks (all if there are fewer), ascending by (low, high), on every rank.
/// mine: this rank's candidates, in any order; keys are positive.
std::vector<build::GapCandidate> LowestOfAll(
    parallel::Ranks& ranks, std::vector<build::GapCandidate> mine,
    std::uint64_t k);

}  // namespace miv::worker
