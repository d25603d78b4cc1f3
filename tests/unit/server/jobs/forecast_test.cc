#include "server/jobs/forecast.h"

#include <gmock/gmock.h>

#include "common/base/digest.h"
#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using testing::ElementsAre;

class ForecastTest : public ServerTest {
 protected:
  std::vector<StepForecast> Ask(
      const pipeline::PipelineSpec& spec = CorePipeline(),
      CachePolicy policy = CachePolicy::kUse) {
    std::vector<StepForecast> steps;
    const JobPlan plan = PlanOf(spec);
    EXPECT_TRUE(
        store_
            ->Read([&](ReadTransaction& t) -> absl::Status {
              auto forecast = Forecast(t, *results_, plan, {1, 2, 3}, policy);
              EXPECT_TRUE(forecast.ok()) << forecast.status();
              steps = *std::move(forecast);
              return absl::OkStatus();
            })
            .ok());
    return steps;
  }

  static std::vector<std::string> Reasons(
      const std::vector<StepForecast>& steps) {
    std::vector<std::string> reasons;
    for (const auto& step : steps) reasons.push_back(step.reason);
    return reasons;
  }

  void RunAll() {
    const JobId job = Submit();
    for (int i = 0; i < 3; ++i) Run(job, i, "content " + std::to_string(i));
  }
};

TEST_F(ForecastTest, SaysFirstTimeAndWhatWaitsForIt) {
  const auto steps = Ask();
  EXPECT_THAT(Reasons(steps), ElementsAre("first time", "because types runs",
                                          "because network runs"));
  EXPECT_EQ(steps[0].step, "types");
  EXPECT_EQ(steps[0].kind, "h5_types");
  EXPECT_FALSE(steps[0].cached);
  EXPECT_EQ(steps[1].ranks, 2);
  EXPECT_EQ(steps[0].estimated_bytes, 0);
}

TEST_F(ForecastTest, SaysCachedWithTheSizeOfTheResult) {
  RunAll();
  const auto steps = Ask();
  EXPECT_THAT(Reasons(steps), ElementsAre("cached", "cached", "cached"));
  EXPECT_TRUE(steps[2].cached);
  EXPECT_EQ(steps[2].estimated_bytes, 9);  // "content 2"
  ASSERT_EQ(steps[2].outputs.size(), 1u);
  EXPECT_EQ(steps[2].outputs[0].digest, DigestOf("content 2"));
}

TEST_F(ForecastTest, NamesTheConfigThatChanged) {
  RunAll();
  auto spec = CorePipeline();
  spec.steps[1].config["rotation"] = {0, 0, 90};
  spec.steps[1].config["snap_delta"] = 0.02;
  EXPECT_THAT(Reasons(Ask(spec)),
              ElementsAre("cached", "config changed: rotation, snap_delta",
                          "because network runs"));
}

TEST_F(ForecastTest, NamesAChangedSeed) {
  RunAll();
  auto spec = CorePipeline();
  spec.steps[1].seed = 7;
  EXPECT_EQ(Reasons(Ask(spec))[1], "seed changed");
}

TEST_F(ForecastTest, NamesAChangedInput) {
  RunAll();
  const JobId refresh = Submit(CachePolicy::kRefresh);
  Run(refresh, 0, "other types");
  EXPECT_EQ(Reasons(Ask())[1], "input changed: types");
}

TEST_F(ForecastTest, SaysThatAResultIsGone) {
  const JobId job = Submit();
  Run(job, 0, "types");
  ASSERT_TRUE(artifacts_->Remove(TaskOf(job, 0).outputs[0].digest).ok());
  EXPECT_EQ(Reasons(Ask())[0], "its result is gone");
}

TEST_F(ForecastTest, NamesThePolicy) {
  RunAll();
  EXPECT_EQ(Reasons(Ask(CorePipeline(), CachePolicy::kRefresh))[0],
            "the cache is refreshed");
  EXPECT_EQ(Reasons(Ask(CorePipeline(), CachePolicy::kBypass))[0],
            "the cache is bypassed");
}

TEST_F(ForecastTest, EstimatesWhatAStepTypicallyTakes) {
  const auto steps = Ask();
  // network_architecture: opening and closing alone take a rank 4 ms.
  EXPECT_GT(steps[1].estimated_s, 0.004);
  EXPECT_LT(steps[1].estimated_s, 0.1);
  EXPECT_GT(steps[1].estimated_memory_bytes, 2 * 40'000'000);
  EXPECT_EQ(steps[1].estimate_basis, "typical");
}

TEST_F(ForecastTest, EstimatesFromRunsOfTheStep) {
  const JobId job = Submit();
  Run(job, 0, "types");
  const AttemptId attempt = Start(job, 1);
  ASSERT_TRUE(ReportDone(attempt, {{"coordinates.h5", "x"}},
                         R"({"cells": [40, 40], "moves": 3360,
                             "cpu_s": [30, 20],
                             "peak_rss_bytes": [3000000000, 1000000000]})")
                  .ok());
  const auto published = artifacts_->PublishBytes("x");
  ASSERT_TRUE(
      jobs_->RecordPublished(attempt, {"coordinates.h5", published->digest, 1})
          .ok());
  ASSERT_TRUE(jobs_->Publish(attempt).ok());
  auto spec = CorePipeline();
  spec.steps[1].seed = 7;
  const auto steps = Ask(spec);
  EXPECT_EQ(steps[1].estimate_basis, "from 1 run of this step");
  // Such an odd machine is not forgotten: 30 s, not milliseconds.
  EXPECT_GT(steps[1].estimated_s, 1);
  EXPECT_GT(steps[1].estimated_memory_bytes, 1'000'000'000);
  // Others are not corrected by it.
  EXPECT_EQ(steps[2].estimate_basis, "typical");
}

TEST_F(ForecastTest, EstimatesNothingOfACachedStep) {
  RunAll();
  for (const StepForecast& step : Ask()) {
    EXPECT_EQ(step.estimated_s, 0);
    EXPECT_EQ(step.estimated_memory_bytes, 0);
    EXPECT_EQ(step.estimate_basis, "");
  }
}

}  // namespace
}  // namespace miv::server
