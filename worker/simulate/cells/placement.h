#pragma once

// Which rank simulates which cell.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace miv::simulate {

/// Cells of equal cost: gids [first, first + count).
struct CostedCells {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  double cost = 1;  ///< of one cell, any unit, >= 0
};

/// Longest processing time first (Graham 1969, SIAM J. Appl. Math. 17:416):
/// cells by falling cost, then gid, each to the rank with the least load, then
/// the lowest rank.  Cells of cost 0 come last, each to the rank with the
/// fewest cells.  Results of a simulation do not depend on it. Returns [sum of
/// counts] the rank of each cell, in the order of `cells`.
std::vector<int> PlaceCells(absl::Span<const CostedCells> cells, int ranks);

}  // namespace miv::simulate
