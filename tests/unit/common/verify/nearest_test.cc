#include "common/verify/nearest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "common/base/keyed_rng.h"

namespace miv::verify {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

TEST(NearestDistances, OfThreePointsOnALine) {
  const std::array<float, 3> points[] = {{0, 0, 0}, {3, 0, 0}, {100, 0, 0}};
  EXPECT_THAT(NearestDistances(points), ElementsAre(3, 3, 97));
}

TEST(NearestDistances, OfALonePointIsInfinite) {
  const std::array<float, 3> points[] = {{1, 2, 3}};
  EXPECT_THAT(NearestDistances(points), ElementsAre(HUGE_VAL));
}

TEST(NearestDistances, EqualThoseOfAllPairs) {
  KeyedRng rng(1, "nearest test", 0);
  std::vector<std::array<float, 3>> points;
  for (int i = 0; i < 300; ++i)  // flat, so that cubes are few along one axis
    points.push_back({static_cast<float>(100 * rng.Uniform()),
                      static_cast<float>(50 * rng.Uniform()),
                      static_cast<float>(rng.Uniform())});
  const auto found = NearestDistances(points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    double best = HUGE_VAL;
    for (std::size_t j = 0; j < points.size(); ++j)
      if (j != i)
        best = std::min(best,
                        std::sqrt(std::pow(points[i][0] - points[j][0], 2.0) +
                                  std::pow(points[i][1] - points[j][1], 2.0) +
                                  std::pow(points[i][2] - points[j][2], 2.0)));
    EXPECT_THAT(found[i], DoubleNear(best, 1e-5)) << i;
  }
}

TEST(PoissonNearest, HasTheKnownConstants) {
  EXPECT_NEAR(PoissonNearest(1).mean, 0.55396, 1e-5);
  EXPECT_NEAR(PoissonNearest(8).mean, 0.55396 / 2, 1e-5);
  EXPECT_NEAR(PoissonNearest(1).sd / PoissonNearest(1).mean, 0.3634, 1e-4);
}

}  // namespace
}  // namespace miv::verify
