#include "worker/simulate/lfp/legacy_lfp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/base/fault.h"

namespace miv::simulate {
namespace {

using ::testing::ElementsAre;

std::vector<std::uint32_t> Range(std::uint32_t first, std::uint32_t last) {
  std::vector<std::uint32_t> gids;
  for (std::uint32_t gid = first; gid < last; ++gid) gids.push_back(gid);
  return gids;
}

LegacySection AlongX(double length, std::vector<double> areas) {
  return {{{{0, 0, 0}, 0}, {{length, 0, 0}, length}}, length, std::move(areas)};
}

// One segment of 10 um: P_0 = (0, 0, 0), a = 0, b = 10, R = 10, so that
// k = 1e-4 A rho / (4 pi 10) ln(10 / (10 (sqrt(2) - 1))).
TEST(LegacyWeights, OfOneSegmentByHand) {
  const auto weights = LegacyWeights({AlongX(10, {50})}, {50}, {0, 10, 0}, 333);
  ASSERT_TRUE(weights.ok()) << weights.status();
  const double k =
      1e-4 * 50 * 333 / (40 * M_PI) * std::log(1 / (std::sqrt(2) - 1));
  EXPECT_NEAR((*weights)[0][0], k / 0.5, 1e-12);
}

TEST(LegacyWeights, TakeEveryAreaFromTheFirstSection) {
  const auto own = LegacyWeights({AlongX(10, {50})}, {50}, {0, 10, 0}, 333);
  const auto other = LegacyWeights({AlongX(10, {50})}, {100}, {0, 10, 0}, 333);
  EXPECT_DOUBLE_EQ((*other)[0][0], 2 * (*own)[0][0]);
}

TEST(LegacyWeights, LaterSectionsOverwriteEarlierOnes) {
  const LegacySection first = AlongX(30, {10, 10, 10});
  const LegacySection last = AlongX(10, {20});
  const Point position{5, 40, 0};
  const auto alone = LegacyWeights({first}, {50}, position, 333);
  const auto final_one = LegacyWeights({last}, {50}, position, 333);
  const auto both = LegacyWeights({first, last}, {50}, position, 333);
  EXPECT_THAT((*both)[0], ElementsAre((*final_one)[0][0] * 2, (*alone)[0][1],
                                      (*alone)[0][2]));
  EXPECT_EQ((*both)[1], (*final_one)[0]);
}

TEST(LegacyWeights, RefusesAnElectrodeOnThePoint) {
  const auto weights = LegacyWeights({AlongX(10, {50})}, {50}, {0, 0, 0}, 333);
  EXPECT_EQ(FaultOrMessage(weights.status()).reason, "ELECTRODE_ON_CELL");
}

// What CPython 3.11 prints for list(set(range(first, last))).
TEST(SetOrder, IsAscendingWhileTheTableIsLarger) {
  EXPECT_EQ(SetOrder(Range(10, 90)), Range(10, 90));
}

TEST(SetOrder, StartsWhereTheLowerBitsAreZero) {
  const auto order = SetOrder(Range(1000, 1100));
  EXPECT_EQ(order.front(), 1024u);
  EXPECT_EQ(order[75], 1099u);
  EXPECT_EQ(order[76], 1000u);
  EXPECT_EQ(order.back(), 1023u);
  EXPECT_EQ(SetOrder(Range(80, 143)).front(), 128u);
  EXPECT_EQ(SetOrder(Range(60000, 120001)).front(), 60000u);
  EXPECT_EQ(SetOrder(Range(250000, 310001)).front(), 262144u);
}

}  // namespace
}  // namespace miv::simulate
