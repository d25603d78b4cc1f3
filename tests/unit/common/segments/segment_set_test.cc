#include "common/segments/segment_set.h"

#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/segments/segment_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace miv::segments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Two ranks, dt = 1 ms, marks at 10 and 20 ms.  Rank 1 has no cells.
class SegmentSetTest : public testing::Test {
 protected:
  SegmentSetTest()
      : folder_(absl::StrCat(
            testing::TempDir(), "/segment_set_", ::getpid(), "_",
            testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(folder_);
  }
  ~SegmentSetTest() override { std::filesystem::remove_all(folder_); }

  SegmentWriter Open(std::uint32_t rank) {
    return *SegmentWriter::Create(absl::StrCat(folder_, "/", SegmentName(rank)),
                                  rank);
  }
  static void Spikes(SegmentWriter& writer, double begin, double end,
                     std::vector<SpikeTime> spikes) {
    const FrameHeader header{FrameKind::kSpikes, 0, 0, begin, end, 0,
                             spikes.size()};
    ASSERT_TRUE(writer.Append(header, EncodeSpikes(spikes)).ok());
  }
  static void Mark(SegmentWriter& writer, std::uint64_t steps, bool last) {
    const FrameHeader header{FrameKind::kMark,           0,     0,   0,
                             static_cast<double>(steps), steps, last};
    ASSERT_TRUE(writer.Append(header, "").ok());
  }
  static void Head(SegmentWriter& writer) {
    ASSERT_TRUE(writer.Append({.kind = FrameKind::kHead}, "{}").ok());
  }
  static void Voltage(SegmentWriter& writer, std::uint64_t first,
                      std::vector<TracePlace> traces,
                      std::vector<double> values) {
    SampleBlock block;
    block.label = "v";
    block.dt_ms = 1;
    block.first = first;
    block.count = values.size() / traces.size();
    block.variable = "v";
    block.traces = std::move(traces);
    block.values = std::move(values);
    const FrameHeader header{
        FrameKind::kRecording, 0, 0, 0, 99, first, block.count};
    ASSERT_TRUE(writer.Append(header, EncodeSamples(block)).ok());
  }

  std::vector<SpikeTime> AllSpikes(const SegmentSet& set) {
    std::vector<SpikeTime> all;
    EXPECT_TRUE(set.ForEachSpikeBlock([&](absl::Span<const SpikeTime> block) {
                     all.insert(all.end(), block.begin(), block.end());
                     return absl::OkStatus();
                   })
                    .ok());
    return all;
  }

  const std::string folder_;
};

TEST_F(SegmentSetTest, MergesTheSpikesOfAllRanksByTimeAndGid) {
  {
    SegmentWriter zero = Open(0);
    Head(zero);
    Spikes(zero, 0, 10, {{3, 7}, {5, 2}});
    Mark(zero, 10, false);
    Spikes(zero, 10, 20, {{11, 2}});
    Mark(zero, 20, true);
    SegmentWriter one = Open(1);
    Spikes(one, 0, 4, {{3, 1}});
    Spikes(one, 4, 10, {{9.5, 1}});
    Mark(one, 10, false);
    Mark(one, 20, true);
  }
  const auto set = SegmentSet::Open(folder_);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_TRUE(set->coverage().complete);
  EXPECT_EQ(set->coverage().steps, 20u);
  EXPECT_EQ(set->head(), "{}");
  EXPECT_THAT(AllSpikes(*set),
              ElementsAre(SpikeTime{3, 1}, SpikeTime{3, 7}, SpikeTime{5, 2},
                          SpikeTime{9.5, 1}, SpikeTime{11, 2}));
}

TEST_F(SegmentSetTest, EndsWhereTheFirstRankEnds) {
  {
    SegmentWriter zero = Open(0);
    Head(zero);
    Spikes(zero, 0, 10, {{3, 7}});
    Mark(zero, 10, false);
    Spikes(zero, 10, 20, {{11, 2}});
    Mark(zero, 20, false);
    SegmentWriter one = Open(1);
    Mark(one, 10, false);
    Spikes(one, 10, 15, {{12, 1}});  // killed before its mark
  }
  const auto set = SegmentSet::Open(folder_);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_FALSE(set->coverage().complete);
  EXPECT_EQ(set->coverage().until_ms, 10);
  EXPECT_THAT(AllSpikes(*set), ElementsAre(SpikeTime{3, 7}));
}

TEST_F(SegmentSetTest, CanBeCutEarlier) {
  {
    SegmentWriter zero = Open(0);
    Head(zero);
    Spikes(zero, 0, 20, {{3, 7}, {4, 7}, {11, 2}});
    Mark(zero, 20, true);
  }
  auto set = SegmentSet::Open(folder_);
  ASSERT_TRUE(set.ok()) << set.status();
  set->CutAt(30, 30);
  EXPECT_TRUE(set->coverage().complete);
  set->CutAt(4, 4);
  EXPECT_FALSE(set->coverage().complete);
  EXPECT_EQ(set->coverage().steps, 4u);
  EXPECT_THAT(AllSpikes(*set), ElementsAre(SpikeTime{3, 7}));
}

TEST_F(SegmentSetTest, LeavesOutWhatADamagedEndMadeUncertain) {
  {
    SegmentWriter zero = Open(0);
    Head(zero);
    Mark(zero, 10, false);
    Spikes(zero, 10, 20, {{11, 2}});
    Mark(zero, 20, true);
  }
  const std::string path = absl::StrCat(folder_, "/", SegmentName(0));
  const std::string bytes = *ReadFile(path);
  ASSERT_TRUE(
      WriteFileAtomically(path, bytes.substr(0, bytes.size() - 1)).ok());
  const auto set = SegmentSet::Open(folder_);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->coverage().steps, 10u);
  EXPECT_THAT(AllSpikes(*set), IsEmpty());
  EXPECT_THAT(set->losses(), SizeIs(1));
}

TEST_F(SegmentSetTest, FindsTheSamplesOfAllRanks) {
  {
    SegmentWriter zero = Open(0);
    Head(zero);
    Voltage(zero, 0, {{5, 0, 0.5}}, {1, 2});
    Voltage(zero, 2, {{5, 0, 0.5}}, {3});
    Mark(zero, 3, true);
    SegmentWriter one = Open(1);
    Voltage(one, 0, {{4, 0, 0.5}, {9, 0, 0.5}}, {10, 11, 20, 21, 30, 31});
    Mark(one, 3, true);
  }
  const auto set = SegmentSet::Open(folder_);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_THAT(*set->TracesOf(0),
              ElementsAre(TracePlace{4, 0, 0.5}, TracePlace{5, 0, 0.5},
                          TracePlace{9, 0, 0.5}));
  EXPECT_THAT(*set->TracesOf(1), IsEmpty());
  std::vector<std::size_t> sizes;
  ASSERT_TRUE(set->ForEachSampleBlock(FrameKind::kRecording, 0, 2, 3,
                                      [&](const SampleBlock& block) {
                                        sizes.push_back(block.values.size());
                                        return absl::OkStatus();
                                      })
                  .ok());
  EXPECT_THAT(sizes, ElementsAre(1, 6));
}

TEST_F(SegmentSetTest, IsNotThereWithoutFilesOrHeadOrARank) {
  EXPECT_TRUE(absl::IsNotFound(SegmentSet::Open(folder_).status()));
  EXPECT_TRUE(absl::IsNotFound(SegmentSet::Open(folder_ + "/no").status()));
  { SegmentWriter one = Open(1); }
  EXPECT_TRUE(absl::IsNotFound(SegmentSet::Open(folder_).status()));
  { SegmentWriter zero = Open(0); }
  EXPECT_TRUE(absl::IsNotFound(SegmentSet::Open(folder_).status()));
}

}  // namespace
}  // namespace miv::segments
