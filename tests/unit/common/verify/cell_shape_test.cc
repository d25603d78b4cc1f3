#include "common/verify/cell_shape.h"

#include <gtest/gtest.h>

namespace miv::verify {
namespace {

// A soma of 10 um in layer 1, and a dendrite of 100 um whose points lie at 0,
// 20, 40, ..., 100; those up to 40 in layer 1, the others in layer 2.
neuroh5::Tree Straight() {
  neuroh5::Tree tree;
  const auto add = [&tree](float x, int layer, int type) {
    tree.x.push_back(x);
    tree.y.push_back(0);
    tree.z.push_back(0);
    tree.radius.push_back(1);
    tree.layer.push_back(static_cast<std::int8_t>(layer));
    tree.swc_type.push_back(static_cast<std::int8_t>(type));
    tree.parent.push_back(static_cast<std::int32_t>(tree.x.size()) - 2);
  };
  add(-10, 1, 1);
  add(0, 1, 1);
  for (int i = 0; i <= 5; ++i)
    add(static_cast<float>(20 * i), i <= 2 ? 1 : 2, 4);
  tree.sections = {{0, 1}, {2, 3, 4, 5, 6, 7}};
  tree.src = {0};
  tree.dst = {1};
  return tree;
}

// Synapses as a division into `nseg` segments gives them.
void LearnFrom(CellShape& shape, int nseg, int first_of_layer_2) {
  for (int i = 0; i < 1000; ++i) {
    const float loc = (static_cast<float>(i) + 0.5f) / 1000;
    shape.Learn(1, loc,
                static_cast<int>(loc * nseg) < first_of_layer_2 ? 1 : 2);
  }
}

TEST(CellShape, MeasuresSections) {
  const CellShape shape(Straight());
  ASSERT_EQ(shape.sections().size(), 2u);
  EXPECT_FALSE(shape.sections()[0].mixed);
  EXPECT_EQ(shape.sections()[0].length_um, 10);
  EXPECT_EQ(shape.sections()[1].length_um, 100);
  EXPECT_EQ(shape.sections()[1].swc_type, 4);
  EXPECT_TRUE(shape.sections()[1].mixed);
}

TEST(CellShape, FindsTheNumberOfSegments) {
  CellShape shape(Straight());
  // Middles 0.1, 0.3, 0.5, 0.7, 0.9; the middle one is as near to 0.4 as to
  // 0.6, and the earlier point counts: three segments in layer 1.
  LearnFrom(shape, 5, 3);
  shape.Settle();
  EXPECT_TRUE(shape.Allows(1, 0.59f, 1));
  EXPECT_FALSE(shape.Allows(1, 0.61f, 1));
  EXPECT_TRUE(shape.Allows(1, 0.61f, 2));
  EXPECT_TRUE(shape.Allows(0, 0.5f, 1));
  EXPECT_FALSE(shape.Allows(0, 0.5f, 2));
}

TEST(CellShape, OneWrongSynapseDoesNotMisleadIt) {
  CellShape shape(Straight());
  shape.Learn(1, 0.05f, 2);
  LearnFrom(shape, 5, 3);
  shape.Settle();
  EXPECT_FALSE(shape.Allows(1, 0.05f, 2));
  EXPECT_TRUE(shape.Allows(1, 0.05f, 1));
}

TEST(CellShape, ExpectsDensityTimesLength) {
  CellShape shape(Straight());
  LearnFrom(shape, 5, 3);
  shape.Settle();
  SynapseExpectations synapses;
  synapses.rules = {{4, 0, {{1, 2.0, 0}, {std::nullopt, 0.5, 0}}, {}}};
  const auto expected = shape.Expect(synapses);
  ASSERT_EQ(expected.size(), 2u);
  EXPECT_EQ(expected[0].layer, 1);
  EXPECT_NEAR(expected[0].low, 2.0 * 60, 1e-4);
  EXPECT_NEAR(expected[0].high, 2.0 * 60, 1e-4);
  EXPECT_NEAR(expected[1].low, 0.5 * 40, 1e-4);
  EXPECT_NEAR(expected[1].variance, 0.5 * 40, 1e-4);
}

TEST(CellShape, ExpectsARangeWhereTheDivisionIsNotKnown) {
  CellShape shape(Straight());  // no synapse was seen
  shape.Settle();
  SynapseExpectations synapses;
  synapses.rules = {{4, 0, {{1, 2.0, 0}, {2, 2.0, 0}}, {}}};
  const auto expected = shape.Expect(synapses);
  ASSERT_EQ(expected.size(), 2u);
  EXPECT_EQ(expected[1].low, 0);  // one segment would be in layer 1 as a whole
  EXPECT_NEAR(expected[0].high, 200, 1e-3);
}

TEST(DensityRule, LastLayerCountsForEveryLayer) {
  const DensityRule rule{4, 0, {{1, 2.0, 0}, {2, 3.0, 0}}, 1};
  EXPECT_EQ(rule.In(1)->mean, 3.0);
  EXPECT_EQ(rule.In(7), nullptr);
}

TEST(ShapeKey, IgnoresTheGid) {
  neuroh5::Tree one = Straight(), other = one;
  other.gid = 7;
  EXPECT_EQ(ShapeKey(one), ShapeKey(other));
  other.x[3] += 1;
  EXPECT_NE(ShapeKey(one), ShapeKey(other));
}

}  // namespace
}  // namespace miv::verify
