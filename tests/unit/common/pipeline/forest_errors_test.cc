// Mistakes in forests: which cell has which morphology, layers by depth.

#include <gtest/gtest.h>

#include "tests/unit/common/pipeline/error_case.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

const std::string kForest = "steps.forest_OLM.config.";
const std::string kDepth = kForest + "layer_from=depth";

class ForestMistake : public testing::TestWithParam<ErrorCase> {};

TEST_P(ForestMistake, IsNamedWithItsRemedy) {
  EXPECT_EQ(ErrorAfter(GetParam().overrides), GetParam().message);
}

// The OLM cells are 380 to 400.
INSTANTIATE_TEST_SUITE_P(
    Mistakes, ForestMistake,
    testing::Values(
        ErrorCase{"ForeignCells",
                  {kForest + "morphology=[{file: a.swc, gids: [379-400]}]"},
                  kForest + "morphology[0].gids[0]: not cells of OLM; expected "
                            "gids from 380 to 400, found 379-400"},
        ErrorCase{"NoRange",
                  {kForest + "morphology=[{file: a.swc, gids: [380-x]}]"},
                  kForest +
                      "morphology[0].gids[0]: not a range of gids; expected "
                      "a gid, or \"first-last\", found \"380-x\""},
        ErrorCase{"CellTwice",
                  {kForest + "morphology=[{file: a.swc, gids: [380-390]}, "
                             "{file: b.swc, gids: [390-400]}]"},
                  kForest + "morphology[1].gids[0]: cell 390 already has a "
                            "morphology, as one of 380-390. Give every cell "
                            "one morphology."},
        ErrorCase{"CellsWithout",
                  {kForest + "morphology=[{file: a.swc, gids: [380-398]}]"},
                  kForest + "morphology: 2 of 21 cells of OLM have no "
                            "morphology. Name the cells, or add an entry "
                            "for all others: one without gids; in an import, "
                            "\"default\"."},
        ErrorCase{"NothingLeft",
                  {kForest + "morphology=[{file: a.swc, gids: [380-400]}, "
                             "{file: b.swc}]"},
                  kForest + "morphology: no cell is left for the entries "
                            "without gids. Remove the entries without gids."},
        ErrorCase{"DepthFieldAlone",
                  {kForest + "depth_axis=y"},
                  kForest + "depth_axis: the field only has a meaning together "
                            "with layer_from: depth. Remove it, or add "
                            "layer_from: depth."},
        ErrorCase{"SomaInSeveralLayers",
                  {"steps.forest_PVBC.config.layer_from=depth"},
                  "steps.forest_PVBC.config.soma_layer: layer_from: depth "
                  "needs the layer of the soma, and the cells of PVBC are not "
                  "all in one; expected one of SO, SP, SR. Name the layer in "
                  "whose middle the root of the tree lies."},
        ErrorCase{"SomaInNoLayer",
                  {kDepth, kForest + "soma_layer=SX"},
                  kForest + "soma_layer: the layer has no entry in "
                            "layer_extents; expected one of SLM, SO, SP, SR, "
                            "found \"SX\". Did you mean \"SO\"?"},
        ErrorCase{"LayersOverlap",
                  {kDepth, kForest + "layer_extents={SO: [[0, 0, 0], [1, 1, "
                                     "9]], SP: [[0, 0, 8], [1, 1, 20]]}"},
                  kForest + "layer_extents.SP: layers that overlap along L "
                            "give a point no single layer; found "
                            "[[0,0,8],[1,1,20]]. Give extents that lie one "
                            "above the other, or an SWC file with a layer "
                            "column and layer_from: column."},
        ErrorCase{"LayerWithoutNumber",
                  {kDepth, kForest + "layer_definitions={SO: 1}"},
                  kForest + "layer_extents.SLM: the layer has no entry in "
                            "layer_definitions; expected one of SO, found "
                            "\"SLM\". Add it to layer_definitions."}),
    CaseName);

TEST(ResolveForest, BindsEveryMorphologyAsAnInputOfItsOwn) {
  const auto resolved =
      ResolvedNetwork(kForest +
                      "morphology=[{file: a.swc, gids: [380, 382-384]}, {file: "
                      "b.swc}]");
  const ResolvedStep& step = *resolved.FindStep("forest_OLM");
  ASSERT_NE(step.FindInput("morphology:1"), nullptr);
  EXPECT_EQ(step.FindInput("morphology:1")->path, "b.swc");
  EXPECT_EQ(step.FindInput("morphology:1")->field,
            kForest + "morphology[1].file");
  EXPECT_EQ(step.FindInput("morphology"), nullptr);
  EXPECT_EQ(
      step.config["morphology"],
      (json{{{"file", "morphology:0"}, {"gids", {{380, 380}, {382, 384}}}},
            {{"file", "morphology:1"}}}));
}

TEST(ResolveForest, TakesDepthsFromTheNetwork) {
  const auto resolved = ResolvedNetwork(kDepth);
  const ResolvedStep& step = *resolved.FindStep("forest_OLM");
  EXPECT_EQ(step.config["soma_layer"], "SO");
  EXPECT_EQ(step.config["depth_axis"], "y");
  EXPECT_EQ(step.config["layer_definitions"]["SLM"], 9);
  EXPECT_EQ(step.config["layer_extents"],
            resolved.FindStep("network")->config["layer_extents"]);
}

}  // namespace
}  // namespace miv::pipeline
