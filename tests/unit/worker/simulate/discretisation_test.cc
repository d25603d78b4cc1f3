#include "worker/simulate/cells/discretisation.h"

#include <gtest/gtest.h>

#include <cmath>

namespace miv::simulate {
namespace {

// A cylinder: lambda_f = 1e5 / 2 sqrt(d / (pi f Ra cm))
// (Carnevale and Hines 2006, The NEURON Book, 5.2.4), here
// 5e4 sqrt(2 / (pi 100 100 1)) = 398.942... um.
Cable Cylinder() {
  return {.length_um = 200,
          .diam_um = 2,
          .ra_ohm_cm = 100,
          .cm_uf_per_cm2 = 1,
          .points = {{0, 2}, {50, 2}, {200, 2}}};
}

constexpr double kLambda = 398.94228040143268;

TEST(ElectrotonicLength, OfACylinderIsItsLengthInLengthConstants) {
  EXPECT_NEAR(ElectrotonicLength(Cylinder(), 100), 200 / kLambda, 1e-12);
}

TEST(ElectrotonicLength, NeedsNoPoints) {
  Cable cable = Cylinder();
  cable.points.clear();
  EXPECT_NEAR(ElectrotonicLength(cable, 100), 200 / kLambda, 1e-12);
}

TEST(ElectrotonicLength, GrowsWithTheRootOfTheFrequency) {
  EXPECT_NEAR(ElectrotonicLength(Cylinder(), 400), 2 * 200 / kLambda, 1e-12);
}

TEST(ElectrotonicLength, TakesTheMeanDiameterOfEachPiece) {
  Cable cable = Cylinder();
  cable.points = {{0, 2}, {100, 2}, {200, 6}};  // pieces of mean 2 and 4 um
  EXPECT_NEAR(ElectrotonicLength(cable, 100),
              100 / kLambda + 100 / (kLambda * std::sqrt(2.0)), 1e-12);
}

TEST(ElectrotonicLength, IsZeroWithoutAMembrane) {
  Cable cable = Cylinder();
  cable.cm_uf_per_cm2 = 0;
  EXPECT_EQ(ElectrotonicLength(cable, 100), 0);
}

TEST(SegmentsFor, IsTheSmallestOddNumberOfShortSegments) {
  EXPECT_EQ(SegmentsFor(0.0, 0.1), 1);
  EXPECT_EQ(SegmentsFor(0.10, 0.1), 1);
  EXPECT_EQ(SegmentsFor(0.12, 0.1), 3);
  EXPECT_EQ(SegmentsFor(0.30, 0.1), 3);
  EXPECT_EQ(SegmentsFor(0.32, 0.1), 5);
  EXPECT_EQ(SegmentsFor(0.5013, 0.1), 5);
}

}  // namespace
}  // namespace miv::simulate
