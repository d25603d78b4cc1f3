#include "common/segments/payload.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace miv::segments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Frame SpikeFrame(std::vector<SpikeTime> spikes, double begin, double end) {
  Frame frame;
  frame.header = {FrameKind::kSpikes, 0, 0, begin, end, 0, spikes.size()};
  frame.payload = EncodeSpikes(spikes);
  return frame;
}

Frame SampleFrame(const SampleBlock& block, FrameKind kind) {
  Frame frame;
  frame.header = {kind, 0, 0, 0, 1, block.first, block.count};
  frame.payload = EncodeSamples(block);
  return frame;
}

SampleBlock Lfp() {
  SampleBlock block;
  block.label = "probe";
  block.dt_ms = 0.1;
  block.first = 10;
  block.count = 3;
  block.populations = {"EXC"};
  block.values = {1, 1.5, 2, 2.5, 3, 3.5};
  return block;
}

TEST(SpikePayload, ComesBackAsItWas) {
  const auto spikes = DecodeSpikes(SpikeFrame({{1.25, 4}, {1.5, 2}}, 1, 2));
  ASSERT_TRUE(spikes.ok()) << spikes.status();
  EXPECT_THAT(*spikes, ElementsAre(SpikeTime{1.25, 4}, SpikeTime{1.5, 2}));
}

TEST(SpikePayload, MayBeEmpty) {
  const auto spikes = DecodeSpikes(SpikeFrame({}, 1, 2));
  ASSERT_TRUE(spikes.ok()) << spikes.status();
  EXPECT_THAT(*spikes, IsEmpty());
}

TEST(SpikePayload, IsRefusedWithAnotherNumberOfSpikes) {
  Frame frame = SpikeFrame({{1.25, 4}}, 1, 2);
  for (const std::uint64_t count :
       {std::uint64_t{0}, std::uint64_t{2},
        std::numeric_limits<std::uint64_t>::max()}) {
    frame.header.count = count;
    EXPECT_TRUE(absl::IsDataLoss(DecodeSpikes(frame).status())) << count;
  }
}

TEST(SpikePayload, IsRefusedWithASpikeOutsideItsTime) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double t : {0.5, 2.0, nan}) {
    EXPECT_TRUE(
        absl::IsDataLoss(DecodeSpikes(SpikeFrame({{t, 4}}, 1, 2)).status()))
        << t;
  }
}

TEST(SamplePayload, OfAnElectrodeComesBackAsItWas) {
  const auto block = DecodeSamples(SampleFrame(Lfp(), FrameKind::kLfp));
  ASSERT_TRUE(block.ok()) << block.status();
  EXPECT_EQ(block->label, "probe");
  EXPECT_EQ(block->dt_ms, 0.1);
  EXPECT_EQ(block->first, 10u);
  EXPECT_EQ(block->count, 3u);
  EXPECT_THAT(block->populations, ElementsAre("EXC"));
  EXPECT_THAT(block->values, ElementsAre(1, 1.5, 2, 2.5, 3, 3.5));
}

TEST(SamplePayload, OfARecordingComesBackAsItWas) {
  SampleBlock block;
  block.label = "soma";
  block.dt_ms = 0.025;
  block.count = 2;
  block.variable = "v";
  block.unit = "mV";
  block.traces = {{3, 0, 0.5}, {4, 1, 0.25}};
  block.values = {-65, -66, -64, -63};
  const auto read = DecodeSamples(SampleFrame(block, FrameKind::kRecording));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->variable, "v");
  EXPECT_EQ(read->unit, "mV");
  EXPECT_THAT(read->traces,
              ElementsAre(TracePlace{3, 0, 0.5}, TracePlace{4, 1, 0.25}));
  EXPECT_THAT(read->values, ElementsAre(-65, -66, -64, -63));
}

TEST(SamplePayload, IsRefusedWhenCutAnywhere) {
  Frame frame = SampleFrame(Lfp(), FrameKind::kLfp);
  const std::string whole = frame.payload;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    frame.payload = whole.substr(0, length);
    EXPECT_TRUE(absl::IsDataLoss(DecodeSamples(frame).status())) << length;
  }
}

TEST(SamplePayload, IsRefusedWithAnotherNumberOfSamples) {
  Frame frame = SampleFrame(Lfp(), FrameKind::kLfp);
  for (const std::uint64_t count :
       {std::uint64_t{2}, std::numeric_limits<std::uint64_t>::max()}) {
    frame.header.count = count;
    EXPECT_TRUE(absl::IsDataLoss(DecodeSamples(frame).status())) << count;
  }
}

TEST(SamplePayload, IsRefusedWithoutLabelOrInterval) {
  SampleBlock block = Lfp();
  block.label = "";
  EXPECT_TRUE(absl::IsDataLoss(
      DecodeSamples(SampleFrame(block, FrameKind::kLfp)).status()));
  block = Lfp();
  block.dt_ms = 0;
  EXPECT_TRUE(absl::IsDataLoss(
      DecodeSamples(SampleFrame(block, FrameKind::kLfp)).status()));
}

TEST(SamplesFrom, KeepsTheSampleAtTheTimeItself) {
  const SampleBlock block = SamplesFrom(Lfp(), 11 * 0.1);  // samples at 1.0 ...
  EXPECT_EQ(block.first, 11u);
  EXPECT_EQ(block.count, 2u);
  EXPECT_THAT(block.values, ElementsAre(2, 2.5, 3, 3.5));
}

TEST(SamplesFrom, DropsTheSampleJustBeforeTheTime) {
  EXPECT_EQ(SamplesFrom(Lfp(), 1.025).first, 11u);
}

TEST(SamplesFrom, MayKeepAllOrNothing) {
  EXPECT_EQ(SamplesFrom(Lfp(), 0).count, 3u);
  EXPECT_EQ(SamplesFrom(Lfp(), 99).count, 0u);
  EXPECT_THAT(SamplesFrom(Lfp(), 99).values, IsEmpty());
}

}  // namespace
}  // namespace miv::segments
