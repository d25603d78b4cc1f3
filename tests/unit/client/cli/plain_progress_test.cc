#include "client/cli/plain_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "common/rpc/status.h"
#include "tests/unit/client/cli/event_maker.h"

namespace miv::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PlainProgressTest : public ::testing::Test {
 protected:
  std::vector<std::string> LinesOf(const std::vector<v1::Event>& events) {
    JobView view(JobWithSteps({"net", "run"}));
    PlainProgress progress(absl::UTCTimeZone());
    std::vector<std::string> lines;
    for (const auto& event : events) {
      view.Apply(event);
      if (auto line = progress.LineFor(event, view)) lines.push_back(*line);
    }
    return lines;
  }
  EventMaker make_;
};

TEST_F(PlainProgressTest, HasALineForEveryChangeOfState) {
  EXPECT_THAT(
      LinesOf({make_.Job(0, v1::JOB_STATE_RUNNING),
               make_.Task(0, "net", v1::TASK_STATE_CACHED),
               make_.Task(1, "run", v1::TASK_STATE_QUEUED),
               make_.Task(2, "run", v1::TASK_STATE_LAUNCHING),
               make_.Task(3, "run", v1::TASK_STATE_RUNNING),
               make_.Task(62, "run", v1::TASK_STATE_SUCCEEDED),
               make_.Job(62, v1::JOB_STATE_SUCCEEDED),
               make_.End(62, v1::JOB_STATE_SUCCEEDED)}),
      ElementsAre("00:00:00  job j7: running", "00:00:00  net: cached",
                  "00:00:01  run: queued", "00:00:02  run: starting",
                  "00:00:03  run: running", "00:01:02  run: done in 1 min 00 s",
                  "00:01:02  job j7: done"));
}

TEST_F(PlainProgressTest, HasAtMostOneProgressLineInTwoSecondsPerStep) {
  EXPECT_THAT(
      LinesOf({make_.Progress(1.0, "run", "run", 10, 500, "ms", 20, 24.5),
               make_.Progress(1.25, "run", "run", 15, 500, "ms"),
               make_.Progress(1.5, "net", "place", 5, 10, "cells"),
               make_.Progress(2.9, "run", "run", 40, 500, "ms"),
               make_.Progress(3.0, "run", "run", 45, 500, "ms")}),
      ElementsAre("00:00:01  run: run 2% (10/500 ms, 20 ms/s, ETA 25 s)",
                  "00:00:01  net: place 50% (5/10 cells)",
                  "00:00:03  run: run 9% (45/500 ms)"));
}

TEST_F(PlainProgressTest, LeavesOutProgressJustAfterAChangeOfState) {
  EXPECT_THAT(LinesOf({make_.Task(1, "run", v1::TASK_STATE_RUNNING),
                       make_.Progress(1.5, "run", "run", 10, 500, "ms"),
                       make_.Progress(3.1, "run", "run", 20, 500, "ms")}),
              ElementsAre("00:00:01  run: running",
                          "00:00:03  run: run 4% (20/500 ms)"));
}

TEST_F(PlainProgressTest, ShowsWarningsAndErrorsButNoOtherLogLines) {
  EXPECT_THAT(
      LinesOf({make_.Log(1, "run", v1::LogLine::LEVEL_INFO, "loading"),
               make_.Log(1, "run", v1::LogLine::LEVEL_WARNING, "slow \x1b[2J"),
               make_.Log(2, "run", v1::LogLine::LEVEL_ERROR, "broken"),
               make_.Warning(3, "run", "ties")}),
      ElementsAre("00:00:01  run: warning: slow [2J",
                  "00:00:02  run: error: broken",
                  "00:00:03  run: warning: ties"));
}

TEST_F(PlainProgressTest, SaysWhyAndInWhichAttempt) {
  v1::Event failed =
      make_.Task(5, "run", v1::TASK_STATE_FAILED, 2, "group lost");
  *failed.mutable_task_state()->mutable_error() =
      FaultToProto({.what = "no reports"});
  EXPECT_THAT(
      LinesOf({make_.Task(1, "run", v1::TASK_STATE_RUNNING, 2), failed}),
      ElementsAre("00:00:01  run: running (attempt 2)",
                  "00:00:05  run: failed in 4.0 s (attempt 2): no "
                  "reports (group lost)"));
}

TEST_F(PlainProgressTest, SaysNothingAboutArtifacts) {
  v1::Event artifact = make_.Warning(1, "run", "");
  artifact.mutable_artifact()->set_name("results.h5");
  EXPECT_THAT(LinesOf({artifact}), IsEmpty());
}

TEST(JobView, StartsAgainWithEveryAttempt) {
  EventMaker make;
  JobView view(JobWithSteps({"run"}));
  view.Apply(make.Task(1, "run", v1::TASK_STATE_LAUNCHING, 1));
  view.Apply(make.Task(2, "run", v1::TASK_STATE_RUNNING, 1));
  view.Apply(make.Progress(3, "run", "run", 1, 2, "ms"));
  const auto now = absl::UnixEpoch() + absl::Seconds(10);
  EXPECT_EQ(view.steps()[0].Elapsed(now), 9);
  view.Apply(make.Task(4, "run", v1::TASK_STATE_QUEUED, 2, "group lost"));
  EXPECT_EQ(view.steps()[0].Elapsed(now), -1);
  view.Apply(make.Task(6, "run", v1::TASK_STATE_LAUNCHING, 2));
  EXPECT_FALSE(view.steps()[0].has_progress);
  EXPECT_EQ(view.steps()[0].Elapsed(now), 4);
  view.Apply(make.Task(8, "run", v1::TASK_STATE_SUCCEEDED, 2));
  EXPECT_EQ(view.steps()[0].Elapsed(now), 2);
}

TEST(JobView, TakesInStepsThatItDidNotKnow) {
  EventMaker make;
  JobView view(JobWithSteps({}));
  view.Apply(make.Task(1, "new", v1::TASK_STATE_QUEUED));
  ASSERT_EQ(view.steps().size(), 1u);
  EXPECT_EQ(view.steps()[0].name, "new");
}

}  // namespace
}  // namespace miv::client
