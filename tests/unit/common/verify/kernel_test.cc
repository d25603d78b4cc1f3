#include <gtest/gtest.h>

#include <cmath>

#include "common/verify/expectations.h"
#include "common/verify/source_statistics.h"

namespace miv::verify {
namespace {

ProjectionExpectations Narrow() {
  ProjectionExpectations projection;
  projection.kernels = {{std::nullopt, {60, 60}, {0, 0}}};  // sigma 10
  return projection;
}

TEST(Kernel, IsGaussianUpToThreeSigma) {
  const Kernel kernel = Narrow().kernels[0];
  EXPECT_NEAR(kernel.Weight(10, 0) / kernel.Weight(0, 0), std::exp(-0.5),
              1e-12);
  EXPECT_NEAR(kernel.Weight(-10, 20), std::exp(-0.5 - 2), 1e-12);
  EXPECT_GT(kernel.Weight(29.99, 0), 0);
  EXPECT_EQ(kernel.Weight(30, 0), 0);
}

TEST(Kernel, OffsetMovesThePeak) {
  // Half width 30, offset 15: sigma 5.
  const Kernel kernel{std::nullopt, {60, 60}, {15, 15}};
  EXPECT_NEAR(kernel.Weight(15, 15), 1, 1e-12);
  EXPECT_NEAR(kernel.Weight(20, 15), std::exp(-0.5), 1e-12);
}

TEST(ProjectionExpectations, PrefersTheLayersOwnKernel) {
  ProjectionExpectations projection;
  projection.kernels = {{std::nullopt, {60, 60}, {0, 0}},
                        {5, {20, 20}, {0, 0}}};
  EXPECT_EQ(projection.KernelIn(5), 1);
  EXPECT_EQ(projection.KernelIn(6), 0);
  projection.kernels.erase(projection.kernels.begin());
  EXPECT_EQ(projection.KernelIn(6), -1);
}

// A destination at 0, and so many edges from sources at 10 and 20 um along U;
// the third one, at 0, is itself and no candidate.
std::vector<Check> ChecksOf(int near, int far) {
  const ProjectionExpectations projection = Narrow();
  const ArcTable arcs{{0, 10, 20}, {0, 0, 0}};
  SourceStatistics statistics(projection, arcs, 100);
  statistics.Begin(100, 0, 0);
  for (int i = 0; i < near; ++i) statistics.Edge(0, 10, 0);
  for (int i = 0; i < far; ++i) statistics.Edge(0, 20, 0);
  statistics.End();
  std::vector<Check> checks;
  statistics.AddChecks("A->B", checks);
  return checks;
}

// exp(-1/2) to exp(-2): 0.8176 of 1000 come from the near one, 11.824 um on
// average, with a standard deviation of sqrt(0.8176 0.1824) 10 / sqrt(1000).
TEST(SourceStatistics, AcceptsTheKernelsOwnShares) {
  const auto checks = ChecksOf(818, 182);
  ASSERT_EQ(checks.size(), 3u);
  EXPECT_EQ(checks[0].name, "source_distance");
  EXPECT_GT(*checks[0].p, 0.9);
  EXPECT_EQ(checks[1].expected, "11.824 um");
  EXPECT_NEAR(*checks[1].z, (0.182 - 0.18243) * 1000 / 12.212, 1e-3);
  EXPECT_FALSE(checks[2].p.has_value());  // nothing varies along V
}

TEST(SourceStatistics, RejectsOtherShares) {
  const auto checks = ChecksOf(700, 300);
  // Pearson: 117.6^2 / 817.6 + 117.6^2 / 182.4 = 92.7 with 1 degree.
  EXPECT_LT(*checks[0].p, 1e-20);
  EXPECT_NEAR(*checks[1].z, (300 - 182.43) / 12.212, 1e-2);
}

TEST(SourceStatistics, SaysWhenThereIsTooLittle) {
  const auto checks = ChecksOf(10, 2);
  for (const Check& check : checks)
    EXPECT_EQ(check.verdict, Verdict::kSkipped) << check.name;
}

TEST(SourceStatistics, FindsCandidates) {
  const ProjectionExpectations projection = Narrow();
  const ArcTable arcs{{0, 10, 20}, {0, 0, 0}};
  const SourceStatistics statistics(projection, arcs, -1);
  EXPECT_TRUE(statistics.AnyCandidate(7, 49.9, 0, 0));
  EXPECT_FALSE(statistics.AnyCandidate(7, 50, 0, 0));
}

}  // namespace
}  // namespace miv::verify
