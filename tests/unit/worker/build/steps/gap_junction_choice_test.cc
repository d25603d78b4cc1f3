#include "worker/build/steps/gap_junction_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace miv::worker {
namespace {

using build::GapCandidate;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<GapCandidate> Chosen(std::vector<GapCandidate> candidates,
                                 std::uint64_t k) {
  parallel::SingleRank ranks;
  return LowestOfAll(ranks, std::move(candidates), k);
}

TEST(LowestOfAll, TakesTheLowestKeysInTheOrderOfThePairs) {
  EXPECT_THAT(Chosen({{0.9, 1, 2}, {0.1, 5, 6}, {0.2, 1, 4}, {0.3, 1, 3}}, 3),
              ElementsAre(GapCandidate{0.3, 1, 3}, GapCandidate{0.2, 1, 4},
                          GapCandidate{0.1, 5, 6}));
}

TEST(LowestOfAll, DecidesTiesByThePair) {
  EXPECT_THAT(Chosen({{1, 4, 5}, {1, 2, 9}, {1, 2, 3}, {0.5, 7, 8}}, 3),
              ElementsAre(GapCandidate{1, 2, 3}, GapCandidate{1, 2, 9},
                          GapCandidate{0.5, 7, 8}));
}

TEST(LowestOfAll, TakesAllIfThereAreFewer) {
  EXPECT_THAT(Chosen({{2, 1, 2}, {1, 3, 4}}, 5),
              ElementsAre(GapCandidate{2, 1, 2}, GapCandidate{1, 3, 4}));
}

TEST(LowestOfAll, TakesNoneOfNone) {
  EXPECT_THAT(Chosen({}, 3), IsEmpty());
  EXPECT_THAT(Chosen({{1, 2, 3}}, 0), IsEmpty());
}

TEST(LowestOfAll, TellsKeysThatDifferInTheLastBitOnly) {
  const double above = std::nextafter(1.0, 2.0);
  EXPECT_THAT(Chosen({{above, 1, 2}, {1, 3, 4}}, 1),
              ElementsAre(GapCandidate{1, 3, 4}));
  // The smallest positive and the largest finite key.
  EXPECT_THAT(Chosen({{1.7e308, 1, 2}, {5e-324, 3, 4}}, 1),
              ElementsAre(GapCandidate{5e-324, 3, 4}));
}

}  // namespace
}  // namespace miv::worker
