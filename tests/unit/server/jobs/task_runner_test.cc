// Reuse of results: cache policies and waiting for the same work elsewhere.

#include "server/jobs/task_runner.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using testing::ElementsAre;

class TaskRunnerTest : public ServerTest {
 protected:
  void RunAll(const JobId& job) {
    for (int i = 0; i < 3; ++i) Run(job, i, "content " + std::to_string(i));
  }
};

TEST_F(TaskRunnerTest, AnUnchangedPipelineIsCachedAtOnce) {
  RunAll(Submit());
  const JobId again = Submit();
  EXPECT_EQ(States(again), "CACHED CACHED CACHED");
  EXPECT_EQ(JobOf(again).state, JobState::kSucceeded);
  EXPECT_THAT(LogOf(again),
              ElementsAre("job QUEUED", "job RUNNING", "types CACHED",
                          "types artifact neuro.h5", "network CACHED",
                          "network artifact coordinates.h5", "distances CACHED",
                          "distances artifact distances.h5", "job SUCCEEDED",
                          "end SUCCEEDED"));
}

TEST_F(TaskRunnerTest, ACachedTaskHasTheOutputsAndTheReport) {
  const JobId first = Submit();
  RunAll(first);
  const JobId again = Submit();
  EXPECT_EQ(TaskOf(again, 0).outputs, TaskOf(first, 0).outputs);
  EXPECT_EQ(TaskOf(again, 0).report_json, TaskOf(first, 0).report_json);
  EXPECT_EQ(TaskOf(again, 0).cache_key, TaskOf(first, 0).cache_key);
  EXPECT_EQ(TaskOf(again, 0).attempts, 0);
}

TEST_F(TaskRunnerTest, AChangeReRunsTheStepAndWhatDependsOnIt) {
  RunAll(Submit());
  pipeline::PipelineSpec changed = CorePipeline();
  changed.steps[1].config["rotation"] = {0, 0, 90};
  const JobId job = Submit(CachePolicy::kUse, changed);
  EXPECT_EQ(States(job), "CACHED QUEUED WAITING");
}

TEST_F(TaskRunnerTest, AResultThatLostAFileRunsAgain) {
  const JobId first = Submit();
  RunAll(first);
  ASSERT_TRUE(artifacts_->Remove(TaskOf(first, 1).outputs[0].digest).ok());
  const JobId again = Submit();
  EXPECT_EQ(TaskOf(again, 1).state, TaskState::kQueued);
}

TEST_F(TaskRunnerTest, RefreshRunsEverythingAndStoresIt) {
  RunAll(Submit());
  const JobId refresh = Submit(CachePolicy::kRefresh);
  EXPECT_EQ(States(refresh), "QUEUED WAITING WAITING");
  Run(refresh, 0, "other content");
  const JobId again = Submit();
  EXPECT_EQ(TaskOf(again, 0).outputs, TaskOf(refresh, 0).outputs);
}

TEST_F(TaskRunnerTest, BypassRunsEverythingAndStoresNothing) {
  RunAll(Submit(CachePolicy::kBypass));
  EXPECT_EQ(States(Submit()), "QUEUED WAITING WAITING");
}

TEST_F(TaskRunnerTest, TwoJobsWithTheSameWorkShareOneRun) {
  const JobId first = Submit();
  const JobId second = Submit();
  EXPECT_EQ(States(second), "WAITING WAITING WAITING");
  Run(first, 0, "types");
  EXPECT_EQ(States(first), "SUCCEEDED QUEUED WAITING");
  EXPECT_EQ(States(second), "CACHED WAITING WAITING");
  Run(first, 1, "coordinates");
  Run(first, 2, "distances");
  EXPECT_EQ(States(second), "CACHED CACHED CACHED");
  EXPECT_EQ(JobOf(second).state, JobState::kSucceeded);
}

TEST_F(TaskRunnerTest, WhoWaitsTakesOverWhenTheRunnerFails) {
  const JobId first = Submit();
  const JobId second = Submit();
  ASSERT_TRUE(ReportFailed(Start(first, 0), "boom").ok());
  EXPECT_EQ(States(second), "QUEUED WAITING WAITING");
}

TEST_F(TaskRunnerTest, WhoWaitsTakesOverWhenTheRunnerIsCancelled) {
  const JobId first = Submit();
  const JobId second = Submit();
  const JobId third = Submit();
  ASSERT_TRUE(jobs_->Cancel(first, "").ok());
  EXPECT_EQ(States(second) + "; " + States(third),
            "QUEUED WAITING WAITING; WAITING WAITING WAITING");
}

TEST_F(TaskRunnerTest, CancelOfWhoWaitsLeavesTheRunnerAlone) {
  const JobId first = Submit();
  const JobId second = Submit();
  ASSERT_TRUE(jobs_->Cancel(second, "").ok());
  EXPECT_EQ(JobOf(second).state, JobState::kCancelled);
  EXPECT_EQ(States(first), "QUEUED WAITING WAITING");
}

TEST_F(TaskRunnerTest, NobodyWaitsForARunThatBypassesTheCache) {
  Submit(CachePolicy::kBypass);
  EXPECT_EQ(States(Submit()), "QUEUED WAITING WAITING");
}

TEST_F(TaskRunnerTest, TwoEqualStepsOfOneJobRunOnce) {
  pipeline::PipelineSpec spec = CorePipeline();
  spec.steps.push_back(spec.steps[1]);
  spec.steps.back().name = "twin";
  spec.steps[2].config = {};
  const JobId job = Submit(CachePolicy::kUse, spec);
  Run(job, 0, "types");
  EXPECT_EQ(States(job), "SUCCEEDED QUEUED WAITING WAITING");
  Run(job, 1, "coordinates");
  EXPECT_EQ(States(job), "SUCCEEDED SUCCEEDED QUEUED CACHED");
}

TEST_F(TaskRunnerTest, AdvanceAllChangesNothingWhenAllIsDone) {
  const JobId job = Submit();
  const auto before = LogOf(job);
  ASSERT_TRUE(jobs_->AdvanceAll().ok());
  EXPECT_EQ(LogOf(job), before);
}

}  // namespace
}  // namespace miv::server
