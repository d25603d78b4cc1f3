#include "server/estimates/calibration.h"

#include <gmock/gmock.h>

#include <vector>

namespace miv::server {
namespace {

using nlohmann::json;

// A run that took `factor` times what the law says, in time and in memory.
PastRun RunOf(double edges, double factor, bool same_step = true) {
  PastRun run;
  run.amounts = {{"edges", edges}};
  run.ranks = 2;
  run.same_step = same_step;
  const Cost law = *TypicalCost("generate_connections", run.amounts, 2);
  run.cost = {factor * law.seconds, factor * law.memory_bytes};
  return run;
}

Estimate EstimateOf(double edges, const std::vector<PastRun>& past) {
  return EstimateCost("generate_connections", Amounts{{"edges", edges}}, 2,
                      past);
}

double FactorOf(double edges, const std::vector<PastRun>& past) {
  return EstimateOf(edges, past).cost.seconds /
         EstimateOf(edges, {}).cost.seconds;
}

TEST(EstimateCost, WithoutRunsIsTheLaw) {
  const Estimate estimate = EstimateOf(1e6, {});
  EXPECT_EQ(estimate.basis, "typical");
  EXPECT_EQ(estimate.cost.seconds,
            TypicalCost("generate_connections", {{"edges", 1e6}}, 2)->seconds);
}

TEST(EstimateCost, TakesOverHowFastThisMachineIs) {
  const Estimate estimate = EstimateOf(3e6, {RunOf(1e6, 2)});
  EXPECT_EQ(estimate.basis, "from 1 run of this step");
  const Cost law = *TypicalCost("generate_connections", {{"edges", 3e6}}, 2);
  EXPECT_NEAR(estimate.cost.seconds, 2 * law.seconds, 1e-12);
  EXPECT_NEAR(estimate.cost.memory_bytes, 2 * law.memory_bytes, 1e-3);
}

TEST(EstimateCost, IsTheMedianSoThatOneOddRunDoesNotMatter) {
  EXPECT_NEAR(FactorOf(1e6, {RunOf(1e6, 2), RunOf(1e6, 50), RunOf(1e6, 2.5)}),
              2.5, 1e-9);
}

TEST(EstimateCost, PrefersRunsOfTheSameStep) {
  const std::vector<PastRun> past = {RunOf(1e6, 9, false), RunOf(1e6, 3),
                                     RunOf(1e6, 9, false)};
  EXPECT_NEAR(FactorOf(1e6, past), 3, 1e-9);
  EXPECT_EQ(EstimateOf(1e6, past).basis, "from 1 run of this step");
}

TEST(EstimateCost, TakesOtherStepsOfTheKindIfItMust) {
  const std::vector<PastRun> past = {RunOf(1e6, 3, false),
                                     RunOf(1e6, 3, false)};
  EXPECT_NEAR(FactorOf(1e6, past), 3, 1e-9);
  EXPECT_EQ(EstimateOf(1e6, past).basis, "from 2 runs of this kind");
}

TEST(EstimateCost, TakesTheFiveRunsOfNearestSize) {
  std::vector<PastRun> past;
  for (int i = 0; i < 6; ++i) past.push_back(RunOf(1e3, 10));
  for (int i = 0; i < 5; ++i) past.push_back(RunOf(1e7, 2));
  EXPECT_NEAR(FactorOf(2e7, past), 2, 1e-9);
  EXPECT_NEAR(FactorOf(2e3, past), 10, 1e-9);
}

TEST(EstimateCost, WithoutALawIsTheMedianOfTheStepsOwnRuns) {
  std::vector<PastRun> past = {RunOf(1, 1), RunOf(1, 1), RunOf(1, 1),
                               RunOf(1, 1, false)};
  past[0].cost = {1, 10};
  past[1].cost = {5, 30};
  past[2].cost = {2, 20};
  past[3].cost = {100, 100};
  const Estimate estimate = EstimateCost("script", Amounts(), 1, past);
  EXPECT_EQ(estimate.cost.seconds, 2);
  EXPECT_EQ(estimate.cost.memory_bytes, 20);
  EXPECT_EQ(estimate.basis, "from 3 runs of this step");
}

TEST(EstimateCost, OfAnUnknownAmountOfWorkWithoutRunsIsUnknown) {
  const Estimate estimate =
      EstimateCost("generate_connections", std::nullopt, 1, {});
  EXPECT_EQ(estimate.cost.seconds, 0);
  EXPECT_EQ(estimate.basis, "");
}

TEST(PastRunOf, TakesTheBusiestRankAndTheMemoryOfAll) {
  const auto run = PastRunOf(json::parse(
      R"({"cells": [2, 3], "cpu_s": [1.5, 2.5],
          "peak_rss_bytes": [100, 200]})"));
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->ranks, 2);
  EXPECT_EQ(run->cost.seconds, 2.5);
  EXPECT_EQ(run->cost.memory_bytes, 300);
  EXPECT_EQ(AmountOf(run->amounts, "cells"), 5);
}

TEST(PastRunOf, NeedsTimes) {
  EXPECT_FALSE(PastRunOf(json::parse(R"({"cells": [5]})")).has_value());
  EXPECT_FALSE(PastRunOf(json::parse(R"({"cpu_s": "long"})")).has_value());
  EXPECT_FALSE(PastRunOf(json::parse("3")).has_value());
}

}  // namespace
}  // namespace miv::server
