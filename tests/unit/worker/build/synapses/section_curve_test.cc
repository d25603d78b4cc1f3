#include "worker/build/synapses/section_curve.h"

#include <gtest/gtest.h>

#include <cmath>

namespace miv::build {
namespace {

SectionGeometry Curve(std::vector<double> arc, std::vector<float> x) {
  SectionGeometry section;
  section.length_um = 1;
  section.layer.assign(arc.size(), 0);
  section.y.assign(arc.size(), 0);
  section.z.assign(arc.size(), 0);
  section.x = std::move(x);
  section.arc = std::move(arc);
  return section;
}

TEST(SectionCurve, IsStraightBetweenTwoPoints) {
  SectionGeometry section = Curve({0, 1}, {3, 3});
  section.y = {0, 8};
  const SectionCurve curve(section);
  std::size_t hint = 0;
  EXPECT_EQ(curve.DistanceFromOrigin(0, hint), 3);
  EXPECT_EQ(curve.DistanceFromOrigin(0.5, hint), 5);  // 3, 4, 5
}

TEST(SectionCurve, FollowsTheMonotoneCubic) {
  // Secants 2 and 6, widths 1/2.  Slopes: 0 at the left end (1.5 * 2 - 0.5 *
  // 6), 3 / (1.5 / 2 + 1.5 / 6) = 3 in the middle, 1.5 * 6 - 0.5 * 2 = 8 at the
  // right.  Left piece: 6 s^2 - 4 s^3; right piece: 1 + 3 s + 8 s^2 - 4 s^3.
  const SectionCurve curve(Curve({0, 0.5, 1}, {0, 1, 4}));
  std::size_t hint = 0;
  EXPECT_NEAR(curve.DistanceFromOrigin(0.25, hint), 0.3125, 1e-15);
  EXPECT_NEAR(curve.DistanceFromOrigin(0.75, hint), 2.1875, 1e-15);
  EXPECT_NEAR(curve.DistanceFromOrigin(1, hint), 4, 1e-15);
  EXPECT_NEAR(curve.DistanceFromOrigin(0.25, hint), 0.3125, 1e-15);
}

TEST(SectionCurve, IsFlatAtATurningPoint) {
  // Secants 2 and -2: slope 0 at the turn, ends 1.5 * 2 + 0.5 * 2 = 4 < 3 * 2.
  // Left piece: 4 s - 4 s^2 (x(1/4) = 3/4).
  const SectionCurve curve(Curve({0, 0.5, 1}, {0, 1, 0}));
  std::size_t hint = 0;
  EXPECT_NEAR(curve.DistanceFromOrigin(0.25, hint), 0.75, 1e-15);
  EXPECT_NEAR(curve.DistanceFromOrigin(0.75, hint), 0.75, 1e-15);
}

TEST(SectionCurve, TakesTheFirstOfPointsAtOnePlace) {
  const SectionCurve curve(Curve({0, 0, 1}, {2, 9, 4}));
  std::size_t hint = 0;
  EXPECT_EQ(curve.DistanceFromOrigin(0.5, hint), 3);
}

TEST(SectionCurve, StaysAtASinglePoint) {
  const SectionCurve curve(Curve({0}, {7}));
  std::size_t hint = 0;
  EXPECT_EQ(curve.DistanceFromOrigin(0.7, hint), 7);
}

}  // namespace
}  // namespace miv::build
