// The example, change by change: exactly which steps run again.  Whatever
// depends on a step that runs again counts as changed; the server stops where
// the bytes of an output turn out to be the same (tests/e2e/cache_test.py).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "tests/unit/common/pipeline/example_copy.h"

namespace miv::pipeline {
namespace {

using testing::UnorderedElementsAreArray;

constexpr char kSteps[] = "pipeline.yaml";
constexpr char kDeclarative[] = "pipeline_declarative.yaml";

struct ChangeCase {
  std::string name;
  std::vector<std::string> reruns;  // as pipeline.yaml calls them
  std::function<void(ExampleCopy&)> edit = [](ExampleCopy&) {};
  std::vector<std::string> sets = {};
  // The same in the declarative form; where there is none, it is left out.
  std::optional<std::vector<std::string>> declarative_sets = std::nullopt;
};

class ExampleChange : public testing::TestWithParam<ChangeCase> {
 protected:
  static std::vector<std::string> Changed(
      const char* pipeline, const std::vector<std::string>& sets) {
    ExampleCopy example;
    const Keys before = example.KeysOf(pipeline);
    GetParam().edit(example);
    std::vector<std::string> changed;
    const Keys after = example.KeysOf(pipeline, sets);
    EXPECT_EQ(after.size(), before.size());
    for (const auto& [step, key] : after)
      if (before.at(step) != key) changed.push_back(step);
    return changed;
  }
};

TEST_P(ExampleChange, RerunsExactlyTheseSteps) {
  EXPECT_THAT(Changed(kSteps, GetParam().sets),
              UnorderedElementsAreArray(GetParam().reruns));
}

TEST_P(ExampleChange, RerunsTheSameInTheDeclarativeForm) {
  const bool edits_only = GetParam().sets.empty();
  if (!edits_only && !GetParam().declarative_sets) return;
  std::vector<std::string> reruns;
  for (const std::string& step : GetParam().reruns)
    reruns.push_back(DeclarativeName(step));
  EXPECT_THAT(Changed(kDeclarative, GetParam().declarative_sets.value_or(
                                        std::vector<std::string>())),
              UnorderedElementsAreArray(reruns));
}

std::string NameOf(const testing::TestParamInfo<ChangeCase>& info) {
  return info.param.name;
}

// Sets that mean the same in both forms.
ChangeCase InBoth(std::string name, std::vector<std::string> reruns,
                  std::vector<std::string> sets) {
  return {.name = std::move(name),
          .reruns = std::move(reruns),
          .sets = sets,
          .declarative_sets = sets};
}

ChangeCase Edit(std::string name, std::vector<std::string> reruns,
                const char* file, const char* from, const char* to) {
  return {.name = std::move(name),
          .reruns = std::move(reruns),
          .edit = [=](ExampleCopy& e) { e.Edit(file, from, to); }};
}

std::vector<std::string> AllConnectionsAnd(std::vector<std::string> steps) {
  steps.insert(steps.end(), {"connections_PYR", "connections_PVBC",
                             "connections_OLM", "graph", "run"});
  return steps;
}

INSTANTIATE_TEST_SUITE_P(
    Model, ExampleChange,
    testing::Values(
        Edit("UnitConductance", {"run"}, "config/synapses.yml",
             "g_unit: 1.6e-3", "g_unit: 1.7e-3"),
        Edit("DensityOfOlm",
             {"synapses_OLM", "connections_OLM", "graph", "run"},
             "config/cell_types.yml", "SO: {mean: 0.5, variance: 0}",
             "SO: {mean: 0.6, variance: 0}"),
        Edit("VarianceOfPvbc",
             {"synapses_PVBC", "connections_PVBC", "graph", "run"},
             "config/cell_types.yml", "SR: {mean: 0.25, variance: 0}",
             "SR: {mean: 0.25, variance: 0.1}"),
        // No step places synapses on STIM.
        Edit("DensityOfAPopulationWithoutTrees", {}, "config/cell_types.yml",
             "  synapses: {}",
             "  synapses: {density: {soma: {excitatory: {SP: {mean: 1}}}}}"),
        Edit("Contacts", {"connections_OLM", "graph", "run"},
             "config/synapses.yml", "    sections: [basal]\n",
             "    sections: [basal]\n    contacts: 2\n"),
        Edit("ProportionOfPvbc", {"connections_PVBC", "graph", "run"},
             "config/synapses.yml", "[0.7, 0.7, 0.3, 0.3]",
             "[0.700001, 0.7, 0.3, 0.3]"),
        Edit("AxonOfOlm",
             {"connections_PYR", "connections_PVBC", "graph", "run"},
             "config/axon_extents.yml", "OLM:\n  default: {width: [200, 200]",
             "OLM:\n  default: {width: [150, 200]"),
        Edit("LayerExtent", AllConnectionsAnd({"network", "distances"}),
             "config/layer_extents.yml", "[200.0, 200.0, 150.0]",
             "[200.0, 200.0, 160.0]"),
        Edit("CellCount",
             AllConnectionsAnd({"h5_types", "network", "distances",
                                "forest_PYR", "forest_PVBC", "forest_OLM",
                                "synapses_PYR", "synapses_PVBC",
                                "synapses_OLM"}),
             "config/cell_distributions.yml", "SP: 223", "SP: 224"),
        Edit("SpikeDetector", {"run"}, "config/cell_types.yml",
             "template: CA1OLMCell\n  mechanism: {}",
             "template: CA1OLMCell\n  mechanism: {spike detector: {section: "
             "soma, threshold: -20}}"),
        ChangeCase{
            .name = "Rotation",
            .reruns = AllConnectionsAnd({"network", "distances"}),
            .sets = {"steps.network.config.rotation=[0, 0, 30]"},
            .declarative_sets =
                {{"steps.network.config.config.Geometry.Parametric Surface."
                  "Rotation=[0, 0, 30]"}}},
        ChangeCase{.name = "Origin",
                   .reruns = AllConnectionsAnd({"distances"}),
                   .sets = {"steps.distances.config.origin.U=min"},
                   .declarative_sets =
                       {{"steps.network.config.config.Geometry.Parametric "
                         "Surface.Origin.U=min"}}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Files, ExampleChange,
    testing::Values(
        Edit("CoordinateOfPvbc",
             {"forest_PVBC", "synapses_PVBC", "connections_PVBC", "graph",
              "run"},
             "morphology/PVBC.swc", "\n17 2 0.000000 ", "\n17 2 0.5 "),
        Edit("MechanismOfASynapse", {"run"}, "mechanisms/LinExp2Syn.mod",
             "NEURON {", "NEURON { : faster\n"),
        Edit("MechanismOfTheOlmTemplate",
             {"synapses_OLM", "connections_OLM", "graph", "run"},
             "mechanisms/h_o.mod", "NEURON {", "NEURON { : faster\n"),
        ChangeCase{
            .name = "TemplateOfOlm",
            .reruns = {"synapses_OLM", "connections_OLM", "graph", "run"},
            .edit =
                [](ExampleCopy& e) {
                  e.Append("templates/CA1OLMCell.hoc", "// new\n");
                }},
        ChangeCase{.name = "Comments",
                   .reruns = {},
                   .edit =
                       [](ExampleCopy& e) {
                         for (const char* file :
                              {"pipeline.yaml", "pipeline_declarative.yaml",
                               "network.yaml", "config/synapses.yml",
                               "config/cell_types.yml"})
                           e.Append(file, "\n# Tuned by hand.\n");
                       }},
        ChangeCase{.name = "PlaceOfAMorphology",
                   .reruns = {},
                   .edit =
                       [](ExampleCopy& e) {
                         e.Rename("morphology", "trees");
                         e.Edit("pipeline.yaml", "morphology: ./morphology}",
                                "morphology: ./trees}");
                         e.Edit("pipeline_declarative.yaml",
                                "morphology: ./morphology}",
                                "morphology: ./trees}");
                         for (const char* name : {"PYR", "PVBC", "OLM"})
                           e.Edit("pipeline.yaml",
                                  std::string("./morphology/") + name,
                                  std::string("./trees/") + name);
                       }},
        ChangeCase{.name = "PlaceOfTheMechanisms",
                   .reruns = {},
                   .edit =
                       [](ExampleCopy& e) {
                         e.Rename("mechanisms", "channels");
                         for (const char* file : {kSteps, kDeclarative})
                           e.Edit(file, "./mechanisms", "./channels");
                       }}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Run, ExampleChange,
    testing::Values(
        InBoth("End", {"run"}, {"steps.run.config.t_end=501"}),
        InBoth("Electrode", {"run"},
               {"steps.run.config.lfp[0].pos=[50, 50, 30]"}),
        InBoth("MoreElectrodes", {"run"},
               {"steps.run.config.lfp[1]={pos: [1, 2, 3]}"}),
        InBoth("Stimulus", {"run"},
               {"steps.run.config.stimulus[1]={population: STIM, times: "
                "[5]}"}),
        InBoth("Velocity", {"run"},
               {"steps.run.config.connection_velocity.PYR=250"}),
        InBoth("Ranks", {}, {"steps.run.ranks=7", "steps.network.ranks=5"}),
        InBoth("NameOfThePipeline", {}, {"name=other"}),
        InBoth("DefaultsWrittenOut", {},
               {"steps.run.config.celsius=",
                "steps.run.config.lfp[0].rho=333"}),
        InBoth("SeedOfThePipeline",
               AllConnectionsAnd({"network", "distances", "synapses_PYR",
                                  "synapses_PVBC", "synapses_OLM"}),
               {"seed=5"}),
        ChangeCase{
            .name = "SeedOfOneStep",
            .reruns = {"synapses_OLM", "connections_OLM", "graph", "run"},
            .sets = {"steps.synapses_OLM.seed=5"},
            .declarative_sets = std::nullopt},
        ChangeCase{.name = "SeedOfAStepThatDrawsNothing",
                   .reruns = {},
                   .sets = {"steps.forest_OLM.seed=5"},
                   .declarative_sets = std::nullopt},
        ChangeCase{
            .name = "IoSizes",
            .reruns = {},
            .sets = {"steps.network.config.io_size=4",
                     "steps.synapses_OLM.config.write_size=3",
                     "steps.connections_PYR.config.chunk_size=100",
                     "steps.graph.config.value_chunk_size=7"},
            .declarative_sets =
                {{"steps.network.config.options={architecture: {io_size: 4}, "
                  "synapses: {write_size: 3}, connections: {chunk_size: 100}, "
                  "neuroh5_graph: {value_chunk_size: 7}}"}}}),
    NameOf);

// Names of steps and networks are in no key.
std::vector<std::string> KeysOnly(const Keys& keys) {
  std::vector<std::string> only;
  for (const auto& [step, key] : keys) only.push_back(key);
  return only;
}

TEST(ExampleNames, OfStepsChangeNothing) {
  ExampleCopy example;
  const Keys before = example.KeysOf(kSteps);
  example.Edit(kSteps, "  distances:\n", "  measured:\n");
  for (const char* population : {"PYR", "PVBC", "OLM"}) {
    const std::string name = population;
    example.Edit(kSteps,
                 "[network, distances]\n    ranks: 2\n    config: "
                 "{population: " +
                     name,
                 "[network, measured]\n    ranks: 2\n    config: "
                 "{population: " +
                     name);
    example.Edit(kSteps, "distances, synapses_" + name,
                 "measured, synapses_" + name);
  }
  example.Edit(kSteps, "      - distances\n", "      - measured\n");
  EXPECT_THAT(KeysOnly(example.KeysOf(kSteps)),
              UnorderedElementsAreArray(KeysOnly(before)));
}

TEST(ExampleNames, OfANetworkChangeNothing) {
  ExampleCopy example;
  const Keys before = example.KeysOf(kDeclarative);
  example.Edit(kDeclarative, "  network:\n", "  ca1:\n");
  example.Edit(kDeclarative, "uses: [network]", "uses: [ca1]");
  const Keys after = example.KeysOf(kDeclarative);
  EXPECT_TRUE(after.contains("ca1_forest_PYR"));
  EXPECT_THAT(KeysOnly(after), UnorderedElementsAreArray(KeysOnly(before)));
}

TEST(ExampleForms, HaveTheSameKeys) {
  ExampleCopy example;
  const Keys written = example.KeysOf(kSteps);
  const Keys declared = example.KeysOf(kDeclarative);
  ASSERT_EQ(written.size(), declared.size());
  for (const auto& [step, key] : written)
    EXPECT_EQ(declared.at(DeclarativeName(step)), key) << step;
}

}  // namespace
}  // namespace miv::pipeline
