// The example with gap junctions and a verification of its graph, change by
// change: exactly which steps run again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/unit/common/pipeline/example_copy.h"

namespace miv::pipeline {
namespace {

using testing::UnorderedElementsAreArray;

constexpr char kPipeline[] = "pipeline.yaml";
constexpr char kAdded[] = R"(
  gaps:
    kind: gap_junctions
    uses: [network, forest_PVBC, forest_OLM]
    config:
      locations: {PVBC: {PVBC: [basal, apical], OLM: [basal]}}
      connection_probabilities: {PVBC: {PVBC: 0.3, OLM: 0.1}}
      connection_weights: {0: 1.0, 50: 0.5, 100: 0.1}
      coupling_coefficients: {PVBC: {PVBC: 2.0, OLM: 1.0}}
      coupling_weights: {0: 1.0, 100: 0.5}
  check: {kind: verify, uses: [graph]}
)";

struct AdditionCase {
  std::string name;
  std::vector<std::string> reruns;
  std::function<void(ExampleCopy&)> edit = [](ExampleCopy&) {};
  std::vector<std::string> sets = {};
};

class Addition : public testing::TestWithParam<AdditionCase> {};

TEST_P(Addition, RerunsExactlyTheseSteps) {
  ExampleCopy example;
  example.Append(kPipeline, kAdded);
  const Keys before = example.KeysOf(kPipeline);
  ASSERT_TRUE(before.contains("check"));
  GetParam().edit(example);
  std::vector<std::string> changed;
  for (const auto& [step, key] : example.KeysOf(kPipeline, GetParam().sets))
    if (before.at(step) != key) changed.push_back(step);
  EXPECT_THAT(changed, UnorderedElementsAreArray(GetParam().reruns));
}

AdditionCase Set(std::string name, std::vector<std::string> reruns,
                 std::vector<std::string> sets) {
  return {.name = std::move(name),
          .reruns = std::move(reruns),
          .sets = std::move(sets)};
}

AdditionCase Edit(std::string name, std::vector<std::string> reruns,
                  const char* file, const char* from, const char* to) {
  return {.name = std::move(name),
          .reruns = std::move(reruns),
          .edit = [=](ExampleCopy& e) { e.Edit(file, from, to); }};
}

std::string NameOf(const testing::TestParamInfo<AdditionCase>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    GapJunctions, Addition,
    testing::Values(
        Set("Probability", {"gaps"},
            {"steps.gaps.config.connection_probabilities.PVBC.OLM=0.2"}),
        Set("Locations", {"gaps"},
            {"steps.gaps.config.locations.PVBC.OLM=[apical]"}),
        Set("WeightByDistance", {"gaps"},
            {"steps.gaps.config.connection_weights.50=0.6"}),
        Set("BoundsOfTheDistance", {"gaps"},
            {"steps.gaps.config.connection_bounds=[0, 80]"}),
        Set("Coefficient", {"gaps"},
            {"steps.gaps.config.coupling_coefficients.PVBC.PVBC=3"}),
        Set("WeightByPathLength", {"gaps"},
            {"steps.gaps.config.coupling_weights.200=0.25"}),
        Set("BoundsOfThePathLength", {"gaps"},
            {"steps.gaps.config.coupling_bounds=[10, 90]"}),
        Set("Directions", {"gaps"}, {"steps.gaps.config.directions=one"}),
        Set("Seed", {"gaps"}, {"steps.gaps.seed=5"}),
        Set("DefaultsWrittenOut", {},
            {"steps.gaps.config.directions=both",
             "steps.gaps.config.coordinate_namespace=Generated Coordinates",
             "steps.gaps.config.connection_probabilities.PVBC.OLM=0.10"}),
        Set("RanksAndIoSizes", {},
            {"steps.gaps.ranks=3", "steps.gaps.config.io_size=2",
             "steps.gaps.config.chunk_size=100"}),
        Edit("Spelling", {}, kPipeline,
             "locations: {PVBC: {PVBC: [basal, apical], OLM: [basal]}}",
             "Locations: {PVBC: {OLM: [basal], PVBC: [basal, apical]}}"),
        Edit("MorphologyOfPyr",
             {"forest_PYR", "synapses_PYR", "connections_PYR", "graph", "run",
              "check"},
             "morphology/PYR.swc", "\n0 1 0.000000 ", "\n0 1 0.5 "),
        Edit("MorphologyOfOlm",
             {"forest_OLM", "synapses_OLM", "connections_OLM", "graph", "run",
              "gaps", "check"},
             "morphology/OLM.swc", "\n0 1 -10.000000 ", "\n0 1 -9.5 "),
        Set("PlacesOfTheCells",
            {"network", "distances", "connections_PYR", "connections_PVBC",
             "connections_OLM", "graph", "run", "gaps", "check"},
            {"steps.network.config.rotation=[0, 0, 30]"}),
        Edit("DensityOfOlm",
             {"synapses_OLM", "connections_OLM", "graph", "run", "check"},
             "config/cell_types.yml", "SO: {mean: 0.5, variance: 0}",
             "SO: {mean: 0.6, variance: 0}")),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Verification, Addition,
    testing::Values(
        Set("Contacts", {"connections_OLM", "graph", "run", "check"},
            {"steps.connections_OLM.config.synapses.OLM.PYR.contacts=2"}),
        Set("Origin",
            {"distances", "connections_PYR", "connections_PVBC",
             "connections_OLM", "graph", "run", "check"},
            {"steps.distances.config.origin.U=min"}),
        Edit("UnitConductance", {"run"}, "config/synapses.yml",
             "g_unit: 1.6e-3", "g_unit: 1.7e-3"),
        Edit("MechanismOfASynapse", {"run"}, "mechanisms/LinExp2Syn.mod",
             "NEURON {", "NEURON { : faster\n"),
        Set("End", {"run"}, {"steps.run.config.t_end=501"}),
        // The same files, checked against another description of them.
        Set("FilesOfTheGraphByName", {},
            {"steps.check.config={cells: \"step:graph\", connections: "
             "\"step:graph\"}"}),
        Set("Seed", {}, {"steps.check.seed=5"}),
        Set("Ranks", {}, {"steps.check.ranks=4"})),
    NameOf);

}  // namespace
}  // namespace miv::pipeline
