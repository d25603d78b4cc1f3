#include "worker/build/geometry/neighbor_grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/keyed_rng.h"

namespace miv::build {
namespace {

using Ranked = std::pair<double, std::uint32_t>;

std::vector<Ranked> BruteForce(const std::vector<Point3>& points,
                               std::size_t i) {
  std::vector<Ranked> all;
  for (std::size_t j = 0; j < points.size(); ++j) {
    if (j == i) continue;
    double squared = 0;
    for (int a = 0; a < 3; ++a) {
      const double d = points[i][a] - points[j][a];
      squared += d * d;
    }
    all.emplace_back(squared, static_cast<std::uint32_t>(j));
  }
  std::sort(all.begin(), all.end());
  all.resize(std::min<std::size_t>(all.size(), NeighborGrid::kMaxNeighbors));
  return all;
}

void ExpectSameAsBruteForce(const std::vector<Point3>& points) {
  const NeighborGrid grid(points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto found = grid.NearestTo(i);
    std::vector<Ranked> ranked;
    for (int n = 0; n < found.count; ++n)
      ranked.emplace_back(found.squared_distance[n], found.index[n]);
    ASSERT_EQ(ranked, BruteForce(points, i)) << "point " << i;
  }
}

std::vector<Point3> RandomPoints(std::size_t n, const Point3& size) {
  KeyedRng rng(1, "neighbor grid test", 0);
  std::vector<Point3> points(n);
  for (Point3& p : points)
    for (int a = 0; a < 3; ++a) p[a] = size[a] * rng.Uniform();
  return points;
}

TEST(NeighborGrid, AgreesWithBruteForceOnRandomPoints) {
  ExpectSameAsBruteForce(RandomPoints(700, {200, 200, 45}));
}

TEST(NeighborGrid, AgreesWithBruteForceInAFlatAndInALineVolume) {
  ExpectSameAsBruteForce(RandomPoints(300, {200, 200, 0}));
  ExpectSameAsBruteForce(RandomPoints(100, {0, 50, 0}));
}

TEST(NeighborGrid, AgreesWithBruteForceWhenPointsCrowdInACorner) {
  auto points = RandomPoints(600, {1, 1, 1});
  for (const Point3& far : RandomPoints(20, {1000, 1000, 1000}))
    points.push_back(far);
  ExpectSameAsBruteForce(points);
}

TEST(NeighborGrid, OrdersEqualDistancesByIndex) {
  // A cubic lattice: six neighbours at distance 1 from the inner points.
  std::vector<Point3> points;
  for (int u = 0; u < 6; ++u)
    for (int v = 0; v < 6; ++v)
      for (int l = 0; l < 6; ++l)
        points.push_back({double(u), double(v), double(l)});
  ExpectSameAsBruteForce(points);
}

TEST(NeighborGrid, HandlesFewAndCoincidentPoints) {
  EXPECT_EQ(NeighborGrid(RandomPoints(1, {1, 1, 1})).NearestTo(0).count, 0);
  ExpectSameAsBruteForce(RandomPoints(3, {1, 1, 1}));
  ExpectSameAsBruteForce(std::vector<Point3>(9, Point3{1, 2, 3}));
}

}  // namespace
}  // namespace miv::build
