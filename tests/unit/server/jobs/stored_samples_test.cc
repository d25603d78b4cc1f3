#include "server/jobs/stored_samples.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "common/base/files.h"
#include "common/segments/payload.h"
#include "common/segments/segment_writer.h"
#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using segments::FrameKind;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

v1::FrameRef Ref(FrameKind kind, double begin_ms, double end_ms,
                 std::uint64_t length = 100) {
  v1::FrameRef ref;
  ref.set_kind(static_cast<std::uint32_t>(kind));
  ref.set_begin_ms(begin_ms);
  ref.set_end_ms(end_ms);
  ref.set_length(length);
  return ref;
}

v1::Produced Of(std::vector<v1::FrameRef> frames, double begin_ms,
                double end_ms) {
  v1::Produced produced;
  produced.set_begin_ms(begin_ms);
  produced.set_end_ms(end_ms);
  for (const auto& frame : frames) *produced.add_frames() = frame;
  produced.set_last(true);
  return produced;
}

TEST(SamplesToLog, MakesOneEntryOfEachKind) {
  const auto entries = SamplesToLog(
      Of({Ref(FrameKind::kSpikes, 0, 5), Ref(FrameKind::kLfp, 0, 10),
          Ref(FrameKind::kSpikes, 5, 10)},
         0, 10),
      0);
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_THAT(entries[0].frames(), SizeIs(2));
  EXPECT_THAT(entries[1].frames(), SizeIs(1));
  EXPECT_EQ(entries[0].end_ms(), 10);
}

TEST(SamplesToLog, LeavesOutWhatAnEarlierAttemptHasShown) {
  const auto entries = SamplesToLog(
      Of({Ref(FrameKind::kSpikes, 0, 5), Ref(FrameKind::kSpikes, 5, 10)}, 0,
         10),
      7);
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_THAT(entries[0].frames(), SizeIs(1));
  EXPECT_EQ(entries[0].begin_ms(), 7);
  EXPECT_EQ(entries[0].after_ms(), 7);
  EXPECT_THAT(SamplesToLog(Of({Ref(FrameKind::kSpikes, 0, 5)}, 0, 5), 5),
              IsEmpty());
}

TEST(SamplesToLog, CutsEntriesByBytes) {
  const auto entries = SamplesToLog(Of({Ref(FrameKind::kSpikes, 0, 1, 700'000),
                                        Ref(FrameKind::kSpikes, 1, 2, 700'000)},
                                       0, 2),
                                    0);
  EXPECT_THAT(entries, SizeIs(2));
}

TEST(SamplesToLog, DropsFramesThatCannotBe) {
  EXPECT_THAT(SamplesToLog(Of({Ref(FrameKind::kHead, 0, 1),
                               Ref(static_cast<FrameKind>(77), 0, 1),
                               Ref(FrameKind::kSpikes, 0, 1, 3),
                               Ref(FrameKind::kSpikes, 0, 1, 1 << 30)},
                              0, 1),
                           0),
              IsEmpty());
}

class StoredSamplesTest : public ServerTest {
 protected:
  // A running attempt whose rank 0 has put down three spikes and two samples.
  StoredSamplesTest() : job_(Submit()), attempt_(Start(job_, 0)) {
    EXPECT_TRUE(ReportStarted(attempt_).ok());
    const std::string folder =
        workspace_->OutputDirectory(GroupOn(attempt_), attempt_) + "/.segments";
    EXPECT_TRUE(MakeDirectories(folder).ok());
    path_ = folder + "/" + segments::SegmentName(0);
    auto writer = segments::SegmentWriter::Create(path_, 0);
    EXPECT_TRUE(writer.ok()) << writer.status();
    const std::vector<segments::SpikeTime> spikes = {{1, 8}, {2, 7}, {3, 8}};
    spikes_ = *writer->Append({FrameKind::kSpikes, 0, 0, 0, 5, 0, 3},
                              segments::EncodeSpikes(spikes));
    segments::SampleBlock block;
    block.label = "probe";
    block.dt_ms = 1;
    block.count = 2;
    block.populations = {"EXC"};
    block.values = {0.5, 0.25, 1.5, 1.25};
    lfp_ = *writer->Append({FrameKind::kLfp, 0, 0, 0, 2, 0, 2},
                           segments::EncodeSamples(block));
  }

  v1::Produced Produced() {
    v1::Produced produced =
        Of({Ref(FrameKind::kSpikes, 0, 5), Ref(FrameKind::kLfp, 0, 2)}, 0, 5);
    for (auto [i, place] : {std::pair(0, spikes_), std::pair(1, lfp_)}) {
      produced.mutable_frames(i)->set_offset(place.offset);
      produced.mutable_frames(i)->set_length(place.length);
    }
    return produced;
  }

  void ReportProduced(const AttemptId& attempt, const v1::Produced& produced) {
    v1::WorkerEvent event;
    *event.mutable_produced() = produced;
    EXPECT_TRUE(Report(attempt, std::move(event)).ok());
  }

  std::vector<v1::Event> Delivered() {
    std::vector<v1::Event> found;
    EventLog log(*store_, &reader_);
    const auto events = log.Read(job_, 0, 1000);
    EXPECT_TRUE(events.ok()) << events.status();
    if (!events.ok()) return found;
    for (const v1::Event& event : *events) {
      EXPECT_FALSE(event.has_stored());
      if (event.has_spikes() || event.has_lfp()) found.push_back(event);
    }
    return found;
  }

  const JobId job_;
  const AttemptId attempt_;
  std::string path_;
  segments::FramePlace spikes_;
  segments::FramePlace lfp_;
  StoredSampleReader reader_{*workspace_};
};

TEST_F(StoredSamplesTest, PayloadsAreThereOnDelivery) {
  ReportProduced(attempt_, Produced());
  const auto events = Delivered();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_THAT(events[0].spikes().t_ms(), ElementsAre(1, 2, 3));
  EXPECT_THAT(events[0].spikes().gid(), ElementsAre(8, 7, 8));
  EXPECT_EQ(events[0].spikes().lost(), "");
  ASSERT_THAT(events[1].lfp().traces(), SizeIs(1));
  const v1::LfpTrace& trace = events[1].lfp().traces(0);
  EXPECT_EQ(trace.label(), "probe");
  EXPECT_THAT(trace.v_mv(), ElementsAre(0.5, 1.5));
  EXPECT_THAT(trace.populations(0).v_mv(), ElementsAre(0.25, 1.25));
  EXPECT_EQ(TaskOf(job_, 0).shown_ms, 5);
}

TEST_F(StoredSamplesTest, PayloadsAreThereWhenTheAttemptIsOver) {
  ReportProduced(attempt_, Produced());
  const GroupId group = GroupOn(attempt_);
  ASSERT_TRUE(workspace_->KeepSegments(group, attempt_).ok());
  ASSERT_TRUE(workspace_->KeepSegments(group, attempt_).ok());  // again
  ASSERT_TRUE(workspace_->RemoveAttempt(group, attempt_).ok());
  EXPECT_THAT(Delivered()[0].spikes().t_ms(), ElementsAre(1, 2, 3));
  EXPECT_THAT(workspace_->AttemptsWithSegments(), ElementsAre(attempt_));
  ASSERT_TRUE(workspace_->RemoveSegments(attempt_).ok());
  EXPECT_THAT(Delivered()[0].spikes().t_ms(), IsEmpty());
  EXPECT_NE(Delivered()[0].spikes().lost(), "");
}

TEST_F(StoredSamplesTest, ANewAttemptShowsOnlyWhatIsBeyond) {
  v1::Produced first = Produced();
  first.set_end_ms(2);
  first.mutable_frames()->DeleteSubrange(0, 2);
  ReportProduced(attempt_, first);  // shown up to 2 ms, without spikes
  ReportProduced(attempt_, Produced());
  const auto events = Delivered();
  ASSERT_THAT(events, SizeIs(1));  // both samples are before 2 ms
  EXPECT_THAT(events[0].spikes().t_ms(), ElementsAre(2, 3));
}

TEST_F(StoredSamplesTest, DamagedBytesAreNotDelivered) {
  ReportProduced(attempt_, Produced());
  std::string bytes = *ReadFile(path_);
  bytes[spikes_.offset + 70] ^= 1;
  ASSERT_TRUE(WriteFileAtomically(path_, bytes).ok());
  const auto events = Delivered();
  EXPECT_THAT(events[0].spikes().t_ms(), IsEmpty());
  EXPECT_THAT(events[0].spikes().lost(), testing::HasSubstr("checksum"));
  EXPECT_THAT(events[1].lfp().traces(), SizeIs(1));
}

TEST_F(StoredSamplesTest, ALinkElsewhereIsNotFollowed) {
  ReportProduced(attempt_, Produced());
  const std::string elsewhere = directory_ / "elsewhere";
  std::filesystem::rename(path_, elsewhere);
  std::filesystem::create_symlink(elsewhere, path_);
  EXPECT_THAT(Delivered()[0].spikes().t_ms(), IsEmpty());
}

TEST_F(StoredSamplesTest, AFrameOfAnotherKindIsNotDelivered) {
  v1::Produced produced = Produced();
  produced.mutable_frames(0)->set_offset(lfp_.offset);
  produced.mutable_frames(0)->set_length(lfp_.length);
  ReportProduced(attempt_, produced);
  EXPECT_THAT(Delivered()[0].spikes().t_ms(), IsEmpty());
}

}  // namespace
}  // namespace miv::server
