#include "common/verify/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace miv::verify {
namespace {

TEST(PositiveNormal, HalfNormalAtMeanZero) {
  // Folded at 0: mean sd sqrt(2/pi), variance sd^2 (1 - 2/pi).
  const Moments m = PositiveNormal(0, 2);
  EXPECT_NEAR(m.mean, 2 * std::sqrt(2 / M_PI), 1e-12);
  EXPECT_NEAR(m.variance, 4 * (1 - 2 / M_PI), 1e-12);
}

TEST(PositiveNormal, FarFromZeroIsTheNormalItself) {
  const Moments m = PositiveNormal(5, 0.1);
  EXPECT_NEAR(m.mean, 5, 1e-12);
  EXPECT_NEAR(m.variance, 0.01, 1e-12);
}

TEST(PositiveNormal, WithoutSpreadIsAConstant) {
  EXPECT_EQ(PositiveNormal(3, 0).mean, 3);
  EXPECT_EQ(PositiveNormal(3, 0).variance, 0);
}

TEST(Probabilities, MatchTablesOfTheNormal) {
  EXPECT_NEAR(TwoSidedP(1.959963985), 0.05, 1e-9);
  EXPECT_NEAR(UpperP(-1.644853627), 0.95, 1e-9);
}

TEST(CountZ, IsTheRootOfThePoissonDeviance) {
  // By hand: 20 ln 2 - 10 = 3.8629436, sqrt(2 x 3.8629436) = 2.779548.
  EXPECT_NEAR(CountZ(20, {10, 10}), 2.779548, 1e-6);
  EXPECT_NEAR(CountZ(0, {2, 2}), -2, 1e-12);
}

TEST(CountZ, ScalesToTheVariance) {
  // Twice the variance: a Poisson of half the counts.
  EXPECT_NEAR(CountZ(20, {10, 20}), CountZ(10, {5, 5}), 1e-12);
}

TEST(ShareZ, NearTheNormalApproximation) {
  // (5100 - 5000) / sqrt(2500) = 2.
  EXPECT_NEAR(ShareZ(5100, 10000, 0.5), 2, 1e-3);
  EXPECT_LT(ShareZ(0, 10, 0.5), 0);
}

TEST(ChiSquareP, MatchesTables) {
  EXPECT_NEAR(ChiSquareP(3.841459, 1), 0.05, 1e-6);
  EXPECT_NEAR(ChiSquareP(18.307038, 10), 0.05, 1e-6);
  EXPECT_NEAR(ChiSquareP(124.342113, 100), 0.05, 1e-6);
  EXPECT_NEAR(ChiSquareP(2, 2), std::exp(-1), 1e-12);  // exponential
  EXPECT_EQ(ChiSquareP(0, 5), 1);
}

TEST(PearsonChiSquare, MergesSmallBins) {
  // Bins 4+6 and 10 (+1 left over): (12-10)^2/10 + (9-11)^2/11.
  const ChiSquare test = PearsonChiSquare({4, 6, 10, 1}, {5, 7, 8, 1}, 10);
  EXPECT_EQ(test.degrees, 1);
  EXPECT_NEAR(test.statistic, 4.0 / 10 + 4.0 / 11, 1e-12);
}

TEST(PearsonChiSquare, HasNothingToTestInOneBin) {
  EXPECT_LT(PearsonChiSquare({4, 5}, {4, 5}, 100).degrees, 1);
}

TEST(UniformDistance, IsTheLargestStep) {
  std::vector<float> values = {9, 1};  // 0.1 and 0.9: steps at 0.5
  EXPECT_NEAR(UniformDistance(values, 0, 10), 0.4, 1e-7);
}

TEST(KolmogorovP, MatchesTheFivePercentPoint) {
  // Asymptotic 5 % point 1.3581, with Stephens' correction for n = 100.
  EXPECT_NEAR(KolmogorovP(1.3581 / (10 + 0.12 + 0.011), 100), 0.05, 1e-4);
  EXPECT_EQ(KolmogorovP(0, 50), 1);
}

}  // namespace
}  // namespace miv::verify
