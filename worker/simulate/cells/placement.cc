#include "worker/simulate/cells/placement.h"

#include <algorithm>
#include <numeric>
#include <queue>
#include <utility>

namespace miv::simulate {

std::vector<int> PlaceCells(absl::Span<const CostedCells> cells, int ranks) {
  std::vector<std::size_t> offsets(cells.size() + 1, 0);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    offsets[i + 1] = offsets[i] + cells[i].count;
  }
  std::vector<std::size_t> order(cells.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::make_pair(-cells[a].cost, cells[a].first) <
           std::make_pair(-cells[b].cost, cells[b].first);
  });
  using Load = std::pair<double, int>;
  std::priority_queue<Load, std::vector<Load>, std::greater<Load>> least;
  for (int rank = 0; rank < ranks; ++rank) least.push({0.0, rank});
  std::vector<int> rank_of(offsets.back());
  for (const std::size_t i : order) {
    for (std::uint32_t k = 0; k < cells[i].count; ++k) {
      Load load = least.top();
      least.pop();
      rank_of[offsets[i] + k] = load.second;
      load.first += cells[i].cost;
      least.push(load);
    }
  }
  return rank_of;
}

}  // namespace miv::simulate
