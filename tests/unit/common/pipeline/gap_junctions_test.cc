// gap_junctions steps: spellings, inputs, mistakes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/pipeline/error_case.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

constexpr char kGaps[] = R"(  gaps:
    kind: gap_junctions
    uses: [network, forest_PVBC, forest_OLM]
    config:
      Locations: {PVBC: {PVBC: [basal, apical], OLM: [basal]}}
      Connection Probabilities: {PVBC: {PVBC: 0.3, OLM: 0.1}}
      Connection Weights: {0: 1.0, 50: 0.5, 100: 0.1, 200: 0.0}
      Coupling Coefficients: {PVBC: {PVBC: 2.0, OLM: 1.0}}
      Coupling Weights: {0: 1.0, 100: 0.5}
)";

absl::StatusOr<ResolvedPipeline> After(
    const std::vector<std::string>& overrides) {
  PipelineSpec spec = Load(NetworkYaml() + kGaps).spec;
  for (const std::string& text : overrides)
    if (const auto status = ApplyOverride(spec, text); !status.ok())
      return status;
  return Resolve(spec);
}

TEST(GapJunctions, AreUnderstoodInTheDeclarativeSpelling) {
  const auto resolved = After({});
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  const ResolvedStep* gaps = resolved->FindStep("gaps");
  EXPECT_EQ(gaps->config["connection_probabilities"],
            json({{"PVBC", {{"PVBC", 0.3}, {"OLM", 0.1}}}}));
  EXPECT_EQ(gaps->config["directions"], "both");
  EXPECT_EQ(gaps->config["coordinate_namespace"], "Generated Coordinates");
  EXPECT_EQ(gaps->FindInput("coordinates")->step, "network");
  EXPECT_EQ(gaps->FindInput("forest:PVBC")->step, "forest_PVBC");
  EXPECT_EQ(gaps->FindInput("forest:OLM")->step, "forest_OLM");
  EXPECT_EQ(gaps->inputs.size(), 3u);
}

TEST(GapJunctions, CoupleTheSimulationThatUsesThem) {
  const auto resolved = After({"steps.run.uses=[graph, gaps]"});
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  const Input* input = resolved->FindStep("run")->FindInput("gap_junctions");
  ASSERT_NE(input, nullptr);
  EXPECT_EQ(input->step, "gaps");
  EXPECT_EQ(After({})->FindStep("run")->FindInput("gap_junctions"), nullptr);
}

class GapMistake : public testing::TestWithParam<ErrorCase> {};

TEST_P(GapMistake, IsNamedWithItsRemedy) {
  EXPECT_EQ(std::string(After(GetParam().overrides).status().message()),
            GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, GapMistake,
    testing::Values(
        ErrorCase{"NoForest",
                  {"steps.gaps.uses=[network, forest_PVBC]"},
                  "steps.gaps.uses: nothing that the step uses provides the "
                  "trees of OLM, on which junctions are placed. Add a step of "
                  "kind generate_synapse_forest for OLM to `uses`."},
        ErrorCase{"BothOrders",
                  {"steps.gaps.config.Locations.OLM={PVBC: [basal]}"},
                  "steps.gaps.config.locations.OLM.PVBC: a gap junction has no "
                  "direction, and PVBC with OLM is given too. Keep one of the "
                  "two in every table."},
        ErrorCase{"PairInOneTable",
                  {"steps.gaps.config.Locations.OLM={OLM: [basal]}"},
                  "steps.gaps.config.connection_probabilities.OLM.OLM: the "
                  "pair stands in locations only. Add it, or take it out of "
                  "locations."},
        ErrorCase{"Distance",
                  {"steps.gaps.config.Connection Weights.far=1"},
                  "steps.gaps.config.connection_weights.far: the key is not a "
                  "distance; expected a number of um, at least 0, found "
                  "\"far\""},
        ErrorCase{"NegativeWeight",
                  {"steps.gaps.config.Coupling Weights.50=-1"},
                  "steps.gaps.config.Coupling Weights.50: the value is out of "
                  "range; expected a number, at least 0, found -1"},
        ErrorCase{"Bounds",
                  {"steps.gaps.config.connection_bounds=[5, 4]"},
                  "steps.gaps.config.connection_bounds: the bounds leave no "
                  "room; expected [low, high] in um with low <= high, found "
                  "[5,4]"}),
    CaseName);

}  // namespace
}  // namespace miv::pipeline
