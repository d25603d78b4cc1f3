#include "worker/simulate/cells/section_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace miv::simulate {
namespace {

using ::testing::ElementsAre;

TreeSection Section(std::uint8_t type, double length, int nseg, int parent,
                    std::vector<int> children) {
  return {type, length, nseg, parent, std::move(children)};
}

// 0 soma -- 1 basal
//        \- 2 axon (80 um) -- 3 axon (50 um, 5 segments)
//        \- 4 apical
std::vector<TreeSection> Cell() {
  return {Section(1, 20, 1, -1, {1, 2, 4}), Section(3, 100, 1, 0, {}),
          Section(2, 80, 2, 0, {3}), Section(2, 50, 5, 2, {}),
          Section(4, 100, 1, 0, {})};
}

TEST(VisitOrder, TakesTheLastPushedChildFirst) {
  // Pushed 1, 2, 4: taken 4, then 2 with its child, then 1.
  EXPECT_THAT(VisitOrder(Cell(), 0), ElementsAre(0, 4, 2, 3, 1));
}

TEST(VisitOrder, LeavesOutWhatTheRootDoesNotReach) {
  EXPECT_THAT(VisitOrder(Cell(), 2), ElementsAre(2, 3));
}

TEST(FindDetector, TakesTheFirstAxonSegmentBeyondAHundredMicrometres) {
  // Distances on section 2: x 80 + 80, so x = 0.25 gives exactly 100.
  const auto cell = Cell();
  const auto place = FindDetector(cell, VisitOrder(cell, 0), nullptr);
  ASSERT_TRUE(place.ok());
  EXPECT_EQ(place->section, 2);
  EXPECT_EQ(place->x, 0.25);
  EXPECT_EQ(place->threshold_mv, -30);
  EXPECT_EQ(place->delay_ms, 0.05);
}

TEST(FindDetector, CountsTheLengthOfTheTargetSectionTwice) {
  // 60 um axon: 60 + 60 x >= 100 from x = 0.75 of two segments on.
  auto cell = Cell();
  cell[2].length_um = 60;
  const auto place = FindDetector(cell, VisitOrder(cell, 0), nullptr);
  EXPECT_EQ(place->section, 2);
  EXPECT_EQ(place->x, 0.75);
}

TEST(FindDetector, GoesOnToTheNextAxonSection) {
  // Section 2 ends at 40 + 0.75 * 40 = 70; section 3 starts at 40 + 50 = 90 and
  // reaches 100 at x 50 = 15 (x = 0.3 of five segments).
  auto cell = Cell();
  cell[2].length_um = 40;
  const auto place = FindDetector(cell, VisitOrder(cell, 0), nullptr);
  EXPECT_EQ(place->section, 3);
  EXPECT_EQ(place->x, 0.3);
}

TEST(FindDetector, FallsBackToTheEndOfAShortAxon) {
  auto cell = Cell();
  cell[2].length_um = 10;
  cell[3].length_um = 10;
  const auto place = FindDetector(cell, VisitOrder(cell, 0), nullptr);
  EXPECT_EQ(place->section, 3);
  EXPECT_EQ(place->x, 1.0);
}

TEST(FindDetector, UsesTheInitialSegmentOfACellWithoutAxon) {
  auto cell = Cell();
  cell[2].swc_type = 7;
  cell[3].swc_type = 7;
  const auto place = FindDetector(cell, VisitOrder(cell, 0), nullptr);
  EXPECT_EQ(place->section, 2);
  EXPECT_EQ(place->x, 0.5);
}

TEST(FindDetector, UsesTheLastSomaSectionOfACellWithNeither) {
  std::vector<TreeSection> cell = {Section(1, 10, 1, -1, {1}),
                                   Section(1, 10, 1, 0, {})};
  const auto place = FindDetector(cell, VisitOrder(cell, 0), nullptr);
  EXPECT_EQ(place->section, 1);
}

TEST(FindDetector, ObeysTheConfig) {
  DetectorConfig config;
  config.section = "apical";
  config.loc = 0.25;
  config.threshold_mv = -20;
  config.delay_ms = 0.5;
  const auto cell = Cell();
  const auto place = FindDetector(cell, VisitOrder(cell, 0), &config);
  EXPECT_EQ(place->section, 4);
  EXPECT_EQ(place->x, 0.25);
  EXPECT_EQ(place->threshold_mv, -20);
  EXPECT_EQ(place->delay_ms, 0.5);
}

TEST(FindDetector, RefusesAClassThatTheCellLacks) {
  DetectorConfig config;
  config.section = "tuft";
  const auto cell = Cell();
  EXPECT_EQ(FindDetector(cell, VisitOrder(cell, 0), &config).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(FindDetector, RefusesACellWithoutAnyPlace) {
  const std::vector<TreeSection> cell = {Section(3, 10, 1, -1, {})};
  EXPECT_EQ(FindDetector(cell, {0}, nullptr).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace miv::simulate
