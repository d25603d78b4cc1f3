// Where inputs come from.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/pipeline/resolve.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// "role<step/output" or "role=path" of every input of a step.
std::vector<std::string> InputsOf(const ResolvedPipeline& pipeline,
                                  const std::string& step) {
  std::vector<std::string> texts;
  const ResolvedStep* found = pipeline.FindStep(step);
  if (found == nullptr) return texts;
  for (const Input& input : found->inputs)
    texts.push_back(input.step.empty()
                        ? input.role + "=" + input.path
                        : input.role + "<" + input.step + "/" + input.output);
  return texts;
}

ResolvedPipeline ResolveOrFail(const PipelineSpec& spec) {
  const auto resolved = Resolve(spec);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  return resolved.ok() ? *resolved : ResolvedPipeline();
}

StepSpec Import(const std::string& name, const std::string& file,
                const std::string& stands_for,
                const std::string& population = "") {
  StepSpec step{.name = name, .kind = "import", .config = {{"file", file}}};
  if (!stands_for.empty()) step.config["stands_for"] = stands_for;
  if (!population.empty()) step.config["population"] = population;
  return step;
}

TEST(Binding, FindsTheNearestStepOfEachRole) {
  const auto resolved = ResolvedNetwork();
  EXPECT_THAT(InputsOf(resolved, "h5_types"), ElementsAre());
  EXPECT_THAT(InputsOf(resolved, "network"),
              ElementsAre("types<h5_types/neuro.h5"));
  EXPECT_THAT(InputsOf(resolved, "distances"),
              ElementsAre("coordinates<network/coordinates.h5"));
  EXPECT_THAT(
      InputsOf(resolved, "forest_PVBC"),
      ElementsAre("morphology=./swc/PVBC.swc", "types<h5_types/neuro.h5"));
  EXPECT_THAT(InputsOf(resolved, "synapses_PVBC"),
              ElementsAre("forest<forest_PVBC/forest.h5",
                          "mechanisms=./mechanisms", "templates=./templates"));
  EXPECT_THAT(InputsOf(resolved, "connections_PVBC"),
              ElementsAre("distances<distances/distances.h5",
                          "synapses<synapses_PVBC/synapses.h5"));
  EXPECT_THAT(
      InputsOf(resolved, "run"),
      ElementsAre("cells<graph/cells.h5", "connections<graph/connections.h5",
                  "mechanisms=./mechanisms", "templates=./templates"));
}

TEST(Binding, GraphTakesOneOfEachRolePerPopulation) {
  EXPECT_THAT(InputsOf(ResolvedNetwork(), "graph"),
              ElementsAre("connections:OLM<connections_OLM/connectivity.h5",
                          "connections:PVBC<connections_PVBC/connectivity.h5",
                          "connections:PYR<connections_PYR/connectivity.h5",
                          "coordinates<network/coordinates.h5",
                          "distances<distances/distances.h5",
                          "forest:OLM<forest_OLM/forest.h5",
                          "forest:PVBC<forest_PVBC/forest.h5",
                          "forest:PYR<forest_PYR/forest.h5",
                          "synapses:OLM<synapses_OLM/synapses.h5",
                          "synapses:PVBC<synapses_PVBC/synapses.h5",
                          "synapses:PYR<synapses_PYR/synapses.h5"));
}

TEST(Binding, GraphCompletesThePopulationsOfTheStepsItUses) {
  const auto resolved = ResolvedNetwork("steps.graph.uses=[connections_PYR]");
  EXPECT_THAT(InputsOf(resolved, "graph"),
              ElementsAre("connections:PYR<connections_PYR/connectivity.h5",
                          "coordinates<network/coordinates.h5",
                          "distances<distances/distances.h5",
                          "forest:PYR<forest_PYR/forest.h5",
                          "synapses:PYR<synapses_PYR/synapses.h5"));
  ASSERT_EQ(resolved.warnings.size(), 2u);
  EXPECT_EQ(resolved.warnings[0].text,
            "The graph leaves out population OLM: none of its steps is in "
            "`uses`.");
}

TEST(Binding, GraphMayHaveTreesWithoutSynapses) {
  const auto resolved = ResolvedNetwork(
      "steps.graph.uses=[network, forest_PVBC, connections_PYR]");
  EXPECT_NE(resolved.FindStep("graph")->FindInput("forest:PVBC"), nullptr);
  EXPECT_EQ(resolved.FindStep("graph")->FindInput("connections:PVBC"), nullptr);
}

TEST(Binding, MorphologyIsLookedForInTheDirectoryOfMorphologies) {
  const auto resolved = ResolvedNetwork("steps.forest_OLM.config.morphology=");
  const Input* input = resolved.FindStep("forest_OLM")->FindInput("morphology");
  ASSERT_NE(input, nullptr);
  EXPECT_EQ(input->path, "./swc/OLM.swc");
  EXPECT_EQ(input->field, "files.morphology");
}

TEST(Binding, PathInTheConfigWinsAndLeavesIt) {
  PipelineSpec spec = Network();
  Step(spec, "connections_OLM").config["forest_filepath"] =
      "./mine/synapses.h5";
  Step(spec, "graph").uses = {"network", "connections_OLM", "forest_OLM"};
  const auto resolved = ResolveOrFail(spec);
  EXPECT_THAT(InputsOf(resolved, "connections_OLM"),
              ElementsAre("distances<distances/distances.h5",
                          "synapses=./mine/synapses.h5"));
  const ResolvedStep& step = *resolved.FindStep("connections_OLM");
  EXPECT_FALSE(step.config.contains("forest_filepath"));
  EXPECT_EQ(step.FindInput("synapses")->field,
            "steps.connections_OLM.config.forest_filepath");
  // The graph follows what its connections were made from.
  EXPECT_EQ(resolved.FindStep("graph")->FindInput("synapses:OLM")->path,
            "./mine/synapses.h5");
}

TEST(Binding, ReferenceNamesAStepAndGivesThePopulation) {
  PipelineSpec spec = Network();
  auto& connections = Step(spec, "connections_OLM");
  connections.config.erase("population");
  connections.config["forest_filepath"] = "step:synapses_OLM/synapses.h5";
  connections.uses = {"distances"};
  const auto resolved = ResolveOrFail(spec);
  const ResolvedStep* step = resolved.FindStep("connections_OLM");
  ASSERT_NE(step, nullptr);
  EXPECT_EQ(step->population(), "OLM");
  EXPECT_THAT(step->uses, ElementsAre("distances", "synapses_OLM"));
  EXPECT_THAT(InputsOf(resolved, "connections_OLM"),
              ElementsAre("distances<distances/distances.h5",
                          "synapses<synapses_OLM/synapses.h5"));
}

TEST(Binding, ReferenceWithoutOutputMeansTheOneThatFits) {
  PipelineSpec spec = Network();
  Step(spec, "run").uses.clear();
  Step(spec, "run").config["cells"] = "step:graph";
  Step(spec, "run").config["connections"] = "step:graph/connections.h5";
  EXPECT_THAT(
      InputsOf(ResolveOrFail(spec), "run"),
      ElementsAre("cells<graph/cells.h5", "connections<graph/connections.h5",
                  "mechanisms=./mechanisms", "templates=./templates"));
}

TEST(Binding, ReferenceToAnotherKindIsRefused) {
  EXPECT_EQ(ErrorAfter({"steps.connections_PYR.config.forest_filepath="
                        "step:synapses_OLM"}),
            "steps.connections_PYR.config.forest_filepath: the step does not "
            "provide synapses of PYR; expected a step of kind "
            "distribute_synapses, found synapses_OLM, of kind "
            "distribute_synapses");
  EXPECT_EQ(ErrorAfter({"steps.run.config.cells=step:graph/forest.h5"}),
            "steps.run.config.cells: the step does not provide cells; expected "
            "a step of kind neuroh5_graph, found graph, of kind neuroh5_graph, "
            "forest.h5");
  EXPECT_EQ(ErrorAfter({"steps.run.config.cells=step:grap"}),
            "steps.run.config.cells: there is no such step; found \"grap\". "
            "Did you mean \"graph\"?");
}

TEST(Binding, OnlyPopulationInUsesIsTheStepsOwn) {
  PipelineSpec spec = Network();
  Step(spec, "connections_OLM").config.erase("population");
  Step(spec, "connections_OLM").uses = {"synapses_OLM"};
  Step(spec, "synapses_OLM").config.erase("population");
  Step(spec, "synapses_OLM").uses = {"forest_OLM"};
  const auto resolved = ResolveOrFail(spec);
  EXPECT_EQ(resolved.FindStep("connections_OLM")->population(), "OLM");
  EXPECT_EQ(resolved.FindStep("synapses_OLM")->population(), "OLM");
}

TEST(Binding, ImportStandsForAStep) {
  PipelineSpec spec = Network();
  spec.steps.push_back(
      Import("mine", "./x/PYR_forest.h5", "synapse_forest", "PYR"));
  Step(spec, "synapses_PYR").uses = {"mine"};
  Step(spec, "graph").uses[1] = "mine";
  const auto resolved = ResolveOrFail(spec);
  EXPECT_THAT(InputsOf(resolved, "mine"),
              ElementsAre("file=./x/PYR_forest.h5"));
  EXPECT_THAT(resolved.FindStep("mine")->outputs, ElementsAre("forest.h5"));
  EXPECT_THAT(InputsOf(resolved, "synapses_PYR"),
              ElementsAre("forest<mine/forest.h5", "mechanisms=./mechanisms",
                          "templates=./templates"));
  EXPECT_EQ(resolved.FindStep("graph")->FindInput("forest:PYR")->step, "mine");
}

TEST(Binding, ImportOfAMorphologyServesAForest) {
  PipelineSpec spec = Network();
  spec.steps.push_back(Import("swc", "./x/cell.swc", "morphology"));
  Step(spec, "forest_PYR").config.erase("morphology");
  Step(spec, "forest_PYR").uses.push_back("swc");
  EXPECT_THAT(
      InputsOf(ResolveOrFail(spec), "forest_PYR"),
      ElementsAre("morphology<swc/cell.swc", "types<h5_types/neuro.h5"));
}

TEST(Binding, ImportsThatNameNothingAreTakenByFileName) {
  PipelineSpec spec = Network();
  spec.steps.push_back(Import("a", "./x/cells.h5", ""));
  spec.steps.push_back(Import("b", "./x/connections.h5", ""));
  StepSpec run = Step(spec, "run");
  run.name = "again";
  run.uses = {"b", "a"};
  run.config["cell_types"] = {{"PYR", {{"template", "T"}}}};
  spec.steps.push_back(run);
  EXPECT_THAT(InputsOf(ResolveOrFail(spec), "again"),
              ElementsAre("cells<a/cells.h5", "connections<b/connections.h5",
                          "mechanisms=./mechanisms", "templates=./templates"));
}

TEST(Binding, OneImportThatNamesNothingIsTheInputThatIsMissing) {
  PipelineSpec spec = Network();
  spec.steps.push_back(Import("mine", "./x/trees_of_mine.h5", ""));
  Step(spec, "synapses_PYR").uses = {"mine"};
  Step(spec, "graph").uses = {"network", "connections_OLM"};
  EXPECT_THAT(InputsOf(ResolveOrFail(spec), "synapses_PYR"),
              ElementsAre("forest<mine/trees_of_mine.h5",
                          "mechanisms=./mechanisms", "templates=./templates"));
}

TEST(Binding, ImportTargetsAreChecked) {
  PipelineSpec spec = Network();
  spec.steps.push_back(Import("mine", "x.h5", "sinapses"));
  EXPECT_EQ(Resolve(spec).status().message(),
            "steps.mine.config.stands_for: a file cannot stand for this; "
            "expected one of h5_types, network_architecture, "
            "measure_distances, generate_synapse_forest, distribute_synapses, "
            "generate_connections, gap_junctions, input_spikes, cells, "
            "connections, morphology, found \"sinapses\"");
  spec.steps.back() = Import("mine", "dir/", "cells");
  EXPECT_THAT(std::string(Resolve(spec).status().message()),
              HasSubstr("the path names no file"));
}

TEST(Binding, TwoEquallyNearStepsAreAmbiguous) {
  PipelineSpec spec = Network();
  StepSpec second = Step(spec, "forest_PYR");
  second.name = "forest_PYR_2";
  spec.steps.push_back(second);
  Step(spec, "synapses_PYR").uses.push_back("forest_PYR_2");
  EXPECT_EQ(Resolve(spec).status().message(),
            "steps.synapses_PYR.uses: several steps provide the input "
            "\"forest of PYR\"; expected one, found forest_PYR, forest_PYR_2. "
            "Use one of them only, or write forest_filepath: step:forest_PYR "
            "in the config.");
}

TEST(Binding, GraphRefusesInputsThatWereNotMadeFromEachOther) {
  PipelineSpec spec = Network();
  StepSpec second = Step(spec, "synapses_PYR");
  second.name = "dense";
  spec.steps.push_back(second);
  auto& uses = Step(spec, "graph").uses;
  std::replace(uses.begin(), uses.end(), std::string("synapses_PYR"),
               std::string("dense"));
  EXPECT_EQ(Resolve(spec).status().message(),
            "steps.graph.uses: connections_PYR was not made from the graph's "
            "\"synapses:PYR\"; expected synapses_PYR, found dense. Use "
            "synapses_PYR in the graph, or dense in connections_PYR.");
}

TEST(Binding, GraphRefusesConnectionsWithoutSynapses) {
  PipelineSpec spec = Network();
  spec.steps.push_back(Import("edges", "./mine.h5", "connections", "OLM"));
  Step(spec, "graph").uses = {"network", "edges"};
  EXPECT_EQ(Resolve(spec).status().message(),
            "steps.graph.uses: the graph has \"connections:OLM\" but nothing "
            "provides \"synapses:OLM\". Add a step of kind distribute_synapses "
            "to `uses`, or an import that stands for it.");
}

TEST(Binding, StimuliMayComeFromFilesAndOtherRuns) {
  PipelineSpec spec = Network();
  StepSpec second = Step(spec, "run");
  second.name = "replay";
  second.config["stimulus"] = {{{"population", "STIM"}, {"file", "./in.h5"}},
                               {{"gids", {70}}, {"file", "step:run"}}};
  spec.steps.push_back(second);
  const auto resolved = ResolveOrFail(spec);
  const ResolvedStep* step = resolved.FindStep("replay");
  ASSERT_NE(step, nullptr);
  EXPECT_EQ(step->FindInput("stimulus:0")->path, "./in.h5");
  EXPECT_EQ(step->FindInput("stimulus:1")->step, "run");
  EXPECT_EQ(step->FindInput("stimulus:1")->output, "results.h5");
  EXPECT_THAT(step->uses, ElementsAre("graph", "run"));
}

}  // namespace
}  // namespace miv::pipeline
