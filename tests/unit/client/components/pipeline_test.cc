// A pipeline written in C++ is the one that its YAML describes.

#include "client/components/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/components/build.h"
#include "client/components/other.h"
#include "client/components/simulation.h"
#include "common/base/fault.h"
#include "common/pipeline/cache_key.h"

namespace miv::client {
namespace {

using ::testing::SizeIs;

constexpr char kYaml[] = R"(
api: miv/v1
name: small
seed: 3
files: {templates: ./hoc, mechanisms: ./mod, morphology: ./swc}
steps:
  types:
    kind: h5_types
    config:
      cell_distributions: {STIM: {SP: 4}, PYR: {SO: 1, SP: 6}}
      projections: {PYR: [STIM]}
  network:
    kind: network_architecture
    uses: [types]
    ranks: 2
    config:
      cell_distributions: {STIM: {SP: 4}, PYR: {SO: 1, SP: 6}}
      layer_extents: {SO: [[0, 0, 0], [90, 90, 5]], SP: [[0, 0, 5], [90, 90, 50]]}
      cell_constraints: {PYR: {SP: [10, 40]}}
  distances: {kind: measure_distances, uses: network, config: {origin: {U: 45, V: mean, L: max}}}
  forest:
    kind: generate_synapse_forest
    uses: [network, distances]
    config: {population: PYR, morphology: ./swc/PYR.swc}
  synapses:
    kind: distribute_synapses
    uses: [network, forest]
    seed: 5
    config:
      population: PYR
      distribution: poisson
      forest_filepath: step:forest/forest.h5
      cell_types:
        STIM: {template: VecStim, mechanism: {}, synapses: {}}
        PYR:
          template: Pyramidal
          synapses:
            density:
              basal: {excitatory: {SP: {mean: 0.5, variance: 0.1}, default: {mean: 0.1}}}
  connections:
    kind: generate_connections
    uses: [network, distances, synapses]
    config:
      population: PYR
      axon_extents: {STIM: {default: {width: [200, 200], offset: [0, 0]}}}
      synapses: &projections
        PYR:
          STIM:
            type: excitatory
            sections: [basal]
            layers: [SP]
            proportions: [1.0]
            mechanisms: {AMPA: {tau_rise: 0.5, tau_decay: 3, e: 0, g_unit: 1.0e-4, weight: 1}}
  graph: {kind: neuroh5_graph, uses: [network, distances, forest, synapses, connections]}
  check: {kind: verify, uses: graph}
  trains:
    kind: input_spikes
    uses: types
    config: {inputs: [{population: STIM, rate: 8}], trials: {duration: 50}}
  run:
    kind: simulation
    uses: [graph, trains]
    ranks: 2
    config:
      t_end: 50
      connection_velocity: {STIM: 100}
      synapses: {PYR: {STIM: {mechanisms: {basal: {AMPA: {g_unit: 2.0e-4}}}}}}
      stimulus: [{population: STIM, file: step:trains}]
      clamps: [{population: PYR, section: soma, delay: 5, dur: 10, amp: 0.1}]
      lfp: [{label: SP, pos: [45, 45, 30], place_cells: trees}]
      record: [{label: soma, population: PYR, limit: 2}]
)";

const CellDistributions kCells = {{"STIM", {{"SP", 4}}},
                                  {"PYR", {{"SO", 1}, {"SP", 6}}}};

struct Geometry {
  Step types, network, distances;
};

Geometry AddGeometry(Pipeline* pipeline) {
  const Step types =
      pipeline->Add("types", H5Types{.cell_distributions = kCells,
                                     .projections = {{"PYR", {"STIM"}}}});
  const Step network = pipeline->Add(
      "network",
      NetworkArchitecture{.cell_distributions = kCells,
                          .layer_extents = {{"SO", {{0, 0, 0}, {90, 90, 5}}},
                                            {"SP", {{0, 0, 5}, {90, 90, 50}}}},
                          .cell_constraints = {{"PYR", {{"SP", {10, 40}}}}}},
      {.uses = {types}, .ranks = 2});
  const Step distances = pipeline->Add(
      "distances",
      MeasureDistances{.origin = {{"U", 45.0}, {"V", "mean"}, {"L", "max"}}},
      {.uses = {network}});
  return {types, network, distances};
}

Step AddSynapses(Pipeline* pipeline, const Step& network, const Step& forest) {
  const Densities density = {{SectionClass::kBasal,
                              {{SynapseType::kExcitatory,
                                {{"SP", {.mean = 0.5, .variance = 0.1}},
                                 {"default", {.mean = 0.1}}}}}}};
  return pipeline->Add(
      "synapses",
      DistributeSynapses{
          .forest_filepath = File(forest, "forest.h5"),
          .cell_types = {{"STIM",
                          {.template_name = "VecStim",
                           .mechanism = std::map<std::string, Json>(),
                           .synapses = CellSynapses()}},
                         {"PYR",
                          {.template_name = "Pyramidal",
                           .synapses = CellSynapses{.density = density}}}},
          .population = "PYR",
          .distribution = Distribution::kPoisson},
      {.uses = {network, forest}, .seed = 5});
}

Step AddConnections(Pipeline* pipeline, const Geometry& geometry,
                    const Step& synapses) {
  return pipeline->Add(
      "connections",
      GenerateConnections{
          .population = "PYR",
          .axon_extents = {{"STIM",
                            {{"default",
                              {.width = {200, 200}, .offset = {{0, 0}}}}}}},
          .synapses = {{"PYR",
                        {{"STIM",
                          {.type = SynapseType::kExcitatory,
                           .sections = {SectionClass::kBasal},
                           .layers = {"SP"},
                           .proportions = {1.0},
                           .mechanisms = {{"AMPA",
                                           {{"tau_rise", 0.5},
                                            {"tau_decay", 3},
                                            {"e", 0},
                                            {"g_unit", 1e-4},
                                            {"weight", 1}}}}}}}}}},
      {.uses = {geometry.network, geometry.distances, synapses}});
}

void AddRun(Pipeline* pipeline, const Step& types, const Step& graph) {
  pipeline->Add("check", Verify{}, {.uses = {graph}});
  const Step trains =
      pipeline->Add("trains",
                    InputSpikes{.inputs = {{.population = "STIM", .rate = 8}},
                                .trials = {.duration = 50}},
                    {.uses = {types}});
  const Projections stronger = {
      {"PYR",
       {{"STIM",
         {.mechanisms_by_section = {
              {"basal", {{"AMPA", {{"g_unit", 2e-4}}}}}}}}}}};
  pipeline->Add(
      "run",
      Simulation{
          .synapses = stronger,
          .connection_velocity = std::map<std::string, double>{{"STIM", 100}},
          .t_end = 50,
          .stimulus = {{.population = "STIM", .file = trains}},
          .clamps = {{.population = "PYR",
                      .section = "soma",
                      .delay = 5,
                      .dur = 10,
                      .amp = 0.1}},
          .lfp = {{.label = "SP",
                   .pos = {45, 45, 30},
                   .place_cells = CellPlacement::kTrees}},
          .record = {{.label = "soma", .population = "PYR", .limit = 2}}},
      {.uses = {graph, trains}, .ranks = 2});
}

Pipeline Written() {
  Pipeline pipeline("small");
  pipeline.SetSeed(3);
  pipeline.SetModel(
      {.templates = "./hoc", .mechanisms = "./mod", .morphology = "./swc"});
  const Geometry geometry = AddGeometry(&pipeline);
  const Step forest = pipeline.Add(
      "forest",
      GenerateSynapseForest{.population = "PYR", .morphology = "./swc/PYR.swc"},
      {.uses = {geometry.network, geometry.distances}});
  const Step synapses = AddSynapses(&pipeline, geometry.network, forest);
  const Step connections = AddConnections(&pipeline, geometry, synapses);
  const Step graph =
      pipeline.Add("graph", Neuroh5Graph{},
                   {.uses = {geometry.network, geometry.distances, forest,
                             synapses, connections}});
  AddRun(&pipeline, geometry.types, graph);
  return pipeline;
}

// Every input counts as its role.
std::string KeyOfStep(const pipeline::ResolvedStep& step) {
  std::map<std::string, std::string> digests;
  for (const auto& input : step.inputs) digests[input.role] = input.role;
  return pipeline::CacheKey(step, digests);
}

TEST(Pipeline, ResolvesToWhatItsYamlResolvesTo) {
  const auto document = config::ParseYaml(kYaml, "p.yaml", ".");
  ASSERT_TRUE(document.ok()) << document.status();
  const auto spec = pipeline::PipelineFromDocument(*document, "p");
  ASSERT_TRUE(spec.ok()) << spec.status();
  const auto expected = pipeline::Resolve(*spec);
  ASSERT_TRUE(expected.ok()) << expected.status();
  const auto found = Written().Resolve();
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_THAT(found->steps, SizeIs(10));
  for (std::size_t k = 0; k < found->steps.size(); ++k) {
    EXPECT_EQ(found->steps[k].config, expected->steps[k].config)
        << found->steps[k].name;
    EXPECT_EQ(KeyOfStep(found->steps[k]), KeyOfStep(expected->steps[k]))
        << found->steps[k].name;
  }
  EXPECT_EQ(*found, *expected);
}

TEST(Pipeline, NamesTheFieldOfAMistake) {
  Pipeline pipeline("p");
  pipeline.Add("types", H5Types{.cell_distributions = {{"PYR", {{"SP", -1}}}},
                                .projections = {}});
  const auto fault = FaultOf(pipeline.Resolve().status());
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->field, "steps.types.config.cell_distributions.PYR.SP");
}

TEST(Pipeline, TakesFieldsByNameAndTheFilesOfNetworks) {
  const std::string example =
      std::string(MIV_SOURCE_DIR) + "/examples/microcircuit";
  Pipeline pipeline("p");
  pipeline.SetModel({"templates", "mechanisms", "morphology"});
  const Step network = pipeline.Add(
      "network", Network{.config_filepath = "network.yaml"}, {.ranks = 2});
  const auto cell_types = FromYaml(example + "/config/cell_types.yml");
  ASSERT_TRUE(cell_types.ok()) << cell_types.status();
  pipeline.Add("run", Simulation{.t_end = 5},
               {.uses = {network},
                .config = {{"cell_types", *cell_types}, {"dt", 0.1}}});
  const auto submission = pipeline.Prepare(example);
  ASSERT_TRUE(submission.ok()) << submission.status();
  ASSERT_THAT(submission->resolved.steps, SizeIs(14));
  EXPECT_EQ(submission->resolved.FindStep("run")->config["dt"], 0.1);
  EXPECT_EQ(FaultOf(pipeline.Prepare("/nowhere").status())->reason,
            "FILE_NOT_FOUND");
}

}  // namespace
}  // namespace miv::client
