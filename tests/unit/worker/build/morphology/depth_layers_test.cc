#include "worker/build/morphology/depth_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace miv::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// SO 0 to 100, SP 100 to 150, a gap, SLM 200 to 300; the soma in the middle of
// SP.
DepthFrame Frame() {
  return {1, 1, 125, {{5, 0, 100}, {6, 100, 150}, {9, 200, 300}}};
}

// Points at these heights; the first is the root.
PointTree Points(std::vector<float> y) {
  PointTree points;
  const std::size_t n = y.size();
  points.x.assign(n, 7);
  points.y = std::move(y);
  points.z.assign(n, 0);
  points.radius.assign(n, 1);
  points.layer.assign(n, 3);
  points.swc_type.assign(n, 1);
  for (std::size_t i = 0; i < n; ++i)
    points.parent.push_back(static_cast<int>(i) - 1);
  return points;
}

TEST(AssignLayersByDepth, CountsFromTheRootInTheMiddleOfTheSomasLayer) {
  // By hand, root at 10: L = 125, 99.5, 100, 149, 150, 200, 299, 300, -0.5.
  PointTree points = Points({10, -15.5, -15, 34, 35, 85, 184, 185, -115.5});
  EXPECT_EQ(AssignLayersByDepth(Frame(), points), 3u);
  EXPECT_THAT(points.layer, ElementsAre(6, 5, 6, 6, -1, 9, 9, -1, -1));
}

TEST(AssignLayersByDepth, TurnsTheReconstructionOver) {
  DepthFrame frame = Frame();
  frame.sign = -1;
  PointTree points = Points({0, 100, -100});  // L = 125, 25, 225
  EXPECT_EQ(AssignLayersByDepth(frame, points), 0u);
  EXPECT_THAT(points.layer, ElementsAre(6, 5, 9));
}

TEST(AssignLayersByDepth, FollowsTheAxisAndTheRootWhereverItStands) {
  DepthFrame frame = Frame();
  frame.axis = 0;
  PointTree points = Points({0, 0});
  points.x = {107, 7};
  points.parent = {1, -1};
  AssignLayersByDepth(frame, points);  // L = 225, 125
  EXPECT_THAT(points.layer, ElementsAre(9, 6));
}

TEST(ValidateDepthFrame, NamesWhatIsWrong) {
  EXPECT_TRUE(ValidateDepthFrame(Frame()).ok());
  DepthFrame frame = Frame();
  frame.ranges[1].low = 90;
  EXPECT_THAT(std::string(ValidateDepthFrame(frame).message()),
              HasSubstr("layer 6 begins at 90 um, before the one below it"));
  frame = Frame();
  frame.ranges[0].high = 0;
  EXPECT_THAT(std::string(ValidateDepthFrame(frame).message()),
              HasSubstr("layer 5 has no extent"));
  frame = Frame();
  frame.axis = 3;
  EXPECT_FALSE(ValidateDepthFrame(frame).ok());
  frame = Frame();
  frame.sign = 0.5;
  EXPECT_FALSE(ValidateDepthFrame(frame).ok());
}

}  // namespace
}  // namespace miv::build
