#include "worker/build/synapses/layer_lengths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/worker/build/synapses/straight_cell.h"

namespace miv::build {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::Pair;

TEST(LengthsByLayer, GivesWholeSegmentsToTheLayerOfTheirCentre) {
  // 90 um in three segments of 30; the layer changes at 45 um, so that the
  // middle segment's centre lies on the change and the earlier point counts.
  CellGeometry cell = OneSection(StraightSection(4, 90, 3, {8, 9}));
  cell.sections.push_back(StraightSection(4, 10, 1, {9}));
  cell.sections.push_back(StraightSection(3, 20, 1, {5}));
  EXPECT_THAT(LengthsByLayer(cell),
              ElementsAre(Pair(Pair(3, 5), DoubleEq(20)),
                          Pair(Pair(4, 8), DoubleEq(30)),
                          Pair(Pair(4, 9), DoubleEq(70))));
}

TEST(SegmentLayer, TakesTheEarlierOfTwoEquallyNearPoints) {
  SectionGeometry section;
  section.arc = {0.25, 0.75};
  section.layer = {1, 2};
  EXPECT_EQ(SegmentLayer(section, 0), 1);
  section.nseg = 2;
  EXPECT_EQ(SegmentLayer(section, 1), 2);
}

}  // namespace
}  // namespace miv::build
