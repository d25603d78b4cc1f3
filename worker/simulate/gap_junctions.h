#pragma once

// Gap junctions of a file in the running model.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/parallel/ranks.h"
#include "worker/simulate/cells/load_cells.h"
#include "worker/simulate/neuron/engine.h"

namespace miv::simulate {

/// A junction between the cells gid[0] <= gid[1]; every array is by side.
struct GapJunction {
  std::uint32_t gid[2];
  std::uint32_t section[2];  ///< index of the section, as in the trees
  float position[2];         ///< 0 to 1 along it
  float coupling[2];         ///< conductance towards that cell, nS

  auto operator<=>(const GapJunction&) const = default;
};

/// The junctions of a file written by `gap_junctions` (docs/gap-junctions.md),
/// sorted, each once: a file that states a junction at both of its cells gives
/// one.
/// Errors: InvalidArgument if the file cannot be read or lacks an attribute.
absl::StatusOr<std::vector<GapJunction>> ReadGapJunctions(
    const std::string& path);

/// Collective.  Couples the model's cells by the junctions of the file.
/// Returns the number of junctions.  Every rank holds the list for a moment (32
/// bytes per junction, twice that if the file states it twice).
/// Errors: the same on all ranks; they name the gid of a cell that the model
/// lacks, or that has no such section.
absl::StatusOr<std::int64_t> AddGapJunctions(parallel::Ranks& ranks,
                                             neuron::Engine& engine,
                                             const LoadedCells& cells,
                                             const std::string& path);

}  // namespace miv::simulate
