#include "client/plot/spectrum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

namespace miv::client {
namespace {

TEST(WelchSpectrum, OfASineIsAPeakWithItsPower) {
  // A sine of amplitude 3 in bin 8 of 64 at 64 Hz: Hann puts the amplitudes
  // 1/4, 1/2, 1/4 (of 64 * 3 / 2 * 2 / 2) into bins 7, 8, 9.  With
  // sum w^2 = 3/8 * 64 = 24: |X_8|^2 = (3/2 * 64 / 2)^2 = 48^2, so that
  // P_8 = 2 * 48^2 / (64 * 24) = 3 and P_7 = P_9 = 3 / 4.
  std::vector<double> x(64);
  for (int k = 0; k < 64; ++k)
    x[k] = 3 * std::sin(2 * std::numbers::pi * 8 * k / 64.0);
  const auto spectrum = WelchSpectrum(x, 64, 64);
  ASSERT_TRUE(spectrum.ok()) << spectrum.status();
  ASSERT_EQ(spectrum->density.size(), 33u);
  EXPECT_DOUBLE_EQ(spectrum->frequency_hz[8], 8);
  EXPECT_NEAR(spectrum->density[8], 3, 1e-12);
  EXPECT_NEAR(spectrum->density[7], 0.75, 1e-12);
  EXPECT_NEAR(spectrum->density[9], 0.75, 1e-12);
  EXPECT_NEAR(spectrum->density[20], 0, 1e-12);
  // Sum times bin width is the variance, 3^2 / 2.
  const double total =
      std::accumulate(spectrum->density.begin(), spectrum->density.end(), 0.0);
  EXPECT_NEAR(total, 4.5, 1e-9);
}

TEST(WelchSpectrum, AveragesOverlappingSegments) {
  // The same power in each segment: the mean is that of one.
  std::vector<double> x(160);
  for (int k = 0; k < 160; ++k)
    x[k] = 3 * std::sin(2 * std::numbers::pi * 8 * k / 64.0);
  EXPECT_NEAR(WelchSpectrum(x, 64, 64)->density[8], 3, 1e-9);
}

TEST(WelchSpectrum, IgnoresAConstant) {
  const auto spectrum = WelchSpectrum(std::vector<double>(32, 7.0), 100, 16);
  for (const double p : spectrum->density) EXPECT_NEAR(p, 0, 1e-20);
}

TEST(WelchSpectrum, RefusesSegmentsThatDoNotFit) {
  const std::vector<double> x(32);
  EXPECT_FALSE(WelchSpectrum(x, 100, 64).ok());
  EXPECT_FALSE(WelchSpectrum(x, 100, 24).ok());
  EXPECT_FALSE(WelchSpectrum(x, 100, 2).ok());
  EXPECT_FALSE(WelchSpectrum(x, 0, 16).ok());
}

TEST(SegmentFor, PrefersThreeSegmentsOfFourHertzAtMost) {
  EXPECT_EQ(SegmentFor(20000, 10000), 8192u);  // 10000 / 8192 = 1.2 Hz
  EXPECT_EQ(SegmentFor(5001, 10000), 4096u);   // half would be 4.9 Hz
  EXPECT_EQ(SegmentFor(3, 10000), 0u);
}

}  // namespace
}  // namespace miv::client
