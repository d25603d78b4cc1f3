#include "worker/simulate/cells/placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace miv::simulate {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PlaceCells, GivesTheNextCellToTheLeastLoadedRank) {
  // By hand (Graham's rule): 5 -> r0, 4 -> r1, 3 -> r1 (4 < 5), 3 -> r0.
  const std::vector<CostedCells> cells = {{0, 1, 5}, {1, 1, 4}, {2, 2, 3}};
  EXPECT_THAT(PlaceCells(cells, 2), ElementsAre(0, 1, 1, 0));
}

TEST(PlaceCells, DealsEqualCellsRoundRobin) {
  const std::vector<CostedCells> cells = {{0, 5, 1}};
  EXPECT_THAT(PlaceCells(cells, 2), ElementsAre(0, 1, 0, 1, 0));
}

TEST(PlaceCells, ReturnsRanksInTheOrderGivenNotByCost) {
  const std::vector<CostedCells> cells = {{0, 1, 1}, {1, 1, 9}};
  EXPECT_THAT(PlaceCells(cells, 2), ElementsAre(1, 0));
}

TEST(PlaceCells, EvensOutTheNumbersWithCellsThatCostNothing) {
  // The dear cell is alone on rank 0, so two of the three free ones join it.
  const std::vector<CostedCells> cells = {{0, 3, 0}, {3, 1, 9}, {4, 2, 2}};
  EXPECT_THAT(PlaceCells(cells, 2), ElementsAre(0, 0, 1, 0, 1, 1));
}

TEST(PlaceCells, PutsEverythingOnASingleRank) {
  const std::vector<CostedCells> cells = {{0, 3, 2}, {3, 2, 0}};
  EXPECT_THAT(PlaceCells(cells, 1), Each(0));
}

TEST(PlaceCells, HasNothingToPlaceWithoutCells) {
  EXPECT_THAT(PlaceCells({}, 3), IsEmpty());
}

}  // namespace
}  // namespace miv::simulate
