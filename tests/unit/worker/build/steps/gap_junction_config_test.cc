#include "worker/build/steps/gap_junction_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace miv::worker {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// As a resolved pipeline has it.  The weights are straight lines: 1 - d / 100
// for the choice, 1 - d / 200 for the coupling.
json Config() {
  return json::parse(R"({
    "directions": "both",
    "locations": {"PVBC": {"PVBC": ["basal", "apical"], "OLM": ["ais"]}},
    "connection_probabilities": {"PVBC": {"PVBC": 0.3, "OLM": 0.1}},
    "coupling_coefficients": {"PVBC": {"PVBC": 2, "OLM": 0.5}},
    "connection_weights": {"0": 1, "100": 0},
    "coupling_weights": {"0": 1, "100": 0.5}})");
}

TEST(GapModelOf, ReadsPairsByTheirNames) {
  const auto model = GapModelOf(Config());
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_EQ(model->pairs.size(), 2u);
  const GapPair& olm = model->pairs[0];
  EXPECT_EQ(olm.a + " " + olm.b, "PVBC OLM");
  EXPECT_THAT(olm.classes, ElementsAre(7));
  EXPECT_EQ(olm.probability, 0.1);
  EXPECT_EQ(olm.coupling.coefficient, 0.5);
  const GapPair& own = model->pairs[1];
  EXPECT_EQ(own.a + " " + own.b, "PVBC PVBC");
  EXPECT_THAT(own.classes, ElementsAre(3, 4));
  EXPECT_EQ(own.probability, 0.3);
  EXPECT_EQ(own.coupling.coefficient, 2);
}

TEST(GapModelOf, FitsTheWeights) {
  const auto model = GapModelOf(Config());
  ASSERT_TRUE(model.ok());
  EXPECT_NEAR(model->reach.weight(40), 0.6, 1e-12);  // 1 - 40 / 100
  EXPECT_NEAR(model->pairs[0].coupling.weight(40), 0.8, 1e-12);
  EXPECT_FLOAT_EQ(model->pairs[1].coupling.At(40), 1.6f);
}

TEST(GapModelOf, TakesTheRangeOfTheDistancesForBounds) {
  const auto model = GapModelOf(Config());
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->reach.min_um, 0);
  EXPECT_EQ(model->reach.max_um, 100);
  EXPECT_EQ(model->pairs[0].coupling.max_um, 100);
}

TEST(GapModelOf, TakesGivenBounds) {
  json config = Config();
  config["connection_bounds"] = {10, 250};
  config["coupling_bounds"] = {5, 60};
  const auto model = GapModelOf(config);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->reach.min_um, 10);
  EXPECT_EQ(model->reach.max_um, 250);
  EXPECT_EQ(model->pairs[1].coupling.min_um, 5);
  EXPECT_EQ(model->pairs[1].coupling.max_um, 60);
}

TEST(GapModelOf, ReadsTheDirections) {
  json config = Config();
  EXPECT_TRUE(GapModelOf(config)->both_directions);
  config["directions"] = "one";
  EXPECT_FALSE(GapModelOf(config)->both_directions);
}

struct Mistake {
  const char* name;
  std::function<void(json&)> make;
  const char* field;
};

class GapModelRefuses : public ::testing::TestWithParam<Mistake> {};

TEST_P(GapModelRefuses, WhatNoCheckedConfigHolds) {
  json config = Config();
  GetParam().make(config);
  const auto status = GapModelOf(config).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().field));
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, GapModelRefuses,
    ::testing::Values(
        Mistake{"NoLocations", [](json& c) { c.erase("locations"); },
                "config.locations"},
        Mistake{"SectionClass",
                [](json& c) { c["locations"]["PVBC"]["OLM"] = {"nose"}; },
                "config.locations.PVBC.OLM"},
        Mistake{
            "PairWithoutProbability",
            [](json& c) { c["connection_probabilities"]["PVBC"].erase("OLM"); },
            "config.connection_probabilities.PVBC.OLM"},
        Mistake{"PairWithoutCoefficient",
                [](json& c) { c["coupling_coefficients"].erase("PVBC"); },
                "config.coupling_coefficients.PVBC"},
        Mistake{"Distance",
                [](json& c) { c["connection_weights"]["near"] = 1; },
                "config.connection_weights.near"},
        Mistake{"WeightThatIsNoNumber",
                [](json& c) { c["coupling_weights"]["50"] = "half"; },
                "config.coupling_weights.50"},
        Mistake{"NoWeights",
                [](json& c) { c["coupling_weights"] = json::object(); },
                "config.coupling_weights"},
        Mistake{"SameDistanceTwice",
                [](json& c) { c["connection_weights"]["100.0"] = 0.5; },
                "config.connection_weights"},
        Mistake{"OneBound", [](json& c) { c["connection_bounds"] = {5}; },
                "config.connection_bounds"},
        Mistake{"BoundsInTheWrongOrder",
                [](json& c) {
                  c["coupling_bounds"] = {6, 5};
                },
                "config.coupling_bounds"},
        Mistake{"Directions", [](json& c) { c["directions"] = "two"; },
                "config.directions"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace miv::worker
