#include "client/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "absl/time/clock.h"
#include "client/callbacks.h"
#include "common/base/fault.h"
#include "tests/unit/client/fake_server.h"

namespace miv::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const grpc::Status kLost(grpc::StatusCode::UNAVAILABLE, "lost");

class WatchTest : public ::testing::Test {
 protected:
  /// A log of `lines` lines and an end.
  void FillLog(int lines) {
    for (int k = 1; k <= lines; ++k) server_.jobs.log.push_back(LineEvent(k));
    server_.jobs.log.push_back(EndEvent(lines + 1, v1::JOB_STATE_SUCCEEDED));
  }

  absl::StatusOr<v1::JobState> Run(WatchOptions options = {}) {
    return Watch(*connection_, "j", options, [&](const v1::Event& event) {
      seen_.push_back(event.sequence());
      if (on_event_) on_event_(event);
    });
  }

  FakeServer server_;
  std::unique_ptr<Connection> connection_ = server_.Connect();
  std::vector<std::int64_t> seen_;
  std::function<void(const v1::Event&)> on_event_;
};

TEST_F(WatchTest, TakesEveryEventUpToTheEnd) {
  FillLog(3);
  const auto state = Run();
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(*state, v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(seen_, ElementsAre(1, 2, 3, 4));
}

TEST_F(WatchTest, StartsAfterTheGivenSequence) {
  FillLog(3);
  ASSERT_TRUE(Run({.after_sequence = 2}).ok());
  EXPECT_THAT(seen_, ElementsAre(3, 4));
}

TEST_F(WatchTest, ReconnectsWithItsLastSequenceAndSeesEveryEventOnce) {
  FillLog(6);
  server_.jobs.cuts = {{.after = 2, .status = kLost},
                       {.after = 0, .status = kLost},
                       {.after = 3, .status = kLost}};
  ASSERT_TRUE(Run().ok());
  EXPECT_THAT(seen_, ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(server_.jobs.watched_after, ElementsAre(0, 2, 2, 5));
}

TEST_F(WatchTest, DropsEventsThatComeTwice) {
  FillLog(4);
  server_.jobs.cuts = {{.after = 3, .status = kLost},
                       {.after = 1 << 30, .repeat = 2}};
  ASSERT_TRUE(Run().ok());
  EXPECT_THAT(seen_, ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(WatchTest, DoesNotTakeTheEndOfAStreamForTheEndOfTheJob) {
  FillLog(4);
  server_.jobs.cuts = {{.after = 2, .status = grpc::Status::OK}};
  const auto state = Run();
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_THAT(seen_, ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(WatchTest, ReadsAgainWhatASlowWatcherMissed) {
  FillLog(4);
  server_.jobs.cuts = {{.after = 1 << 30, .skip = 3}};
  ASSERT_TRUE(Run().ok());
  EXPECT_THAT(seen_, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(server_.jobs.watched_after, ElementsAre(0, 2));
}

TEST_F(WatchTest, FailsWhenTheLogItselfHasAHole) {
  FillLog(4);
  server_.jobs.log.erase(server_.jobs.log.begin() + 2);
  const auto state = Run();
  EXPECT_EQ(state.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(FaultOf(state.status())->reason, "EVENTS_MISSING");
  EXPECT_THAT(seen_, ElementsAre(1, 2));
}

TEST_F(WatchTest, TellsOnceThatTheConnectionIsLostAndThatItIsBack) {
  FillLog(2);
  server_.jobs.cuts = {{.after = 1, .status = kLost},
                       {.after = 0, .status = kLost}};
  std::vector<bool> connected;
  ASSERT_TRUE(Run({.on_connection = [&](const absl::Status& status) {
                connected.push_back(status.ok());
              }}).ok());
  EXPECT_THAT(connected, ElementsAre(false, true));
}

TEST_F(WatchTest, GivesUpWhenTheServerStaysAway) {
  server_.jobs.cuts.assign(10'000, {.after = 0, .status = kLost});
  server_.jobs.log.push_back(LineEvent(1));
  EXPECT_EQ(Run().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(WatchTest, PassesOnOtherErrors) {
  server_.jobs.log.push_back(LineEvent(1));
  server_.jobs.cuts = {
      {.after = 0,
       .status = grpc::Status(grpc::StatusCode::NOT_FOUND, "no job")}};
  EXPECT_EQ(Run().status().code(), absl::StatusCode::kNotFound);
}

TEST_F(WatchTest, StopsInTheMiddleOfAQuietStream) {
  server_.jobs.log.push_back(LineEvent(1));
  server_.jobs.hold_open = true;
  std::stop_source stop;
  on_event_ = [&](const auto&) { stop.request_stop(); };
  EXPECT_EQ(Run({.stop = stop.get_token()}).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_THAT(seen_, ElementsAre(1));
}

TEST_F(WatchTest, EndsAtItsDeadlineWithWhatToDo) {
  server_.jobs.log.push_back(LineEvent(1));
  server_.jobs.hold_open = true;
  const auto status =
      Run({.deadline = absl::Now() + absl::Milliseconds(300)}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(FaultOf(status)->reason, "WATCH_TIMED_OUT");
  EXPECT_THAT(seen_, ElementsAre(1));
}

TEST(Dispatch, CallsTheFunctionOfEverySortOfEvent) {
  std::string calls;
  const auto note = [&](const std::string& text) {
    return [&calls, text](const v1::Event&, const auto&) { calls += text; };
  };
  const auto dispatch = Dispatch({.on_job = note("job "),
                                  .on_task = note("task "),
                                  .on_progress = note("progress "),
                                  .on_log = note("log "),
                                  .on_artifact = note("artifact "),
                                  .on_warning = note("warning "),
                                  .on_end = note("end ")});
  v1::Event event;
  dispatch(event);
  event.mutable_job_state();
  dispatch(event);
  event.mutable_task_state();
  dispatch(event);
  event.mutable_progress();
  dispatch(event);
  event.mutable_log();
  dispatch(event);
  event.mutable_artifact();
  dispatch(event);
  event.mutable_warning();
  dispatch(event);
  event.mutable_end();
  dispatch(event);
  EXPECT_EQ(calls, "job task progress log artifact warning end ");
}

TEST(Dispatch, ShowsEveryEventAndDoesWithoutFunctions) {
  std::vector<std::int64_t> seen;
  const auto dispatch = Dispatch({.on_event = [&](const v1::Event& event) {
    seen.push_back(event.sequence());
  }});
  dispatch(LineEvent(4));
  dispatch(EndEvent(5, v1::JOB_STATE_SUCCEEDED));
  EXPECT_THAT(seen, ElementsAre(4, 5));
}

}  // namespace
}  // namespace miv::client
