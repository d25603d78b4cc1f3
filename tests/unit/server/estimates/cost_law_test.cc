#include "server/estimates/cost_law.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace miv::server {
namespace {

// Runs of the example (and variants of it) on the machine of docs/scaling.md:
// what was measured, to which the law must come near.
struct MeasuredRun {
  std::string name;
  int ranks;
  double segments, processes, netcons, steps;
  double cpu_s, memory_mb;
};

class SimulationLaw : public testing::TestWithParam<MeasuredRun> {};

TEST_P(SimulationLaw, IsWithin30PercentOfWhatWasMeasured) {
  const MeasuredRun& run = GetParam();
  const auto cost = TypicalCost("simulation",
                                {{"segments", run.segments},
                                 {"point_processes", run.processes},
                                 {"netcons", run.netcons},
                                 {"steps", run.steps}},
                                run.ranks);
  ASSERT_TRUE(cost.has_value());
  EXPECT_NEAR(cost->seconds / run.cpu_s, 1, 0.3);
  EXPECT_NEAR(cost->memory_bytes / 1e6 / run.memory_mb, 1, 0.3);
}

INSTANTIATE_TEST_SUITE_P(
    Example, SimulationLaw,
    testing::Values(
        MeasuredRun{"Half", 2, 5879, 16838, 111782, 8000, 2.26, 158.9},
        MeasuredRun{"Base", 2, 11713, 33506, 222511, 8000, 4.34, 216.8},
        MeasuredRun{"Threefold", 2, 35139, 100622, 668508, 8000, 16.4, 444.6},
        MeasuredRun{"OneRank", 1, 35139, 100622, 668508, 2000, 9.89, 386.1},
        MeasuredRun{"Tenfold", 2, 117130, 335143, 2227134, 1000, 11.56, 1214.6},
        MeasuredRun{"LongerTrees", 2, 18849, 56058, 289861, 8000, 7.07, 261.1},
        MeasuredRun{"Short", 2, 11713, 33506, 222511, 2000, 1.20, 216.3}),
    [](const auto& info) { return info.param.name; });

TEST(TypicalCost, SharesWorkAmongRanks) {
  const auto one = TypicalCost("generate_connections", {{"edges", 10e6}}, 1);
  const auto four = TypicalCost("generate_connections", {{"edges", 10e6}}, 4);
  // 120 ns per edge (docs/scaling.md) and 4 ms for opening and closing.
  EXPECT_NEAR(one->seconds, 1.204, 1e-9);
  EXPECT_NEAR(four->seconds, 0.304, 1e-9);
}

TEST(TypicalCost, MemoryOfABuildIsBoundedByTheBlockOfARank) {
  const auto many = TypicalCost("generate_connections", {{"edges", 1e9}}, 2);
  const auto more = TypicalCost("generate_connections", {{"edges", 2e9}}, 2);
  EXPECT_EQ(many->memory_bytes, more->memory_bytes);
  // Two ranks of 40 MB and a block of 1M synapses with edges, 60 MB.
  EXPECT_NEAR(many->memory_bytes, 200e6, 1);
}

TEST(TypicalCost, OfAnUnknownKindIsUnknown) {
  EXPECT_FALSE(TypicalCost("script", {{"bytes", 1}}, 1).has_value());
}

TEST(ExpectedPointProcesses, IsOnePerConnectionWhereTheyAreFew) {
  EXPECT_NEAR(ExpectedPointProcesses(1e6, 100), 100, 0.01);
}

TEST(ExpectedPointProcesses, IsThreePerSegmentWhereConnectionsAreMany) {
  EXPECT_NEAR(ExpectedPointProcesses(100, 1e6), 300, 1e-9);
  EXPECT_EQ(ExpectedPointProcesses(0, 1e6), 0);
}

}  // namespace
}  // namespace miv::server
