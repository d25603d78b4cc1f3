#include "worker/build/steps/rank_share.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace miv::worker {
namespace {

using ::testing::ElementsAre;
using Weights = std::vector<std::uint64_t>;

// Where the share of each rank ends.
std::vector<std::uint64_t> EndsOf(const Weights& weights, int size) {
  std::vector<std::uint64_t> ends;
  std::uint64_t end = 0;
  for (int rank = 0; rank < size; ++rank) {
    const Share share = ShareByWeight(weights, rank, size);
    EXPECT_EQ(share.begin, end) << "rank " << rank;
    EXPECT_LE(share.begin, share.end) << "rank " << rank;
    end = share.end;
    ends.push_back(end);
  }
  return ends;
}

// By hand: the sums are 0, 8, 10, 11, 12, 16.  Half is 8; the thirds, rounded
// down, are 5, nearest to 8, and 10.
TEST(ShareByWeight, PutsBordersNearestToEqualShares) {
  const Weights weights = {8, 2, 1, 1, 4};
  EXPECT_THAT(EndsOf(weights, 1), ElementsAre(5));
  EXPECT_THAT(EndsOf(weights, 2), ElementsAre(1, 5));
  EXPECT_THAT(EndsOf(weights, 3), ElementsAre(1, 2, 5));
}

TEST(ShareByWeight, CountsItemsAlikeWithoutWeights) {
  EXPECT_THAT(EndsOf({0, 0, 0, 0, 0}, 2), ElementsAre(3, 5));
  EXPECT_THAT(EndsOf({}, 3), ElementsAre(0, 0, 0));
}

// By hand: quarters at 25, 50 and 75 of sums 0, 0, 100, 100; of borders that
// are as near the later one is taken.
TEST(ShareByWeight, GivesAHeavyItemToOneRank) {
  EXPECT_THAT(EndsOf({0, 100, 0}, 4), ElementsAre(1, 2, 2, 3));
}

TEST(ShareByWeight, IsOffByAtMostAnItem) {
  Weights weights;
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    weights.push_back(i * i % 97);
    total += weights.back();
  }
  for (const int size : {2, 3, 5, 8, 31}) {
    for (int rank = 0; rank < size; ++rank) {
      const Share share = ShareByWeight(weights, rank, size);
      std::uint64_t held = 0;
      for (std::uint64_t i = share.begin; i < share.end; ++i)
        held += weights[i];
      const double fair = static_cast<double>(total) / size;
      EXPECT_NEAR(static_cast<double>(held), fair, 97) << rank << "/" << size;
    }
  }
}

TEST(ShareByWeight, DoesNotOverflow) {
  const std::uint64_t large = std::uint64_t{1} << 62;
  EXPECT_THAT(EndsOf({large, large, large}, 3), ElementsAre(1, 2, 3));
}

TEST(RunsOf, CutsBeforeWhatDoesNotFit) {
  EXPECT_THAT(RunsOf({3, 3, 3, 1, 9, 30, 0, 2}, 9),
              ElementsAre(0, 3, 4, 5, 7, 8));
  EXPECT_THAT(RunsOf({0, 0, 30}, 9), ElementsAre(0, 2, 3));
  EXPECT_THAT(RunsOf({5}, 9), ElementsAre(0, 1));
}

TEST(RunsOf, HasNoRunWithoutItems) {
  EXPECT_THAT(RunsOf({}, 9), ElementsAre(0));
}

}  // namespace
}  // namespace miv::worker
