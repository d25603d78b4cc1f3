#include "worker/simulate/cells/placement.h"

#include <algorithm>
#include <numeric>
#include <queue>
#include <utility>

namespace miv::simulate {
namespace {

// Hands every load to the rank that has the least so far, then the lowest rank.
class LeastLoaded {
 public:
  explicit LeastLoaded(int ranks)
      : LeastLoaded(std::vector<double>(static_cast<std::size_t>(ranks), 0.0)) {
  }
  explicit LeastLoaded(const std::vector<double>& loads) {
    for (std::size_t r = 0; r < loads.size(); ++r)
      queue_.push({loads[r], static_cast<int>(r)});
  }

  int Add(double load) {
    Load least = queue_.top();
    queue_.pop();
    least.first += load;
    queue_.push(least);
    return least.second;
  }

 private:
  using Load = std::pair<double, int>;
  std::priority_queue<Load, std::vector<Load>, std::greater<Load>> queue_;
};

}  // namespace

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
  std::vector<int> rank_of(offsets.back());
  LeastLoaded by_cost(ranks), by_number(ranks);
  std::vector<double> number(static_cast<std::size_t>(ranks), 0.0);
  for (const std::size_t i : order) {
    // What costs nothing comes last and evens out the numbers of cells.
    const bool free = cells[i].cost == 0;
    if (free) by_number = LeastLoaded(number);
    for (std::uint32_t k = 0; k < cells[i].count; ++k) {
      const int rank = free ? by_number.Add(1) : by_cost.Add(cells[i].cost);
      rank_of[offsets[i] + k] = rank;
      ++number[static_cast<std::size_t>(rank)];
    }
  }
  return rank_of;
}

}  // namespace miv::simulate
