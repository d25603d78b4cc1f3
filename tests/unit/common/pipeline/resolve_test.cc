// What Resolve makes of a good pipeline.

#include "common/pipeline/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "common/base/fault.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

const json& ConfigOf(const ResolvedPipeline& pipeline,
                     const std::string& step) {
  return pipeline.FindStep(step)->config;
}

std::vector<std::string> WarningsOf(const ResolvedPipeline& pipeline) {
  std::vector<std::string> texts;
  for (const Warning& w : pipeline.warnings)
    texts.push_back(w.field + ": " + w.text);
  return texts;
}

TEST(Resolve, AcceptsTheDocumentedNetwork) {
  const auto resolved = ResolvedNetwork();
  ASSERT_EQ(resolved.steps.size(), 14u);
  EXPECT_EQ(resolved.name, "net");
  EXPECT_THAT(WarningsOf(resolved), IsEmpty());
  EXPECT_EQ(resolved.steps[1].kind, "network_architecture");
  EXPECT_EQ(resolved.steps[0].seed, 3);
  EXPECT_EQ(resolved.FindStep("run")->ranks, 2);
  EXPECT_EQ(resolved.FindStep("nobody"), nullptr);
}

TEST(Resolve, KeepsTheOrderOfTheFileAndGivesOneToRun) {
  PipelineSpec spec = Network();
  std::reverse(spec.steps.begin(), spec.steps.end());
  const auto resolved = Resolve(spec);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(resolved->steps.front().name, "run");
  std::set<std::string> done;
  for (const std::size_t index : resolved->order) {
    for (const auto& used : resolved->steps[index].uses)
      EXPECT_EQ(done.count(used), 1u) << used;
    done.insert(resolved->steps[index].name);
  }
  EXPECT_EQ(done.size(), 14u);
}

TEST(Resolve, ErrorsGetFileAndLineFromTheSourceMap) {
  std::string text = NetworkYaml();
  text.replace(text.find("./swc/OLM.swc"), 13, "./swc/OLM.swc, populatoin: X");
  const auto loaded = Load(text);
  const auto status =
      config::WithSource(Resolve(loaded.spec).status(), loaded.sources);
  EXPECT_EQ(status.message(),
            "net.yaml:39: steps.forest_OLM.config.populatoin: unknown field of "
            "generate_synapse_forest. Did you mean \"population\"?");
  EXPECT_EQ(FaultOf(status)->step, "forest_OLM");
}

TEST(Resolve, FillsInDefaultsOfEveryKind) {
  const auto resolved = ResolvedNetwork();
  EXPECT_EQ(ConfigOf(resolved, "h5_types")["population_definitions"],
            json({{"STIM", 0}, {"PYR", 100}, {"PVBC", 101}, {"OLM", 102}}));
  const json& network = ConfigOf(resolved, "network");
  EXPECT_EQ(network["rotation"], json({0, 0, 0}));
  EXPECT_EQ(network["coordinate_namespace"], "Generated Coordinates");
  EXPECT_EQ(network["nodeiter"], 10);
  EXPECT_EQ(network["dispersion_delta"], 0.1);
  EXPECT_EQ(network["snap_delta"], 0.01);
  EXPECT_EQ(network["compat_sampling"], false);
  EXPECT_EQ(ConfigOf(resolved, "distances")["origin"],
            json({{"U", "median"}, {"V", "median"}, {"L", "max"}}));
  const json& synapses = ConfigOf(resolved, "synapses_PYR");
  EXPECT_EQ(synapses["distribution"], "poisson");
  EXPECT_EQ(synapses["density_semantics"], "per_layer");
  EXPECT_EQ(synapses["point_process"], "homogeneous");
  EXPECT_EQ(synapses["layer_definitions"]["SLM"], 9);
  EXPECT_EQ(synapses["layer_definitions"]["default"], -1);
  const json& connections = ConfigOf(resolved, "connections_PYR");
  EXPECT_EQ(connections["synapses"]["PYR"]["STIM"]["contacts"], 1);
  EXPECT_EQ(connections["allow_autapses"], false);
  const json& run = ConfigOf(resolved, "run");
  EXPECT_EQ(run["dt"], 0.025);
  EXPECT_EQ(run["v_init"], -65);
  EXPECT_EQ(run["celsius"], nullptr);
  EXPECT_EQ(run["secondorder"], 2);
  EXPECT_EQ(run["lfp"][0]["rho"], 333);
  EXPECT_EQ(run["lfp"][0]["dt_lfp"], 0.1);
  EXPECT_EQ(run["lfp"][0]["label"], "electrode");
  EXPECT_EQ(run["record"][0]["section"], "soma");
}

TEST(Resolve, TakesConfigFromTheStepsUpstream) {
  const auto resolved =
      ResolvedNetwork("steps.network.config.rotation=[0, 0, 90]");
  const json& cells = ConfigOf(resolved, "h5_types")["cell_distributions"];
  const json& network = ConfigOf(resolved, "network");
  EXPECT_EQ(network["cell_distributions"], cells);
  const json& distances = ConfigOf(resolved, "distances");
  EXPECT_EQ(distances["cell_distributions"], cells);
  EXPECT_EQ(distances["layer_extents"], network["layer_extents"]);
  EXPECT_EQ(distances["rotation"], json({0, 0, 90}));
}

TEST(Resolve, OwnConfigWinsOverWhatUpstreamImplies) {
  const auto resolved = ResolvedNetwork(
      "steps.distances.config={layer_extents: {SP: [[0, 0, 0], [9, 9, 9]]}}");
  EXPECT_EQ(ConfigOf(resolved, "distances")["layer_extents"],
            json({{"SP", {{0, 0, 0}, {9, 9, 9}}}}));
}

TEST(Resolve, LayerDefinitionsPassFromSynapsesToConnections) {
  PipelineSpec spec = Network();
  const json layers = {{"SO", 1}, {"SP", 2}, {"SR", 3}, {"SLM", 4}};
  Step(spec, "synapses_PYR").config["layer_definitions"] = layers;
  const auto resolved = Resolve(spec);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(ConfigOf(*resolved, "connections_PYR")["layer_definitions"],
            layers);
}

TEST(Resolve, MechanismsHaveOneFormWhateverTheirSpelling) {
  const std::string field =
      "steps.connections_PYR.config.synapses.PYR.PVBC.mechanisms=";
  const auto mechanisms = [&](const std::string& value) {
    return ConfigOf(ResolvedNetwork(field + value),
                    "connections_PYR")["synapses"]["PYR"]["PVBC"]["mechanisms"];
  };
  const json gaba = {{"GABA_A", {{"weight", 1}}}};
  EXPECT_EQ(mechanisms("{GABA_A: {weight: 1}}"), json({{"default", gaba}}));
  EXPECT_EQ(mechanisms("{default: {GABA_A: {weight: 1}}}"),
            json({{"default", gaba}}));
  EXPECT_EQ(
      mechanisms("{soma: {GABA_A: {weight: 1}}, 7: {GABA_A: {weight: 1}}}"),
      json({{"1", gaba}, {"7", gaba}}));
}

TEST(Resolve, OldFieldsAreAcceptedWithAWarning) {
  const auto resolved =
      ResolvedNetwork("steps.connections_PYR.config.template_path=./templates");
  EXPECT_THAT(WarningsOf(resolved),
              ElementsAre("steps.connections_PYR.config.template_path: The "
                          "field has no effect here; remove it."));
  EXPECT_FALSE(ConfigOf(resolved, "connections_PYR").contains("template_path"));
}

TEST(Resolve, OldFieldsWithTheOriginalsDefaultsAreQuiet) {
  PipelineSpec spec = Network();
  Step(spec, "connections_PYR")
      .config.update({{"resolution", {30, 30, 10}},
                      {"connectivity_namespace", "Connections"}});
  Step(spec, "network")
      .config.update(
          {{"resolution", {3, 3, 3}}, {"geometry_filepath", nullptr}});
  const auto resolved = Resolve(spec);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_THAT(WarningsOf(*resolved), IsEmpty());
}

TEST(Resolve, ResourcesInAConfigAreUnderstood) {
  PipelineSpec spec = Network();
  auto& config = Step(spec, "network").config;
  config["ranks"] = 5;
  config["nodes"] = "1";
  config["seed"] = 11;
  config["io_size"] = -1;
  const auto resolved = Resolve(spec);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  const ResolvedStep& step = *resolved->FindStep("network");
  EXPECT_EQ(step.ranks, 5);
  EXPECT_EQ(step.seed, 11);
  EXPECT_FALSE(step.config.contains("ranks"));
  EXPECT_FALSE(step.config.contains("nodes"));
  EXPECT_FALSE(step.config.contains("seed"));
  EXPECT_FALSE(step.config.contains("io_size"));
}

TEST(Resolve, WarnsOfTimesThatAreNeverReached) {
  EXPECT_THAT(WarningsOf(ResolvedNetwork("steps.run.config.stimulus[0]="
                                         "{gids: [0], times: [1, 600, 700]}")),
              ElementsAre("steps.run.config.stimulus[0].times: 2 times lie "
                          "after t_end and are never reached."));
}

TEST(ResolveSimulation, CellTypesAndSynapsesComeFromEachPopulationsOwnStep) {
  PipelineSpec spec = Network();
  Step(spec, "synapses_OLM").config["cell_types"]["OLM"]["template"] = "Own";
  Step(spec, "connections_OLM")
      .config["synapses"]["OLM"]["PYR"]["mechanisms"]["AMPA"]["e"] = 5;
  const auto resolved = Resolve(spec);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  const json& run = ConfigOf(*resolved, "run");
  EXPECT_EQ(run["cell_types"]["OLM"]["template"], "Own");
  EXPECT_EQ(run["cell_types"]["PYR"]["template"], "PoolosPyramidalCell");
  EXPECT_EQ(run["cell_types"]["STIM"]["template"], "VecStim");
  EXPECT_EQ(run["synapses"]["OLM"]["PYR"]["mechanisms"]["default"]["AMPA"]["e"],
            5);
}

TEST(ResolveSimulation, GivenValuesAreMergedOverThoseOfTheGraph) {
  const auto resolved = ResolvedNetwork(
      "steps.run.config.synapses={PYR: {PVBC: {mechanisms: {GABA_A: {g_unit: "
      "0.5}}}}}");
  const json& inhibition = ConfigOf(resolved, "run")["synapses"]["PYR"]["PVBC"];
  EXPECT_EQ(inhibition["mechanisms"], json({{"default",
                                             {{"GABA_A",
                                               {{"tau_rise", 0.3},
                                                {"tau_decay", 6.2},
                                                {"e", -60},
                                                {"g_unit", 0.5},
                                                {"weight", 1.0}}}}}}));
  EXPECT_EQ(ConfigOf(resolved,
                     "connections_PYR")["synapses"]["PYR"]["PVBC"]["mechanisms"]
                                       ["default"]["GABA_A"]["g_unit"],
            0.005);
}

TEST(ResolveSimulation, LeavesOutWhatOnlyBuildingReads) {
  const auto resolved = ResolvedNetwork();
  const json& run = ConfigOf(resolved, "run");
  EXPECT_EQ(run["cell_types"]["OLM"], json({{"template", "OLMCell"},
                                            {"mechanism", json::object()},
                                            {"synapses", json::object()}}));
  EXPECT_EQ(run["synapses"]["PYR"]["PVBC"].size(), 1u);
}

TEST(ResolveSimulation, OutputsFollowFromElectrodesAndDebugTables) {
  EXPECT_THAT(ResolvedNetwork("steps.run.config.lfp=").FindStep("run")->outputs,
              ElementsAre("results.h5"));
  EXPECT_THAT(ResolvedNetwork("steps.run.config.lfp=[{pos: [0, 0, 0]}, {pos: "
                              "[0, 0, 1]}, {pos: [0, 0, 2], label: deep}]")
                  .FindStep("run")
                  ->outputs,
              ElementsAre("results.h5", "readout.npy",
                          "readout_electrode_2.npy", "readout_deep.npy"));
  EXPECT_THAT(ResolvedNetwork("steps.run.config.debug={netcons: true}")
                  .FindStep("run")
                  ->outputs,
              ElementsAre("results.h5", "netcons.tsv", "readout.npy"));
}

TEST(FilesOf, NamesEveryFileOnce) {
  const auto resolved = ResolvedNetwork(
      "steps.run.config.stimulus[0]={population: STIM, file: ./in.h5}");
  EXPECT_THAT(
      FilesOf(resolved),
      ElementsAre(
          FileReference{"./swc/PYR.swc", "steps.forest_PYR.config.morphology"},
          FileReference{"./swc/PVBC.swc",
                        "steps.forest_PVBC.config.morphology"},
          FileReference{"./swc/OLM.swc", "steps.forest_OLM.config.morphology"},
          FileReference{"./mechanisms", "files.mechanisms", true},
          FileReference{"./templates", "files.templates", true},
          FileReference{"./in.h5", "steps.run.config.stimulus[0].file"}));
  EXPECT_THAT(FilesOf(*resolved.FindStep("forest_OLM")),
              ElementsAre(FileReference{"./swc/OLM.swc",
                                        "steps.forest_OLM.config.morphology"}));
}

TEST(ResolvedJson, RoundTripsWithoutLoss) {
  const auto resolved =
      ResolvedNetwork("steps.connections_PYR.config.template_path=./templates");
  const auto back = ResolvedFromJson(json::parse(ToJson(resolved).dump()));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, resolved);
}

TEST(ResolvedJson, RefusesWhatItDidNotWrite) {
  json value = ToJson(ResolvedNetwork());
  value["steps"][0]["kind"] = "types";
  EXPECT_EQ(ResolvedFromJson(value).status().code(),
            absl::StatusCode::kDataLoss);
  value = ToJson(ResolvedNetwork());
  value["order"][0] = 99;
  EXPECT_EQ(ResolvedFromJson(value).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(ResolvedFromJson(json::array()).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(Resolve, RefusesABrokenHead) {
  PipelineSpec spec = Network();
  spec.api = "miv/v2";
  EXPECT_EQ(FaultOf(Resolve(spec).status())->reason, "UNSUPPORTED_API");
  spec = Network();
  spec.steps.clear();
  EXPECT_EQ(Resolve(spec).status().message(),
            "steps: the number of steps is out of range; expected 1 to 1000, "
            "found 0");
  spec = Network();
  spec.steps[3].uses.assign(20001, "network");
  EXPECT_EQ(FaultOf(Resolve(spec).status())->what,
            "the steps have too many uses");
  spec = Network();
  spec.steps[3].name = "network";
  EXPECT_EQ(Resolve(spec).status().message(),
            "steps.network: two steps have the same name. Rename one of them.");
  spec = Network();
  spec.steps[3].name = "../x";
  EXPECT_EQ(FaultOf(Resolve(spec).status())->reason, "BAD_NAME");
  spec = Network();
  spec.steps[3].ranks = 1025;
  EXPECT_EQ(Resolve(spec).status().message(),
            "steps.forest_PYR.ranks: the value is out of range; expected an "
            "integer from 1 to 1024, found 1025");
}

}  // namespace
}  // namespace miv::pipeline
