#include "worker/build/geometry/dispersion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/base/keyed_rng.h"

namespace miv::build {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

Nodes InOneBox(std::vector<Point3> position, const Box& box) {
  Nodes nodes;
  nodes.box_of.assign(position.size(), 0);
  nodes.position = std::move(position);
  nodes.boxes = {box};
  return nodes;
}

constexpr Box kUnitBox = {{0, 0, 0}, {1, 1, 1}};

TEST(Disperse, PushesTwoPointsApartByAFractionOfTheirDistance) {
  Nodes nodes = InOneBox({{0.4, 0.5, 0.5}, {0.6, 0.5, 0.5}}, kUnitBox);
  ASSERT_TRUE(Disperse(nodes, 1, 0.1, RunInOneBlock).ok());
  // Distance 0.2, delta 0.1: each moves 0.02 away from the other.
  EXPECT_THAT(nodes.position[0],
              ElementsAre(DoubleNear(0.38, 1e-15), 0.5, 0.5));
  EXPECT_THAT(nodes.position[1],
              ElementsAre(DoubleNear(0.62, 1e-15), 0.5, 0.5));
}

TEST(Disperse, AddsForcesOfInverseSquareDistance) {
  // On the middle point: +1/0.1^2 from the left, -1/0.2^2 from the right.
  Nodes nodes =
      InOneBox({{0.5, 0.5, 0.5}, {0.4, 0.5, 0.5}, {0.7, 0.5, 0.5}}, kUnitBox);
  ASSERT_TRUE(Disperse(nodes, 1, 0.1, RunInOneBlock).ok());
  EXPECT_THAT(nodes.position[0][0], DoubleNear(0.51, 1e-15));
}

TEST(Disperse, RepelsAPointFromTheFaceByItsOwnImage) {
  // The image of 0.01 lies 0.02 away, the other point 0.5: the image wins, and
  // the step is a tenth of the distance to the neighbour.
  Nodes nodes = InOneBox({{0.01, 0.5, 0.5}, {0.51, 0.5, 0.5}}, kUnitBox);
  ASSERT_TRUE(Disperse(nodes, 1, 0.1, RunInOneBlock).ok());
  EXPECT_THAT(nodes.position[0][0], DoubleNear(0.06, 1e-15));
}

TEST(Disperse, MirrorsAtTheFaceAndStaysWhenThatIsNotEnough) {
  // The neighbour (0.015) is nearer than the image (0.02) and pushes 0.015 out.
  Nodes nodes = InOneBox({{0.01, 0.5, 0.5}, {0.025, 0.5, 0.5}}, kUnitBox);
  ASSERT_TRUE(Disperse(nodes, 1, 1, RunInOneBlock).ok());
  EXPECT_THAT(nodes.position[0][0], DoubleNear(0.005, 1e-15));

  // In a thin box the image in the upper face wins; 0.001 - 0.02 mirrored is
  // 0.019, beyond the box.
  nodes = InOneBox({{0.001, 0.5, 0.5}, {0.021, 0.5, 0.5}},
                   {{0, 0, 0}, {0.0015, 1, 1}});
  nodes.boxes.push_back(kUnitBox);
  nodes.box_of[1] = 1;
  ASSERT_TRUE(Disperse(nodes, 1, 1, RunInOneBlock).ok());
  EXPECT_EQ(nodes.position[0][0], 0.001);
}

TEST(Disperse, KeepsFlatAxesAndCoincidentPoints) {
  Nodes nodes = InOneBox({{0.5, 0.5, 1}, {0.5, 0.5, 1}, {0.6, 0.5, 1}},
                         {{0, 0, 1}, {1, 1, 1}});
  ASSERT_TRUE(Disperse(nodes, 3, 0.1, RunInOneBlock).ok());
  for (const Point3& p : nodes.position) EXPECT_EQ(p[2], 1);
  EXPECT_EQ(nodes.position[0], nodes.position[1]);
}

TEST(Disperse, DoesNotDependOnTheBlocks) {
  KeyedRng rng(3, "dispersion test", 0);
  std::vector<Point3> points(200);
  for (Point3& p : points) p = {rng.Uniform(), rng.Uniform(), rng.Uniform()};
  Nodes whole = InOneBox(points, kUnitBox);
  Nodes parts = whole;
  ASSERT_TRUE(Disperse(whole, 5, 0.1, RunInOneBlock).ok());
  const auto run = [](std::vector<Point3>& next, BlockUpdate update) {
    update(130, next.size());
    update(0, 57);
    update(57, 130);
    return absl::OkStatus();
  };
  ASSERT_TRUE(Disperse(parts, 5, 0.1, run).ok());
  EXPECT_EQ(whole.position, parts.position);
}

TEST(Disperse, StopsAtTheFirstErrorOfTheRunner) {
  Nodes nodes = InOneBox({{0, 0, 0}, {1, 1, 1}}, kUnitBox);
  int calls = 0;
  const auto run = [&](std::vector<Point3>&, BlockUpdate) {
    ++calls;
    return absl::CancelledError("stop");
  };
  EXPECT_EQ(Disperse(nodes, 5, 0.1, run).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(calls, 1);
}

TEST(SnapToFaces, MovesOnlyWhatIsCloseToAFace) {
  // Nearest neighbours are 0.5 away: the reach is 0.05.
  Nodes nodes = InOneBox({{0.04, 0.5, 0.5}, {0.54, 0.5, 0.96}}, kUnitBox);
  ASSERT_TRUE(SnapToFaces(nodes, 0.05, RunInOneBlock).ok());
  EXPECT_THAT(nodes.position[0], ElementsAre(0.04, 0.5, 0.5));
  nodes = InOneBox({{0.02, 0.5, 0.5}, {0.52, 0.5, 0.5}}, kUnitBox);
  ASSERT_TRUE(SnapToFaces(nodes, 0.05, RunInOneBlock).ok());
  EXPECT_THAT(nodes.position[0], ElementsAre(0, 0.5, 0.5));
  EXPECT_THAT(nodes.position[1], ElementsAre(0.52, 0.5, 0.5));
}

}  // namespace
}  // namespace miv::build
