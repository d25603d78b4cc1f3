// Ranks over MPI.  Run on 1, 2 and 3 ranks; expected values are functions of
// the rank count that each test states.

#include "worker/parallel/ranks.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/mpi_world.h"
#include "worker/parallel/exchange.h"

namespace miv::parallel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MpiRanks, BroadcastGivesEveryRankTheRootsBytes) {
  std::string bytes = World().is_root() ? std::string("a\0b", 3) : "other";
  World().Broadcast(&bytes);
  EXPECT_EQ(bytes, std::string("a\0b", 3));
}

TEST(MpiRanks, PatientBroadcastGivesEveryRankTheRootsBytes) {
  std::string bytes = World().is_root() ? "assignment" : "";
  World().PatientBroadcast(&bytes);
  EXPECT_EQ(bytes, "assignment");
}

TEST(MpiRanks, BroadcastOfNothingGivesNothing) {
  std::string bytes = World().is_root() ? "" : "leftover";
  World().Broadcast(&bytes);
  EXPECT_EQ(bytes, "");
}

TEST(MpiRanks, AllGatherOrdersByRank) {
  const auto all = World().AllGather(10 * World().rank());
  ASSERT_EQ(all.size(), static_cast<std::size_t>(World().size()));
  for (int r = 0; r < World().size(); ++r) EXPECT_EQ(all[r], 10 * r);
}

TEST(MpiRanks, ExclusiveScanSumsLowerRanks) {
  const std::int64_t r = World().rank();
  EXPECT_EQ(World().ExclusiveScan(r + 1), r * (r + 1) / 2);  // 1 + ... + r
}

TEST(MpiRanks, SumOfIntegersIsExactBeyond53Bits) {
  const std::int64_t big = (std::int64_t{1} << 60) / World().size() + 1;
  EXPECT_EQ(World().Sum(big), big * World().size());
}

TEST(MpiRanks, CheckedSumReportsOverflowOnEveryRank) {
  const auto max = std::numeric_limits<std::int64_t>::max();
  const auto sum = World().CheckedSum(max);
  if (World().size() == 1) {
    EXPECT_EQ(sum.value(), max);
  } else {
    EXPECT_EQ(sum.status().code(), absl::StatusCode::kOutOfRange);
  }
}

TEST(MpiRanks, SumOfDoublesAddsInRankOrder) {
  // In rank order 1 + 2^-53 + 2^-53 stays 1; the other order gives 1 + 2^-52.
  const double tiny = std::ldexp(1.0, -53);
  std::vector<double> values(5, World().is_root() ? 1.0 : tiny);
  World().Sum(absl::MakeSpan(values));
  for (const double v : values) EXPECT_EQ(v, 1.0);
}

TEST(MpiRanks, SumOfDoublesCoversEveryElementAcrossBlocks) {
  std::vector<double> values((std::size_t{1} << 20) + 7);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<double>(i % 1000) * (World().rank() + 1);
  World().Sum(absl::MakeSpan(values));
  const int n = World().size();
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_EQ(values[i], static_cast<double>(i % 1000) * (n * (n + 1) / 2));
}

TEST(MpiRanks, MaxIsTheLargestAndNanWins) {
  EXPECT_EQ(World().Max(-World().rank() - 1.0), -1.0);
  const bool last = World().rank() == World().size() - 1;
  EXPECT_TRUE(std::isnan(World().Max(last ? std::nan("") : 5.0)));
}

TEST(MpiRanks, GatherToRootIsEmptyElsewhere) {
  const std::string mine(World().rank(), 'x');
  const auto all = World().GatherToRoot(mine);
  if (!World().is_root()) {
    EXPECT_THAT(all, IsEmpty());
    return;
  }
  ASSERT_EQ(all.size(), static_cast<std::size_t>(World().size()));
  for (int r = 0; r < World().size(); ++r) EXPECT_EQ(all[r].size(), r + 0u);
}

TEST(MpiRanks, AllGatherBytesGivesEveryoneAll) {
  const auto all = World().AllGatherBytes(std::to_string(World().rank()));
  for (int r = 0; r < World().size(); ++r) EXPECT_EQ(all[r], std::to_string(r));
}

TEST(MpiRanks, AllToAllDeliversByRank) {
  std::vector<std::string> outgoing;
  for (int to = 0; to < World().size(); ++to)
    outgoing.push_back(std::to_string(100 * World().rank() + to));
  const auto incoming = World().AllToAll(std::move(outgoing));
  for (int from = 0; from < World().size(); ++from)
    EXPECT_EQ(incoming[from], std::to_string(100 * from + World().rank()));
}

TEST(MpiRanks, TransfersBeyondTheMessageLimitArriveWhole) {
  // Seven-byte messages stand for the 2 GiB limit of MPI's counts.
  const auto ranks = MpiRanks::World(7);
  const auto text = [](int from, int to) {
    return std::string(20 + from, static_cast<char>('a' + to)) + "end";
  };
  std::vector<std::string> outgoing;
  for (int to = 0; to < ranks->size(); ++to)
    outgoing.push_back(text(ranks->rank(), to));
  const auto incoming = ranks->AllToAll(std::move(outgoing));
  const auto gathered = ranks->AllGatherBytes(text(ranks->rank(), 5));
  for (int from = 0; from < ranks->size(); ++from) {
    EXPECT_EQ(incoming[from], text(from, ranks->rank()));
    EXPECT_EQ(gathered[from], text(from, 5));
  }
}

TEST(MpiRanks, ExchangeValuesConcatenatesInRankOrder) {
  std::vector<std::vector<double>> outgoing(World().size());
  for (auto& values : outgoing) values = {World().rank() + 0.5};
  const auto received = ExchangeValues(World(), std::move(outgoing));
  ASSERT_EQ(received.size(), static_cast<std::size_t>(World().size()));
  for (int r = 0; r < World().size(); ++r) EXPECT_EQ(received[r], r + 0.5);
}

TEST(AgreeOnStatus, IsOkWhenAllAre) {
  EXPECT_TRUE(World().AgreeOnStatus(absl::OkStatus()).ok());
}

TEST(AgreeOnStatus, GivesEveryRankTheLowestFailingRanksFault) {
  // All but rank 0 fail; alone, rank 0 fails.
  const int lowest = World().size() > 1 ? 1 : 0;
  absl::Status mine;
  if (World().rank() >= lowest) {
    Fault fault;
    fault.reason = "TOO_FEW_SITES";
    fault.what = absl::StrCat("rank ", World().rank(), " is out of sites");
    fault.gid = 40 + World().rank();
    mine = MakeStatus(absl::StatusCode::kFailedPrecondition, fault);
    mine.SetPayload("test/extra", absl::Cord("kept"));
  }
  const absl::Status agreed = World().AgreeOnStatus(mine);
  EXPECT_EQ(agreed.code(), absl::StatusCode::kFailedPrecondition);
  const auto fault = FaultOf(agreed);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->reason, "TOO_FEW_SITES");
  EXPECT_EQ(fault->what, absl::StrCat("rank ", lowest, " is out of sites"));
  EXPECT_EQ(fault->gid, 40 + lowest);
  EXPECT_EQ(fault->rank, lowest);
  EXPECT_EQ(agreed.GetPayload("test/extra"), absl::Cord("kept"));
}

TEST(AgreeOnStatus, TurnsAPlainErrorIntoAFaultWithTheRank) {
  const int last = World().size() - 1;
  const absl::Status agreed = World().AgreeOnStatus(
      World().rank() == last ? absl::UnavailableError("disk is full")
                             : absl::OkStatus());
  EXPECT_EQ(agreed.code(), absl::StatusCode::kUnavailable);
  const auto fault = FaultOf(agreed);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->what, "disk is full");
  EXPECT_EQ(fault->rank, last);
}

TEST(PartOf, CoversEverythingOnceWithTheRestOnLowerRanks) {
  // 7 over 3: [0, 3), [3, 5), [5, 7).
  EXPECT_EQ(PartOf(7, 0, 3).first, 0u);
  EXPECT_EQ(PartOf(7, 0, 3).last, 3u);
  EXPECT_EQ(PartOf(7, 1, 3).last, 5u);
  EXPECT_EQ(PartOf(7, 2, 3).last, 7u);
  EXPECT_EQ(PartOf(1, 1, 3).size(), 0u);
}

TEST(SingleRank, ActsAsAGroupOfOne) {
  SingleRank ranks;
  EXPECT_THAT(ranks.AllGather(3), ElementsAre(3));
  EXPECT_THAT(ranks.AllToAll({"x"}), ElementsAre("x"));
  EXPECT_THAT(ranks.GatherToRoot("y"), ElementsAre("y"));
  EXPECT_EQ(ranks.ExclusiveScan(9), 0);
  const auto fault =
      FaultOf(ranks.AgreeOnStatus(absl::NotFoundError("no such cell")));
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->rank, 0);
}

}  // namespace
}  // namespace miv::parallel
