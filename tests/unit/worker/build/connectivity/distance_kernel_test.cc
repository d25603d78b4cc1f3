#include "worker/build/connectivity/distance_kernel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace miv::build {
namespace {

using ::testing::HasSubstr;

TEST(DistanceKernel, OneSigmaApartGivesExpMinusHalf) {
  // width 180: reach 90, sigma 30.
  const auto kernel = DistanceKernel::Create({{180, 180}, {0, 0}});
  ASSERT_TRUE(kernel.ok()) << kernel.status();
  EXPECT_EQ(kernel->Weight(0, 0), 1);
  EXPECT_NEAR(kernel->Weight(30, 0), std::exp(-0.5), 1e-15);
  EXPECT_NEAR(kernel->Weight(-30, 60), std::exp(-2.5), 1e-15);
}

TEST(DistanceKernel, EndsStrictlyAtHalfTheWidth) {
  const auto kernel = DistanceKernel::Create({{180, 60}, {0, 0}});
  ASSERT_TRUE(kernel.ok());
  EXPECT_GT(kernel->Weight(89.999, 29.999), 0);
  EXPECT_EQ(kernel->Weight(90, 0), 0);
  EXPECT_EQ(kernel->Weight(0, -30), 0);
  EXPECT_EQ(kernel->Weight(NAN, 0), 0);
}

TEST(DistanceKernel, OffsetMovesThePeakAndNarrowsTheRest) {
  // reach 90, offset 30: sigma 20.
  const auto kernel = DistanceKernel::Create({{180, 180}, {30, 0}});
  ASSERT_TRUE(kernel.ok());
  EXPECT_EQ(kernel->Weight(-30, 0), 1);
  EXPECT_NEAR(kernel->Weight(50, 0), std::exp(-0.5), 1e-15);
  EXPECT_NEAR(kernel->Weight(0, 0), std::exp(-1.125), 1e-15);
}

TEST(DistanceKernel, VanishesWhereItWouldUnderflow) {
  const auto kernel = DistanceKernel::Create({{200, 200}, {99, 0}});
  ASSERT_TRUE(kernel.ok());
  EXPECT_EQ(kernel->Weight(0, 0), 0);  // 297 sigma away
}

TEST(DistanceKernel, RefusesExtentsWithoutASigma) {
  for (const AxonExtent& extent :
       {AxonExtent{{0, 10}, {0, 0}}, AxonExtent{{10, 10}, {0, 5}},
        AxonExtent{{10, 10}, {-1, 0}}, AxonExtent{{NAN, 10}, {0, 0}},
        AxonExtent{{INFINITY, 10}, {0, 0}}})
    EXPECT_EQ(DistanceKernel::Create(extent).status().code(),
              absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(
      std::string(
          DistanceKernel::Create({{10, 10}, {0, 5}}).status().message()),
      HasSubstr("axon extent along V: width 10 and offset 5"));
}

TEST(LayeredKernels, TakesTheLayersOwnEntryThenTheDefault) {
  const auto table =
      LayeredKernels::Create({{{}, {{10, 10}, {}}}, {8, {{20, 20}, {}}}});
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table->IndexFor(8), 1);
  EXPECT_EQ(table->IndexFor(9), 0);
  EXPECT_EQ(table->kernels()[1].reach(0), 10);
  const auto only = LayeredKernels::Create({{8, {{20, 20}, {}}}});
  ASSERT_TRUE(only.ok());
  EXPECT_EQ(only->IndexFor(9), -1);
}

TEST(LayeredKernels, RefusesRepeatedLayers) {
  const AxonExtent extent = {{10, 10}, {}};
  EXPECT_THAT(std::string(LayeredKernels::Create({{8, extent}, {8, extent}})
                              .status()
                              .message()),
              HasSubstr("layer 8 is given twice"));
  EXPECT_THAT(std::string(LayeredKernels::Create({{{}, extent}, {{}, extent}})
                              .status()
                              .message()),
              HasSubstr("default is given twice"));
}

}  // namespace
}  // namespace miv::build
