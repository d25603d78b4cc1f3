#pragma once

// The nearest neighbours of points, exactly, by a uniform grid.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "worker/build/geometry/box.h"

namespace miv::build {

/// Index over a fixed set of points.  Queries are const and thread safe.
class NeighborGrid {
 public:
  static constexpr int kMaxNeighbors = 4;

  struct Neighbors {
    int count = 0;
    std::array<std::uint32_t, kMaxNeighbors> index{};
    std::array<double, kMaxNeighbors> squared_distance{};
  };

  /// The points outlive the grid and do not move.
  explicit NeighborGrid(absl::Span<const Point3> points);

  /// The kMaxNeighbors points nearest to point i (without i itself), nearest
  /// first, equal distances by index; fewer if there are not as many.
  Neighbors NearestTo(std::size_t i) const;

 private:
  using Cell = std::array<int, 3>;
  void Build(double edge);
  double CrowdedEdge(double edge) const;
  Cell CellOf(const Point3& p) const;
  std::size_t Flat(const Cell& c) const;
  void ScanRow(int u, int v, int l_first, int l_last, std::size_t i,
               Neighbors& best) const;
  void ScanShell(const Cell& center, int ring, std::size_t i,
                 Neighbors& best) const;

  absl::Span<const Point3> points_;
  Box bounds_;
  double edge_ = 1;
  Cell cells_{1, 1, 1};
  std::vector<std::uint32_t> begin_;  // [cells + 1] into order_
  std::vector<std::uint32_t> order_;  // point indices by cell, ascending
};

}  // namespace miv::build
