#include "worker/build/inputs/rate_function.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace miv::build {
namespace {

RateSpec Constant(double rate_hz, double stop_ms = 100) {
  RateSpec spec;
  spec.profile = {{0}, {rate_hz}};
  spec.stop_ms = stop_ms;
  return spec;
}

RateFunction Make(RateSpec spec) {
  auto rate = RateFunction::Create(std::move(spec));
  EXPECT_TRUE(rate.ok()) << rate.status();
  return *std::move(rate);
}

TEST(RateFunction, ConstantRateHoldsFromStartUntilStop) {
  RateSpec spec = Constant(7);
  spec.start_ms = 20;
  const RateFunction rate = Make(spec);
  EXPECT_EQ(rate.At(19.999), 0);
  EXPECT_EQ(rate.At(20), 7);
  EXPECT_EQ(rate.At(99.999), 7);
  EXPECT_EQ(rate.At(100), 0);
  EXPECT_EQ(rate.pieces().size(), 1u);
  EXPECT_EQ(rate.peak_hz(), 7);
}

TEST(RateFunction, LinearProfileJoinsItsPointsAndHoldsItsEnds) {
  RateSpec spec = Constant(0);
  spec.profile = {{10, 30, 50}, {4, 8, 0}};
  const RateFunction rate = Make(spec);
  // By hand: slopes 4/20 and -8/20 Hz per ms.
  EXPECT_DOUBLE_EQ(rate.At(0), 4);
  EXPECT_DOUBLE_EQ(rate.At(15), 5);
  EXPECT_DOUBLE_EQ(rate.At(30), 8);
  EXPECT_DOUBLE_EQ(rate.At(40), 4);
  EXPECT_DOUBLE_EQ(rate.At(70), 0);
  EXPECT_DOUBLE_EQ(rate.peak_hz(), 8);
}

TEST(RateFunction, StepProfileKeepsARateUntilTheNextTime) {
  RateSpec spec = Constant(0);
  spec.profile = {{10, 30}, {4, 8}, Interpolation::kStep};
  const RateFunction rate = Make(spec);
  EXPECT_EQ(rate.At(5), 4);
  EXPECT_EQ(rate.At(29.9), 4);
  EXPECT_EQ(rate.At(30), 8);
  EXPECT_EQ(rate.At(99), 8);
}

TEST(RateFunction, ModulationIsOneAtItsPhaseAndLowestHalfAPeriodLater) {
  RateSpec spec = Constant(10, 1000);
  spec.modulation = PhaseModulation{8, 0.6, 90};  // period 125 ms
  const RateFunction rate = Make(spec);
  EXPECT_NEAR(rate.At(125 / 4.0), 10, 1e-12);
  EXPECT_NEAR(rate.At(125 * 3 / 4.0), 4, 1e-12);     // 10 (1 - 0.6)
  EXPECT_NEAR(rate.At(125 / 2.0), 10 * 0.7, 1e-12);  // 1 - depth / 2
  EXPECT_NEAR(rate.At(125 * 5 / 4.0), 10, 1e-12);
}

TEST(RateFunction, EquilibrationApproachesTheRateAlongHalfAHannWindow) {
  RateSpec spec = Constant(12);
  spec.equilibration_ms = 40;
  const RateFunction rate = Make(spec);
  EXPECT_EQ(rate.begin_ms(), -40);
  EXPECT_NEAR(rate.At(-40), 0, 1e-12);
  EXPECT_NEAR(rate.At(-20), 6, 1e-12);
  EXPECT_NEAR(rate.At(-10), 12 * (1 + std::sqrt(0.5)) / 2, 1e-12);
  EXPECT_EQ(rate.At(-40.001), 0);
  EXPECT_EQ(rate.At(0), 12);
}

TEST(RateFunction, ALaterStartHasNoEquilibration) {
  RateSpec spec = Constant(12);
  spec.equilibration_ms = 40;
  spec.start_ms = 5;
  EXPECT_EQ(Make(spec).begin_ms(), 5);
}

TEST(RateFunction, PiecesAreConsecutiveAndBoundTheRate) {
  RateSpec spec = Constant(0, 90);
  spec.profile = {{10, 30, 50}, {4, 80, 1}};
  spec.modulation = PhaseModulation{40, 1, 30};
  spec.equilibration_ms = 25;
  const RateFunction rate = Make(spec);
  double expected_begin = -25;
  for (const auto& piece : rate.pieces()) {
    EXPECT_EQ(piece.begin_ms, expected_begin);
    EXPECT_GT(piece.end_ms, piece.begin_ms);
    for (int i = 0; i < 50; ++i) {
      const double t =
          piece.begin_ms + (piece.end_ms - piece.begin_ms) * i / 50;
      EXPECT_LE(rate.At(t), piece.bound_hz * (1 + 1e-12)) << t;
    }
    expected_begin = piece.end_ms;
  }
  EXPECT_EQ(expected_begin, 90);
}

struct BadSpec {
  std::string name;
  RateSpec spec;
};

std::vector<BadSpec> BadSpecs() {
  std::vector<BadSpec> bad(9, {"", Constant(1)});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  bad[0] = {"Lengths", Constant(1)};
  bad[0].spec.profile = {{0, 1}, {1}};
  bad[1] = {"Empty", Constant(1)};
  bad[1].spec.profile = {};
  bad[2] = {"Unsorted", Constant(1)};
  bad[2].spec.profile = {{1, 1}, {1, 2}};
  bad[3] = {"Negative", Constant(-1)};
  bad[4] = {"NotANumber", Constant(nan)};
  bad[5] = {"Depth", Constant(1)};
  bad[5].spec.modulation = PhaseModulation{8, 1.5, 0};
  bad[6] = {"Frequency", Constant(1)};
  bad[6].spec.modulation = PhaseModulation{0, 0.5, 0};
  bad[7] = {"NoLength", Constant(1, 0)};
  bad[8] = {"NegativeStart", Constant(1)};
  bad[8].spec.start_ms = -1;
  return bad;
}

class BadRate : public testing::TestWithParam<BadSpec> {};

TEST_P(BadRate, IsRefused) {
  EXPECT_EQ(RateFunction::Create(GetParam().spec).status().code(),
            absl::StatusCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(Specs, BadRate, testing::ValuesIn(BadSpecs()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace miv::build
