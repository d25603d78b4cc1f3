#include "worker/build/synapses/section_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/worker/build/synapses/straight_cell.h"

namespace miv::build {
namespace {

using ::testing::ElementsAre;

CellGeometry OfClasses(const std::vector<std::uint8_t>& classes,
                       std::vector<SectionEdge> edges) {
  CellGeometry cell;
  for (const std::uint8_t c : classes)
    cell.sections.push_back(StraightSection(c, 10, 1, {5}));
  cell.edges = std::move(edges);
  return cell;
}

TEST(PlacementOrder, PutsDescendantsInPreorderBeforeTheirRoot) {
  // Soma 0; apical 1 -> {2 -> {3, 4}, 5}; basal 6; apical 7 on the soma.
  const CellGeometry cell =
      OfClasses({1, 4, 4, 4, 4, 4, 3, 4},
                {{0, 1}, {0, 6}, {0, 7}, {1, 2}, {1, 5}, {2, 3}, {2, 4}});
  EXPECT_THAT(PlacementOrder(cell, 4), ElementsAre(2, 3, 4, 5, 1, 7));
  EXPECT_THAT(PlacementOrder(cell, 1), ElementsAre(0));
}

TEST(PlacementOrder, IsByIndexWithoutEdgesInTheClass) {
  const CellGeometry cell = OfClasses({1, 3, 3, 3}, {{0, 3}, {0, 1}, {0, 2}});
  EXPECT_THAT(PlacementOrder(cell, 3), ElementsAre(1, 2, 3));
}

TEST(PlacementOrder, RestartsBelowAnotherClass) {
  // Apical 1 -> axon 2 -> apical 3: 3 is a root of its own.
  const CellGeometry cell = OfClasses({1, 4, 2, 4}, {{0, 1}, {1, 2}, {2, 3}});
  EXPECT_THAT(PlacementOrder(cell, 4), ElementsAre(1, 3));
}

}  // namespace
}  // namespace miv::build
