#pragma once

// The cells of a source population, found by where they are.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/build/connectivity/distance_kernel.h"

namespace miv::build {

/// A population as a source: cell i has gid start + i and lies at arc distance
/// (u[i], v[i]) from the origin, um.
struct SourcePopulation {
  std::string name;
  std::uint32_t start = 0;
  std::vector<float> u, v;
};

/// Possible sources of one cell, ascending index, and their weights.
struct Candidates {
  std::vector<std::uint32_t> index;
  std::vector<double> weight;
  bool empty() const { return index.empty(); }
};

/// Grid over (u, v).  Const members are thread safe.
class SourceIndex {
 public:
  static constexpr std::uint32_t kNobody =
      std::numeric_limits<std::uint32_t>::max();

  /// reach: what the grid is tuned for, the reach of the widest kernel.
  /// Errors: InvalidArgument, naming the gid, for a distance that is not finite
  /// or arrays of different lengths.
  static absl::StatusOr<SourceIndex> Create(SourcePopulation population,
                                            double reach_u, double reach_v);

  const SourcePopulation& population() const { return population_; }

  /// The cells with a positive weight from (u, v), without index `self`.
  void Find(double u, double v, const DistanceKernel& kernel,
            std::uint32_t self, Candidates& out) const;

  /// Whether Find finds any.
  bool Any(double u, double v, const DistanceKernel& kernel,
           std::uint32_t self) const;

 private:
  SourceIndex() = default;
  /// Calls visit(index) for cells near (u, v), among them all with a positive
  /// weight, until it returns false.
  template <typename Visit>
  void Scan(double u, double v, const DistanceKernel& kernel,
            Visit visit) const;
  int Column(int axis, double x) const;
  double WeightOf(std::uint32_t i, double u, double v,
                  const DistanceKernel& kernel) const;

  SourcePopulation population_;
  double low_[2] = {0, 0}, edge_[2] = {1, 1};
  int columns_[2] = {1, 1};
  std::vector<std::uint32_t> begin_;  // [cells + 1] into order_
  std::vector<std::uint32_t> order_;
};

}  // namespace miv::build
