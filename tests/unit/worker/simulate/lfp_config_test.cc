#include "worker/simulate/lfp/lfp_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/base/fault.h"

namespace miv::simulate {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

TEST(Lfp, CountsEveryCellUnlessToldOtherwise) {
  const auto electrodes = ParseLfp(json::parse(R"([{"pos": [1, 2, 3]}])"), 7);
  ASSERT_TRUE(electrodes.ok()) << electrodes.status();
  const Electrode& electrode = electrodes->front();
  EXPECT_EQ(electrode.label, "electrode");
  EXPECT_EQ(electrode.position, (Point{1, 2, 3}));
  EXPECT_EQ(electrode.rho, 333);
  EXPECT_EQ(electrode.dt_ms, 0.1);
  EXPECT_EQ(electrode.placement, CellPlacement::kSoma);
  EXPECT_TRUE(std::isinf(electrode.near_um));
  EXPECT_EQ(electrode.seed, 7);
}

TEST(Lfp, UsesTheReferencesDistanceForAFraction) {
  const auto electrodes =
      ParseLfp(json::parse(R"([{"pos": [0, 0, 0], "fdst": 0.1}])"), 0);
  EXPECT_EQ(electrodes->front().near_um, 100);
  EXPECT_EQ(electrodes->front().far_fraction, 0.1);
}

TEST(Lfp, LegacySelectsAsTheReferenceDoes) {
  const auto electrodes =
      ParseLfp(json::parse(R"([{"pos": [0, 0, 0], "mode": "legacy"}])"), 0);
  ASSERT_TRUE(electrodes.ok()) << electrodes.status();
  EXPECT_EQ(electrodes->front().mode, LfpMode::kLegacy);
  EXPECT_EQ(electrodes->front().near_um, 100);
  EXPECT_EQ(electrodes->front().far_fraction, 0.1);
}

struct Refusal {
  const char* name;
  const char* config;
  const char* field;
};

class LfpRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(LfpRefuses, NamesTheField) {
  const auto electrodes = ParseLfp(json::parse(GetParam().config), 0);
  EXPECT_EQ(electrodes.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FaultOrMessage(electrodes.status()).field, GetParam().field);
}

INSTANTIATE_TEST_SUITE_P(
    All, LfpRefuses,
    testing::Values(
        Refusal{"NoPosition", R"([{}])", "lfp[0].pos"},
        Refusal{"TwoCoordinates", R"([{"pos": [1, 2]}])", "lfp[0].pos"},
        Refusal{"Mode", R"([{"pos": [1, 2, 3], "mode": "moon"}])",
                "lfp[0].mode"},
        Refusal{"Placement", R"([{"pos": [1, 2, 3], "place_cells": "moon"}])",
                "lfp[0].place_cells"},
        Refusal{"Rho", R"([{"pos": [1, 2, 3], "rho": 0}])", "lfp[0].rho"},
        Refusal{"Label", R"([{"pos": [1, 2, 3], "label": "a/b"}])",
                "lfp[0].label"},
        Refusal{"SameLabel", R"([{"pos": [1, 2, 3], "label": "a"},
                                 {"pos": [1, 2, 3], "label": "a"}])",
                "lfp[1].label"},
        Refusal{"Unknown", R"([{"pos": [1, 2, 3], "size": 1}])",
                "lfp[0].size"}),
    [](const auto& info) { return info.param.name; });

TEST(StepsPerSample, CountsSteps) {
  EXPECT_EQ(*StepsPerSample("f", 0.1, 0.025), 4);
  EXPECT_EQ(*StepsPerSample("f", 0.025, 0.025), 1);
  EXPECT_EQ(*StepsPerSample("f", 0.5, 0.1), 5);
}

TEST(StepsPerSample, NamesTheTwoNearestIntervals) {
  const auto steps = StepsPerSample("lfp[0].dt_lfp", 0.11, 0.025);
  EXPECT_EQ(steps.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(FaultOrMessage(steps.status()).remedy,
              HasSubstr("Use 0.1 or 0.125"));
}

TEST(StepsPerSample, RefusesIntervalsBelowAStep) {
  EXPECT_FALSE(StepsPerSample("f", 0.01, 0.025).ok());
}

}  // namespace
}  // namespace miv::simulate
