#include "worker/simulate/lfp/electrode_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace miv::simulate {
namespace {

constexpr double kRho = 333;
constexpr double kPrefactor = 1e-2 * kRho / (4 * M_PI);

// Midpoint rule over the line: sum of point sources, the definition.
double Quadrature(const LineSource& line, const Point& at) {
  constexpr int kPieces = 200000;
  double sum = 0;
  for (int i = 0; i < kPieces; ++i) {
    const double f = (i + 0.5) / kPieces;
    double d2 = 0;
    for (int k = 0; k < 3; ++k) {
      const double p = line.a[k] + f * (line.b[k] - line.a[k]);
      d2 += (p - at[k]) * (p - at[k]);
    }
    sum += 1 / std::sqrt(d2);
  }
  return kPrefactor * sum / kPieces;
}

TEST(LineSourceWeight, IsTheMeanOfPointSources) {
  const LineSource line{{0, 0, 0}, {30, 20, -10}, 1};
  for (const Point& at : {Point{10, 40, 5}, Point{-15, 3, 2}, Point{60, 41, 0},
                          Point{16, 12, -3}}) {
    const double expected = Quadrature(line, at);
    EXPECT_NEAR(LineSourceWeight(line, at, kRho), expected, 1e-8 * expected);
  }
}

TEST(LineSourceWeight, DoesNotDependOnTheDirection) {
  const LineSource line{{0, 0, 0}, {30, 20, -10}, 1};
  const LineSource back{line.b, line.a, 1};
  const Point at{5, 9, 2};
  EXPECT_NEAR(LineSourceWeight(line, at, kRho),
              LineSourceWeight(back, at, kRho), 1e-14);
}

TEST(LineSourceWeight, IsAPointSourceFarAway) {
  // Error of the far field: (l / r)^2 / 24 for a point on the axis's normal.
  const LineSource line{{-5, 0, 0}, {5, 0, 0}, 1};
  const double r = 1e4;
  const double point = kPrefactor / r;
  EXPECT_NEAR(LineSourceWeight(line, {0, r, 0}, kRho), point, 1e-6 * point);
  EXPECT_NEAR(LineSourceWeight(line, {r, 0, 0}, kRho), point, 1e-6 * point);
}

TEST(LineSourceWeight, StaysPreciseOnTheFarAxisWhereLogarithmsCancel) {
  // On the axis: ln((d + l) / d) / l with d the distance to the nearer end.
  const LineSource line{{0, 0, 0}, {10, 0, 0}, 1e-3};
  const double d = 1e5;
  const double expected = kPrefactor / 10 * std::log1p(10 / d);
  EXPECT_NEAR(LineSourceWeight(line, {10 + d, 0, 0}, kRho), expected,
              1e-12 * expected);
}

TEST(LineSourceWeight, KeepsTheElectrodeOutsideTheMembrane) {
  const LineSource line{{0, 0, 0}, {10, 0, 0}, 4};
  const double inside = LineSourceWeight(line, {5, 0.1, 0}, kRho);
  const double surface = LineSourceWeight(line, {5, 2, 0}, kRho);
  EXPECT_NEAR(inside, surface, 1e-12);
  EXPECT_TRUE(std::isfinite(LineSourceWeight(line, {0, 0, 0}, kRho)));
}

TEST(LineSourceWeight, TakesALineWithoutLengthAsAPoint) {
  const LineSource point{{1, 2, 3}, {1, 2, 3}, 2};
  EXPECT_NEAR(LineSourceWeight(point, {1, 2, 13}, kRho), kPrefactor / 10,
              1e-15);
  EXPECT_NEAR(LineSourceWeight(point, {1, 2, 3}, kRho), kPrefactor / 1, 1e-12);
}

TEST(SegmentSources, CutsThePathAtEqualArcLengths) {
  // An L: 10 along x, then 30 along y; four segments of 10.
  const std::vector<PathPoint> path = {
      {{0, 0, 0}, 0}, {{10, 0, 0}, 10}, {{10, 30, 0}, 40}};
  const std::vector<double> diams = {1, 2, 3, 4};
  const auto sources = SegmentSources(path, diams);
  ASSERT_EQ(sources.size(), 4);
  EXPECT_EQ(sources[0].b, (Point{10, 0, 0}));
  EXPECT_EQ(sources[1].a, (Point{10, 0, 0}));
  EXPECT_EQ(sources[1].b, (Point{10, 10, 0}));
  EXPECT_EQ(sources[3].b, (Point{10, 30, 0}));
  EXPECT_EQ(sources[2].diam, 3);
}

TEST(SegmentSources, SurvivesRepeatedPoints) {
  const std::vector<PathPoint> path = {
      {{0, 0, 0}, 0}, {{0, 0, 0}, 0}, {{8, 0, 0}, 8}, {{8, 0, 0}, 8}};
  const std::vector<double> diams = {1, 1};
  const auto sources = SegmentSources(path, diams);
  EXPECT_EQ(sources[0].a, (Point{0, 0, 0}));
  EXPECT_EQ(sources[0].b, (Point{4, 0, 0}));
  EXPECT_EQ(sources[1].b, (Point{8, 0, 0}));
}

}  // namespace
}  // namespace miv::simulate
