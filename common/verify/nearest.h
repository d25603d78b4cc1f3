#pragma once

// Distances between near points.

#include <array>
#include <vector>

#include "absl/types/span.h"

namespace miv::verify {

/// Distance of each point to the nearest other one; infinity for a lone point.
/// Points are finite.  O(n) for points that are spread evenly.
std::vector<double> NearestDistances(
    absl::Span<const std::array<float, 3>> points);

/// Mean distance to the nearest neighbour in a Poisson process of this density
/// in space, Gamma(4/3) / (4 pi rho / 3)^(1/3) = 0.554 rho^(-1/3), and its
/// standard deviation from one point to the next, 0.363 times as much.
/// Source: Hertz 1909; Chandrasekhar 1943, (676).
struct PoissonNeighbour {
  double mean = 0, sd = 0;
};
PoissonNeighbour PoissonNearest(double density);

}  // namespace miv::verify
