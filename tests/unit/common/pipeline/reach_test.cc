#include "common/pipeline/reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const CellPatch kSquare = {10, {0, 0}, {200, 200}};

TEST(ExpectedWithoutSource, IsTheShareOutOfReachForOneSource) {
  // Within 100 um of 200: 3/4 of all pairs along each axis, 1 - 9/16 apart.
  CellPatch source = kSquare;
  source.cells = 1;
  EXPECT_NEAR(ExpectedWithoutSource({kSquare}, {source}, {100, 100}, {}),
              10 * 7.0 / 16, 1e-12);
}

TEST(ExpectedWithoutSource, IsAllWhereTheBoxesAreApart) {
  const CellPatch far = {5, {1000, 0}, {1200, 200}};
  EXPECT_DOUBLE_EQ(ExpectedWithoutSource({kSquare}, {far}, {100, 100}, {}), 10);
  EXPECT_DOUBLE_EQ(ExpectedWithoutSource({kSquare}, {kSquare}, {500, 500}, {}),
                   0);
}

TEST(ExpectedWithoutSource, CountsOtherCellsOnlyWithinAPopulation) {
  CellPatch pair = kSquare;
  pair.cells = 2;  // one other cell each
  EXPECT_NEAR(ExpectedWithoutSource({pair}, {pair}, {100, 100}, {0}),
              2 * 7.0 / 16, 1e-12);
}

TEST(ExpectedWithoutSource, MultipliesOverCellsAndPatches) {
  // A strip reached along U only from half of the square: (1 - f)^n with f 1
  // on the near half and 0 on the far one.
  const CellPatch strip = {3, {-1, -1000}, {0, 1200}};
  const CellPatch other = {1, {5000, 0}, {5001, 1}};
  EXPECT_NEAR(ExpectedWithoutSource({kSquare}, {strip, other}, {100, 3000}, {}),
              5, 0.1);
}

std::vector<std::string> TextsAfter(const std::string& override_text) {
  std::vector<std::string> texts;
  for (const Warning& w : ResolvedNetwork(override_text).warnings)
    texts.push_back(w.field + ": " + w.text);
  return texts;
}

TEST(WarnOfReach, IsSilentWhereEveryCellHasASource) {
  EXPECT_THAT(TextsAfter(""), testing::IsEmpty());
}

TEST(WarnOfReach, CountsTheCellsWithoutASource) {
  // Half widths of 200 um reach everything; along U 1 um of 200 reaches
  // (1 - (1 - 0.005)^2) of the pairs: 21 sources leave about 0.81 of the cells.
  const auto texts = TextsAfter(
      "steps.connections_PYR.config.axon_extents.OLM.SLM={width: [2, 400]}");
  ASSERT_THAT(texts, testing::SizeIs(1));
  EXPECT_THAT(texts[0],
              HasSubstr("steps.connections_PYR.config.axon_extents.OLM.SLM: "
                        "About 181 of 223 PYR cells are expected to have no "
                        "OLM source in reach: their synapses would stay "
                        "unconnected. Widen the extent, or add OLM cells."));
}

}  // namespace
}  // namespace miv::pipeline
