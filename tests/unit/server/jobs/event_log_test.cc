#include "server/jobs/event_log.h"

#include <gmock/gmock.h>

#include <thread>

#include "common/base/fault.h"
#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using testing::SizeIs;

class EventLogTest : public ServerTest {};

TEST_F(EventLogTest, GivesSequenceTimeStepAndAttempt) {
  const JobId job = Submit();
  clock_.Advance(absl::Seconds(2));
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportStarted(attempt).ok());
  const auto events = log_->Read(job, 0, 100).value();
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence(), static_cast<int>(i) + 1);
  }
  EXPECT_EQ(events[0].step(), "");
  EXPECT_EQ(events[0].time().seconds(), 1'700'000'000);
  EXPECT_EQ(events.back().step(), "types");
  EXPECT_EQ(events.back().attempt(), 1);
  EXPECT_EQ(events.back().time().seconds(), 1'700'000'002);
}

TEST_F(EventLogTest, ReadsFromAnySequence) {
  const JobId job = Submit();
  const auto all = log_->Read(job, 0, 100).value();
  const auto rest = log_->Read(job, 1, 100).value();
  ASSERT_THAT(rest, SizeIs(all.size() - 1));
  EXPECT_EQ(rest[0].sequence(), 2);
  EXPECT_THAT(log_->Read(job, 0, 1).value(), SizeIs(1));
  EXPECT_THAT(log_->Read(job, all.size(), 100).value(), SizeIs(0));
  EXPECT_EQ(log_->LastSequence(job).value(), static_cast<int>(all.size()));
}

TEST_F(EventLogTest, RefusesASequenceThatTheLogDoesNotHave) {
  const JobId job = Submit();
  for (const int after : {-1, 1000}) {
    const auto events = log_->Read(job, after, 10);
    EXPECT_EQ(events.status().code(), absl::StatusCode::kOutOfRange);
    EXPECT_EQ(FaultOf(events.status())->reason, "SEQUENCE_OUT_OF_RANGE");
  }
}

TEST_F(EventLogTest, SaysNotFoundForAnUnknownJob) {
  absl::BitGen random;
  EXPECT_EQ(log_->Read(JobId::New(random), 0, 10).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(EventLogTest, WakesWhoWaitsWhenTheLogGrows) {
  const JobId job = Submit();
  const auto subscription = log_->Subscribe(job);
  const std::int64_t last = log_->LastSequence(job).value();
  std::thread change([&] { EXPECT_TRUE(jobs_->Cancel(job, "").ok()); });
  EXPECT_TRUE(subscription->WaitPast(last, absl::Minutes(1)));
  change.join();
}

TEST_F(EventLogTest, MissesNothingBetweenReadingAndWaiting) {
  const JobId job = Submit();
  const auto subscription = log_->Subscribe(job);
  const std::int64_t last = log_->LastSequence(job).value();
  ASSERT_TRUE(jobs_->Cancel(job, "").ok());
  EXPECT_TRUE(subscription->WaitPast(last, absl::Minutes(1)));
}

TEST_F(EventLogTest, DoesNotWakeWatchersOfOtherJobs) {
  const JobId job = Submit(), other = Submit();
  const auto subscription = log_->Subscribe(job);
  const std::int64_t last = log_->LastSequence(job).value();
  ASSERT_TRUE(jobs_->Cancel(other, "").ok());
  EXPECT_FALSE(subscription->WaitPast(last, absl::Milliseconds(1)));
}

TEST_F(EventLogTest, CloseEndsEveryWait) {
  const JobId job = Submit();
  const auto subscription = log_->Subscribe(job);
  std::thread close([&] { log_->Close(); });
  EXPECT_FALSE(subscription->WaitPast(1000, absl::Minutes(1)));
  close.join();
  EXPECT_TRUE(log_->closed());
}

}  // namespace
}  // namespace miv::server
