// Cells at given points in place of a generator function.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/pipeline/cache_key.h"
#include "tests/unit/common/pipeline/error_case.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

const std::string kConfig = "steps.network.config.";

// Two of the OLM cells stand at points; the volume is 200 x 200 x 150 um.
std::vector<std::string> WithPoints(const std::string& points,
                                    std::vector<std::string> more = {}) {
  std::vector<std::string> overrides = {
      "steps.h5_types.config.cell_distributions.OLM={SO: 19, \"@axis\": 2}",
      "steps.network.config.cell_distributions=null",
      kConfig + "points=" + points};
  overrides.insert(overrides.end(), more.begin(), more.end());
  return overrides;
}

class PointMistake : public testing::TestWithParam<ErrorCase> {};

TEST_P(PointMistake, IsNamedWithItsRemedy) {
  EXPECT_EQ(ErrorAfter(GetParam().overrides), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, PointMistake,
    testing::Values(
        ErrorCase{"NoPoints", WithPoints("null"),
                  kConfig + "points.@axis: the cells of OLM at @axis have no "
                            "points; generator functions do not run here; "
                            "expected a list of [x, y, z], or a file with a "
                            "line for each. Write out what the generator "
                            "gives."},
        ErrorCase{"TooFew", WithPoints("{\"@axis\": [[1, 2, 3]]}"),
                  kConfig + "points.@axis: not one point for every cell of "
                            "OLM; expected 2 points, found 1"},
        ErrorCase{"Outside",
                  WithPoints("{\"@axis\": [[1, 2, 3], [1, 201, 3]]}"),
                  kConfig + "points.@axis[1]: the point lies in no layer; "
                            "expected a point in one of layer_extents, found "
                            "[1,201,3]"},
        ErrorCase{"NotAPoint", WithPoints("{\"@axis\": [[1, 2], [1, 2, 3]]}"),
                  kConfig + "points.@axis[0]: the value is too short; "
                            "expected a list of 3 numbers, found [1,2]"},
        ErrorCase{"UnknownName",
                  WithPoints("{\"@axis\": [[1, 2, 3], [4, 5, 6]], \"@axes\": "
                             "[[1, 2, 3]]}"),
                  kConfig + "points.@axes: no cells are at these points; "
                            "expected one of @axis. Did you mean \"@axis\"?"},
        ErrorCase{"OfTwoPopulations",
                  WithPoints("{\"@axis\": a.txt}",
                             {"steps.h5_types.config.cell_distributions.PVBC={"
                              "SO: 91, \"@axis\": 2}"}),
                  kConfig +
                      "cell_distributions.PVBC.@axis: cells of OLM are at "
                      "these points already. Give every population points of "
                      "its own."},
        ErrorCase{"DepthOfTheSoma",
                  WithPoints("{\"@axis\": a.txt}",
                             {"steps.forest_OLM.config.layer_from=depth"}),
                  "steps.forest_OLM.config.soma_layer: layer_from: depth needs "
                  "the layer of the soma, and the cells of OLM are not all in "
                  "one; expected a layer. Name the layer in whose middle the "
                  "root of the tree lies."}),
    CaseName);

ResolvedStep Somata(const std::vector<std::string>& overrides) {
  PipelineSpec spec = Network();
  for (const std::string& text : overrides)
    EXPECT_TRUE(ApplyOverride(spec, text).ok()) << text;
  const auto resolved = Resolve(spec);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  return resolved.ok() ? *resolved->FindStep("network") : ResolvedStep();
}

TEST(Points, OfAFileAreAnInput) {
  const ResolvedStep step = Somata(WithPoints("{\"@axis\": a.txt}"));
  ASSERT_NE(step.FindInput("points:0"), nullptr);
  EXPECT_EQ(step.FindInput("points:0")->path, "a.txt");
  EXPECT_EQ(step.FindInput("points:0")->field, kConfig + "points.@axis");
  EXPECT_EQ(step.config["points"], (json{{"@axis", "points:0"}}));
  EXPECT_NE(CacheKey(step, {{"points:0", "digest"}}),
            CacheKey(step, {{"points:0", "other"}}));
}

TEST(Points, OfTheConfigAreInTheKey) {
  const auto key = [](const char* points) {
    return CacheKey(Somata(WithPoints(points)), {});
  };
  EXPECT_NE(key("{\"@axis\": [[1, 2, 3], [4, 5, 6]]}"),
            key("{\"@axis\": [[1, 2, 3], [4, 5, 7]]}"));
  EXPECT_FALSE(KeyConfig(Somata({})).contains("points"));
}

TEST(Points, MayLieAnywhereBeforeTheyAreTurnedBack) {
  const ResolvedStep step =
      Somata(WithPoints("{\"@axis\": [[-1, 2, 3], [-4, 5, 6]]}",
                        {kConfig + "rotation=[0, 0, 90]"}));
  EXPECT_EQ(step.config["points"]["@axis"].size(), 2u);
}

}  // namespace
}  // namespace miv::pipeline
