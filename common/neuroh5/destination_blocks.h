#pragma once

// Which destinations share a block of a projection.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/neuroh5/file_access.h"

namespace miv::neuroh5 {

/// A block that has more edges than this ends, as in neuroh5.
constexpr std::uint64_t kBlockEdges = 1000000;

/// The blocks that begin at one of this rank's destinations.
struct DestinationBlocks {
  std::vector<std::uint32_t> index;  ///< relative gid of the first destination
  std::vector<std::uint64_t> pointer;  ///< row of it, counted over all ranks
};

/// Where a block stands after some destinations.
struct BlockState {
  bool open = false;        ///< false before the first destination of all
  std::uint32_t last = 0;   ///< relative gid of the last destination
  std::uint64_t edges = 0;  ///< of the current block
};

/// Cuts destinations into blocks: a new one begins after a gap, or when the
/// current one has more than kBlockEdges edges.  Continues from, and updates,
/// `state`.
///   relative [n] ascending   counts [n] edges   first_row: row of relative[0]
/// Source: neuroh5 0c50c55, append_projection.cc.
DestinationBlocks CutBlocks(absl::Span<const std::uint32_t> relative,
                            absl::Span<const std::uint64_t> counts,
                            std::uint64_t first_row, BlockState* state);

/// CutBlocks over the destinations of all ranks, one rank after the other.
/// Collective.
DestinationBlocks CutBlocksTogether(Team& team,
                                    absl::Span<const std::uint32_t> relative,
                                    absl::Span<const std::uint64_t> counts,
                                    std::uint64_t first_row);

}  // namespace miv::neuroh5
