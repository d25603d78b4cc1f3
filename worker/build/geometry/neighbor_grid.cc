#include "worker/build/geometry/neighbor_grid.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace miv::build {
namespace {

constexpr double kPointsPerCell = 2;
constexpr std::size_t kMaxCellsPerPoint = 4;
constexpr int kMaxRefinements = 12;

void Insert(std::uint32_t j, double squared, NeighborGrid::Neighbors& best) {
  constexpr int k = NeighborGrid::kMaxNeighbors;
  const auto before = [&](int at) {
    return squared < best.squared_distance[at] ||
           (squared == best.squared_distance[at] && j < best.index[at]);
  };
  if (best.count == k && !before(k - 1)) return;
  int at = best.count < k ? best.count++ : k - 1;
  while (at > 0 && before(at - 1)) {
    best.index[at] = best.index[at - 1];
    best.squared_distance[at] = best.squared_distance[at - 1];
    --at;
  }
  best.index[at] = j;
  best.squared_distance[at] = squared;
}

double SquaredDistance(const Point3& a, const Point3& b) {
  const double u = a[0] - b[0], v = a[1] - b[1], l = a[2] - b[2];
  return u * u + v * v + l * l;
}

// Edge of cubes that hold kPointsPerCell points each, for points spread evenly
// over the axes along which the bounds are not flat.
double EvenEdge(const Box& bounds, std::size_t n) {
  double volume = 1;
  int axes = 0;
  for (int i = 0; i < 3; ++i) {
    if (!(bounds.extent(i) > 0)) continue;
    volume *= bounds.extent(i);
    ++axes;
  }
  if (axes == 0) return 1;
  return std::pow(volume * kPointsPerCell / static_cast<double>(n), 1.0 / axes);
}

}  // namespace

NeighborGrid::NeighborGrid(absl::Span<const Point3> points) : points_(points) {
  if (points_.empty()) return;
  bounds_ = {points_[0], points_[0]};
  for (const Point3& p : points_)
    for (int i = 0; i < 3; ++i) {
      bounds_.lo[i] = std::min(bounds_.lo[i], p[i]);
      bounds_.hi[i] = std::max(bounds_.hi[i], p[i]);
    }
  Build(EvenEdge(bounds_, points_.size()));
  // Points may crowd in a part of the bounds: refine while that helps and the
  // table stays small.
  for (int round = 0; round < kMaxRefinements; ++round) {
    const double finer = CrowdedEdge(edge_);
    if (!(finer < edge_)) break;
    Build(finer);
  }
}

void NeighborGrid::Build(double edge) {
  const double limit =
      static_cast<double>(kMaxCellsPerPoint * points_.size() + 64);
  for (;; edge *= 1.25) {
    double cells = 1;
    for (int i = 0; i < 3; ++i)
      cells *= std::floor(bounds_.extent(i) / edge) + 1;
    if (cells <= limit) break;
  }
  edge_ = edge;
  for (int i = 0; i < 3; ++i)
    cells_[i] = static_cast<int>(bounds_.extent(i) / edge_) + 1;
  const std::size_t total = static_cast<std::size_t>(cells_[0]) * cells_[1] *
                            static_cast<std::size_t>(cells_[2]);
  std::vector<std::uint32_t> cell_of(points_.size());
  begin_.assign(total + 1, 0);
  for (std::size_t i = 0; i < points_.size(); ++i) {
    cell_of[i] = static_cast<std::uint32_t>(Flat(CellOf(points_[i])));
    ++begin_[cell_of[i] + 1];
  }
  std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
  std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
  order_.resize(points_.size());
  for (std::size_t i = 0; i < points_.size(); ++i)
    order_[next[cell_of[i]]++] = static_cast<std::uint32_t>(i);
}

// The edge that would bring an average point's cell down to kPointsPerCell, or
// `edge` itself when cells are not crowded or cannot get finer.
double NeighborGrid::CrowdedEdge(double edge) const {
  double shared = 0;
  for (std::size_t c = 0; c + 1 < begin_.size(); ++c) {
    const double in_cell = begin_[c + 1] - begin_[c];
    shared += in_cell * in_cell;
  }
  const double company = shared / static_cast<double>(points_.size());
  const bool full = begin_.size() * 2 > kMaxCellsPerPoint * points_.size();
  if (company < 6 * kPointsPerCell || full) return edge;
  return edge * 0.7;
}

NeighborGrid::Cell NeighborGrid::CellOf(const Point3& p) const {
  Cell c{};
  for (int i = 0; i < 3; ++i)
    c[i] = std::clamp(static_cast<int>((p[i] - bounds_.lo[i]) / edge_), 0,
                      cells_[i] - 1);
  return c;
}

std::size_t NeighborGrid::Flat(const Cell& c) const {
  return (static_cast<std::size_t>(c[0]) * cells_[1] + c[1]) * cells_[2] + c[2];
}

void NeighborGrid::ScanRow(int u, int v, int l_first, int l_last, std::size_t i,
                           Neighbors& best) const {
  l_first = std::max(l_first, 0);
  l_last = std::min(l_last, cells_[2] - 1);
  if (u < 0 || u >= cells_[0] || v < 0 || v >= cells_[1] || l_first > l_last)
    return;
  const std::size_t row = Flat({u, v, 0});
  for (std::uint32_t at = begin_[row + l_first]; at < begin_[row + l_last + 1];
       ++at) {
    const std::uint32_t j = order_[at];
    if (j == i) continue;
    Insert(j, SquaredDistance(points_[i], points_[j]), best);
  }
}

// Cells whose largest index difference from the center is exactly `ring`.
void NeighborGrid::ScanShell(const Cell& c, int ring, std::size_t i,
                             Neighbors& best) const {
  for (int u = c[0] - ring; u <= c[0] + ring; ++u) {
    for (int v = c[1] - ring; v <= c[1] + ring; ++v) {
      const bool side =
          std::abs(u - c[0]) == ring || std::abs(v - c[1]) == ring;
      if (side) {
        ScanRow(u, v, c[2] - ring, c[2] + ring, i, best);
      } else {
        ScanRow(u, v, c[2] - ring, c[2] - ring, i, best);
        ScanRow(u, v, c[2] + ring, c[2] + ring, i, best);
      }
    }
  }
}

NeighborGrid::Neighbors NeighborGrid::NearestTo(std::size_t i) const {
  Neighbors best;
  const Cell center = CellOf(points_[i]);
  const int last_ring = std::max({cells_[0], cells_[1], cells_[2]});
  for (int ring = 0; ring <= last_ring; ++ring) {
    // Everything closer than ring * edge has been seen.  Strictly: an equal
    // distance with a lower index may still wait in the next shell.
    const double seen = (ring - 1) * edge_;
    if (ring > 0 && best.count == kMaxNeighbors &&
        best.squared_distance[kMaxNeighbors - 1] < seen * seen)
      break;
    ScanShell(center, ring, i, best);
  }
  return best;
}

}  // namespace miv::build
