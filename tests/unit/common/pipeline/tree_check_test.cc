// What the trees' lengths say about densities and projections.

#include "common/pipeline/tree_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Lengths of the case's own trees, specification of the network build, 5.1.
TreesByStep Trees() {
  return {{"synapses_PYR",
           {{"PYR.swc",
             {{"soma", {{6, 18.11}}},
              {"apical", {{6, 489.59}, {8, 1579.55}, {9, 4653.83}}},
              {"basal", {{5, 3272.21}}},
              {"ais", {{6, 50.0}}},
              {"axon", {{8, 250.0}}}}}}},
          {"synapses_PVBC",
           {{"PVBC.swc",
             {{"soma", {{6, 20}}},
              {"apical", {{6, 266.67}, {8, 266.67}, {9, 666.67}}},
              {"basal", {{5, 600}}}}}}},
          {"synapses_OLM",
           {{"OLM.swc",
             {{"soma", {{5, 20}}},
              {"basal", {{5, 783.47}}},
              {"axon", {{9, 150}}}}}}}};
}

struct Outcome {
  std::string error;
  std::vector<std::string> warnings;
};

Outcome After(const std::string& override_text, const TreesByStep& trees) {
  const auto resolved = ResolvedNetwork(override_text);
  std::vector<Warning> warnings;
  Outcome outcome;
  outcome.error = std::string(CheckTrees(resolved, trees, warnings).message());
  for (const Warning& w : warnings)
    outcome.warnings.push_back(w.field + ": " + w.text);
  return outcome;
}

TEST(CheckTrees, AcceptsTheCaseAndNamesTheRowsThatDoNothing) {
  const Outcome outcome = After("", Trees());
  EXPECT_EQ(outcome.error, "");
  EXPECT_THAT(
      outcome.warnings,
      ElementsAre(
          HasSubstr("synapses.PYR.OLM: No inhibitory synapses of PYR lie on "
                    "soma in SO: "),
          HasSubstr("synapses.PYR.PVBC: No inhibitory synapses of PYR lie on "
                    "ais in SR: "),
          HasSubstr("synapses.PVBC.PVBC: No inhibitory synapses of PVBC lie "
                    "on apical in SP: "),
          HasSubstr("config.synapses.OLM.PVBC: No inhibitory synapses of OLM "
                    "lie on soma in SP, apical in SR: these rows of the "
                    "projection from PVBC do nothing and may be left out."),
          HasSubstr("synapses.OLM.PYR: No excitatory synapses of OLM lie on "
                    "apical in SLM, basal in SR: ")));
}

TEST(CheckTrees, RefusesSynapsesThatNoProjectionTakes) {
  // 0.68 / um on 50 um; the spread of 0.01 adds nothing.
  EXPECT_EQ(After("steps.connections_PYR.config.synapses.PYR.PVBC.sections="
                  "[soma, basal, apical, hillock, ais]",
                  Trees())
                .error,
            "steps.connections_PYR.config.synapses.PYR: no projection takes "
            "some synapses of the 223 cells of PYR; expected a projection for "
            "every synapse, found per cell about 34 inhibitory on ais in SP. "
            "Add section and layer to a projection of the same type, or take "
            "the density away.");
}

TEST(CheckTrees, ListsAllSynapsesThatNoProjectionTakes) {
  // Soma: 18.11 um times the mean of a normal variable of 0.2 and 0.1 that is
  // positive, 0.2 + 0.1 phi(2) / Phi(2) = 0.2055.
  EXPECT_THAT(After("steps.connections_PYR.config.synapses.PYR.PVBC.sections="
                    "[hillock, basal, apical, tuft, ais]",
                    Trees())
                  .error,
              HasSubstr("found per cell about 34 inhibitory on ais in SP, "
                        "about 3.7 inhibitory on soma in SP. Add"));
}

TEST(CheckTrees, OnlyWarnsOfSynapsesThatNeedNotOccur) {
  // 0.0004 / um on 50 um: 0.02 a cell, 4.5 in all 223.
  const Outcome outcome = After(
      "steps.synapses_PYR.config.cell_types.PYR.synapses.density.ais."
      "modulatory={default: {mean: 0.0004}}",
      Trees());
  EXPECT_EQ(outcome.error, "");
  EXPECT_THAT(outcome.warnings,
              ::testing::Contains(HasSubstr(
                  "synapses.PYR: No projection takes the modulatory synapses "
                  "on ais in SP, about 0.02 per cell: should a cell get one, "
                  "the step will fail. Add section and layer to a")));
}

TEST(CheckTrees, RefusesAProjectionThatCannotReceiveASynapse) {
  auto trees = Trees();
  trees["synapses_PVBC"][0].lengths["apical"].erase(9);
  EXPECT_EQ(After("", trees).error,
            "steps.connections_PVBC.config.synapses.PVBC.OLM: the projection "
            "from OLM cannot receive a synapse: the 93 cells of PVBC have no "
            "inhibitory synapses on apical in SLM. Give the cell type a "
            "density where "
            "its tree has such sections, or remove the projection.");
}

TEST(CheckTrees, RefusesATreeWithoutLayersAndSaysHowToGetThem) {
  auto trees = Trees();
  trees["synapses_OLM"][0].lengths = {{"soma", {{-1, 20}}},
                                      {"basal", {{-1, 783}}}};
  EXPECT_EQ(After("", trees).error,
            "OLM.swc: steps.synapses_OLM.config.cell_types.OLM.synapses."
            "density: no point of the tree has a layer, so that the 21 cells "
            "of OLM would get no synapse; expected basal in SO, found 783 um "
            "of basal in no layer, 20 um of soma in no layer. Add a layer to "
            "every point (SWC column 8), give the forest layer_from: depth, or "
            "give a density for layer default.");
}

TEST(CheckTrees, RefusesATreeInOtherLayers) {
  auto trees = Trees();
  trees["synapses_OLM"][0].lengths = {{"basal", {{-1, 7}, {6, 783}}}};
  EXPECT_THAT(
      After("", trees).error,
      AllOf(HasSubstr("no density fits the tree, so that the 21 cells "),
            HasSubstr("found 7 um of basal in no layer, 783 um of "
                      "basal in SP. Check section classes")));
}

TEST(CheckTrees, RefusesATreeOutsideTheDepthsOfAllLayers) {
  auto trees = Trees();
  trees["synapses_OLM"][0].lengths = {{"basal", {{-1, 783}}}};
  EXPECT_THAT(
      After("steps.forest_OLM.config={population: OLM, layer_from: depth, "
            "soma_layer: SO, depth_axis: y}",
            trees)
          .error,
      HasSubstr("Check layer_extents, soma_layer and depth_axis of "
                "forest_OLM: they leave the tree outside."));
}

TEST(CheckTrees, SaysLessWithoutTheTrees) {
  auto trees = Trees();
  trees.erase("synapses_PYR");
  const Outcome outcome = After(
      "steps.synapses_PYR.config.cell_types.PYR.synapses.density.tuft="
      "{excitatory: {SLM: {mean: 1}}, inhibitory: {default: {mean: 1}}}",
      trees);
  EXPECT_EQ(outcome.error, "");
  ASSERT_THAT(outcome.warnings, ::testing::SizeIs(5));
  EXPECT_EQ(outcome.warnings[0],
            "steps.connections_PYR.config.synapses.PYR: No projection takes "
            "the excitatory synapses on tuft in SLM: if the tree has such "
            "sections, the step will fail.");
  EXPECT_THAT(outcome.warnings[1],
              HasSubstr("takes the inhibitory synapses on tuft: if"));
}

TEST(CheckTrees, CountsOnlyRowsThatTakeSynapses) {
  // Rows without synapses but for one of proportion 0.
  auto trees = Trees();
  trees["synapses_PVBC"][0].lengths["apical"].erase(9);
  EXPECT_THAT(After("steps.connections_PVBC.config.synapses.PVBC.OLM={type: "
                    "inhibitory, sections: [apical, basal], layers: [SLM, SO], "
                    "proportions: [1, 0], mechanisms: {GABA_A: {weight: 1}}}",
                    trees)
                  .error,
              HasSubstr("the projection from OLM cannot receive a synapse"));
}

TEST(CheckTrees, UsesTheDefaultDensityForPointsWithoutALayer) {
  auto trees = Trees();
  trees["synapses_OLM"][0].lengths = {{"basal", {{-1, 783}}}};
  // 2 / um on 783 um, and no projection ends on points without a layer.
  EXPECT_THAT(After("steps.synapses_OLM.config.cell_types.OLM.synapses."
                    "density.basal={excitatory: {default: {mean: 2}}, "
                    "inhibitory: {default: {mean: 0}, SO: {mean: 1}}}",
                    trees)
                  .error,
              HasSubstr("about 1566 excitatory on basal in no layer"));
}

TEST(CheckTrees, TakesTheLastLayersDensityIfAsked) {
  // On SP of the ais the last listed layer's density: 1 / um on 50 um.
  EXPECT_THAT(
      After("steps.synapses_PYR.config={population: PYR, density_semantics: "
            "last_layer, distribution: poisson, cell_types: {PYR: {template: "
            "A, synapses: {density: {ais: {modulatory: {SP: {mean: 7}, SR: "
            "{mean: 1}}, inhibitory: {default: {mean: 1}}}, basal: "
            "{inhibitory: {SO: {mean: 1}}, excitatory: {SO: {mean: 1}}}, "
            "apical: {inhibitory: {SLM: {mean: 1}}}}, last_layers: {ais: "
            "{modulatory: SR}}}}}}",
            Trees())
          .error,
      HasSubstr("about 50 modulatory on ais in SP"));
}

TEST(CheckTrees, WeighsSeveralTreesByTheirCells) {
  auto trees = Trees();
  trees["synapses_PYR"][0].share = 0.75;
  trees["synapses_PYR"].push_back(
      {"long.swc", {{"basal", {{5, 1}}}, {"tuft", {{9, 100}}}}, 0.25});
  // 0.25 * 4 / um * 100 um.
  EXPECT_THAT(After("steps.synapses_PYR.config.cell_types.PYR.synapses."
                    "density.tuft={excitatory: {SLM: {mean: 4}}}",
                    trees)
                  .error,
              HasSubstr("about 100 excitatory on tuft in SLM"));
}

TEST(MorphologyShares, CountCells) {
  const auto resolved = ResolvedNetwork(
      "steps.forest_OLM.config.morphology=[{file: a.swc, gids: [380, "
      "382-384]}, {file: b.swc}, {file: c.swc}]");  // 4, 8.5, 8.5 of 21
  EXPECT_THAT(
      MorphologyShares(resolved, *resolved.FindStep("forest_OLM")),
      ElementsAre(DoubleNear(4 / 21.0, 1e-12), DoubleNear(8.5 / 21, 1e-12),
                  DoubleNear(8.5 / 21, 1e-12)));
  EXPECT_THAT(MorphologyShares(resolved, *resolved.FindStep("forest_PYR")),
              ElementsAre(1.0));
}

TEST(TreeLengthsFromJson, TrustsNobody) {
  EXPECT_EQ(TreeLengthsFromJson({{"basal", {{"5", 2.5}, {"-1", 1}}}}).value(),
            (TreeLengths{{"basal", {{-1, 1}, {5, 2.5}}}}));
  for (const json& bad :
       {json(3), json{{"basal", 3}}, json{{"wing", {{"5", 1}}}},
        json{{"basal", {{"x", 1}}}}, json{{"basal", {{"128", 1}}}},
        json{{"basal", {{"5", -1}}}}, json{{"basal", {{"5", "1"}}}}})
    EXPECT_FALSE(TreeLengthsFromJson(bad).ok()) << bad;
}

}  // namespace
}  // namespace miv::pipeline
