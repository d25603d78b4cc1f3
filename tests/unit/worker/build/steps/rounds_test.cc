#include "worker/build/steps/rounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/worker/build/steps/build_chain.h"
#include "worker/build/steps/rank_share.h"

namespace miv::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class RoundsTest : public ::testing::Test {
 protected:
  absl::Status Run(std::size_t blocks, std::size_t failing_block = 1000) {
    return RunInRounds(ctx_, blocks, {"work", "cells", 3 * blocks},
                       [&](std::size_t block) -> absl::StatusOr<std::uint64_t> {
                         ran_.push_back(block);
                         if (block == failing_block)
                           return absl::InvalidArgumentError("broken");
                         return 3;
                       });
  }

  parallel::SingleRank ranks_;
  RecordingObserver observer_;
  StepContext ctx_{{}, 0, {}, "", ranks_, observer_};
  std::vector<std::size_t> ran_;
};

TEST_F(RoundsTest, RunsEveryBlockInOrderAndReportsToTheEnd) {
  EXPECT_TRUE(Run(3).ok());
  EXPECT_THAT(ran_, ElementsAre(0, 1, 2));
  EXPECT_THAT(observer_.progress, ElementsAre(Pair("work", 1)));
  EXPECT_THAT(observer_.amounts,
              ElementsAre("work 0/9 cells", "work 3/9 cells", "work 6/9 cells",
                          "work 9/9 cells"));
}

TEST_F(RoundsTest, DoesNothingWithoutBlocks) {
  EXPECT_TRUE(Run(0).ok());
  EXPECT_THAT(ran_, IsEmpty());
}

TEST_F(RoundsTest, EndsAtTheFirstError) {
  const absl::Status status = Run(5, 2);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ran_, ElementsAre(0, 1, 2));
}

TEST_F(RoundsTest, StopsWhenAskedTo) {
  observer_.polls_before_cancel = 1;
  EXPECT_EQ(Run(5).code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(ran_, ElementsAre(0, 1));
}

TEST(ShareOf, CoversAllItemsInOrder) {
  for (const std::uint64_t items : {0u, 1u, 5u, 12u}) {
    std::uint64_t next = 0;
    for (int rank = 0; rank < 5; ++rank) {
      const Share share = ShareOf(items, rank, 5);
      EXPECT_EQ(share.begin, next);
      EXPECT_LE(share.size(), items / 5 + 1);
      next = share.end;
    }
    EXPECT_EQ(next, items);
  }
}

TEST(WorkMeter, ReportsOneEntryPerRank) {
  parallel::SingleRank ranks;
  WorkMeter meter;
  meter.AddCells(3);
  meter.AddSynapses(40);
  meter.AddSynapses(2);
  meter.AddEdges(7);
  meter.AddBytes(5);
  const auto report = meter.Report(ranks);
  EXPECT_THAT(report.at("cells"), ElementsAre(3));
  EXPECT_THAT(report.at("synapses"), ElementsAre(42));
  EXPECT_THAT(report.at("edges"), ElementsAre(7));
  EXPECT_THAT(report.at("bytes"), ElementsAre(5));
  // A program with gtest takes more than a page and less than all memory.
  EXPECT_GT(report.at("peak_rss_bytes")[0].get<std::int64_t>(), 1 << 12);
  EXPECT_GE(report.at("cpu_s")[0].get<double>(), 0);
}

}  // namespace
}  // namespace miv::worker
