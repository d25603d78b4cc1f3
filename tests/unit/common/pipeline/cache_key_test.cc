// For each change, the exact set of steps that run again.

#include "common/pipeline/cache_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "common/base/digest.h"
#include "common/pipeline/model_files.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::UnorderedElementsAreArray;

// A pipeline and the files beside it.
struct Model {
  PipelineSpec spec = Network();
  std::map<std::string, std::string> files = {
      {"./swc/PYR.swc", "p"}, {"./swc/PVBC.swc", "b"}, {"./swc/OLM.swc", "o"}};
  FileTexts templates = {
      {"PoolosPyramidalCell.hoc",
       "begintemplate PoolosPyramidalCell insert hd"},
      {"PVBasketCell.hoc", "begintemplate PVBasketCell insert kdr"},
      {"OLMCell.hoc", "begintemplate OLMCell insert kdr"}};
  FileTexts mechanisms = {{"hd.mod", "NEURON { SUFFIX hd }"},
                          {"kdr.mod", "NEURON { SUFFIX kdr }"},
                          {"syn.mod", "NEURON { POINT_PROCESS LinExp2Syn }"},
                          {"stim.mod", "NEURON { ARTIFICIAL_CELL VecStim }"}};

  template <typename Change>
  void ForSteps(const std::string& kind, Change change) {
    for (StepSpec& step : spec.steps)
      if (step.kind == kind) change(step.config);
  }
};

std::string DigestOfTexts(const FileTexts& all,
                          const std::vector<std::string>& names) {
  json texts = json::object();
  for (const auto& name : names) texts[name] = all.at(name);
  return DigestOf(texts.dump());
}

std::vector<std::string> Names(const FileTexts& texts) {
  std::vector<std::string> names;
  for (const auto& [name, text] : texts) names.push_back(name);
  return names;
}

// What the two directories mean to a step: all of them to a simulation, what
// one template needs to the placement of synapses.
std::string DirectoryDigest(const Model& model, const ResolvedStep& step,
                            const std::string& role) {
  const bool templates = role == "templates";
  const FileTexts& texts = templates ? model.templates : model.mechanisms;
  if (step.kind == "simulation") return DigestOfTexts(texts, Names(texts));
  const std::string name =
      step.config["cell_types"][step.population()]["template"];
  const auto files = ModelFilesOf(name, model.templates, model.mechanisms);
  EXPECT_TRUE(files.ok()) << files.status();
  return DigestOfTexts(texts, templates ? files->templates : files->mechanisms);
}

// Keys by step, as if every output were the hash of its step's key.
std::map<std::string, std::string> KeysOf(const Model& model) {
  std::map<std::string, std::string> keys;
  const auto resolved = Resolve(model.spec);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  if (!resolved.ok()) return keys;
  for (const std::size_t index : resolved->order) {
    const ResolvedStep& step = resolved->steps[index];
    std::map<std::string, std::string> digests;
    for (const Input& input : step.inputs) {
      if (input.directory)
        digests[input.role] = DirectoryDigest(model, step, input.role);
      else if (input.step.empty())
        digests[input.role] = DigestOf(model.files.at(input.path));
      else
        digests[input.role] = DigestOf(keys.at(input.step) + input.output);
    }
    keys[step.name] = CacheKey(step, digests);
    EXPECT_TRUE(IsDigest(keys[step.name]));
  }
  return keys;
}

struct ChangeCase {
  std::string name;
  std::function<void(Model&)> change;
  std::vector<std::string> reruns;
};

class Change : public testing::TestWithParam<ChangeCase> {};

TEST_P(Change, RunsExactlyTheseStepsAgain) {
  const auto before = KeysOf(Model());
  Model model;
  GetParam().change(model);
  std::vector<std::string> changed;
  for (const auto& [step, key] : KeysOf(model))
    if (before.at(step) != key) changed.push_back(step);
  EXPECT_THAT(changed, UnorderedElementsAreArray(GetParam().reruns));
}

const std::vector<std::string>& Everything() {
  static const auto* const kNames =
      new std::vector<std::string>{"h5_types",
                                   "network",
                                   "distances",
                                   "forest_PYR",
                                   "forest_PVBC",
                                   "forest_OLM",
                                   "synapses_PYR",
                                   "synapses_PVBC",
                                   "synapses_OLM",
                                   "connections_PYR",
                                   "connections_PVBC",
                                   "connections_OLM",
                                   "graph",
                                   "run"};
  return *kNames;
}

// The design's list.
INSTANTIATE_TEST_SUITE_P(
    Promised, Change,
    testing::Values(
        ChangeCase{"GUnit",
                   [](Model& m) {
                     m.ForSteps("generate_connections", [](json& config) {
                       config["synapses"]["PYR"]["PVBC"]["mechanisms"]["GABA_A"]
                             ["g_unit"] = 0.1;
                     });
                   },
                   {"run"}},
        ChangeCase{"OlmDensity",
                   [](Model& m) {
                     m.ForSteps("distribute_synapses", [](json& config) {
                       config["cell_types"]["OLM"]["synapses"]["density"]
                             ["basal"]["inhibitory"]["SO"]["mean"] = 1.5;
                     });
                   },
                   {"synapses_OLM", "connections_OLM", "graph", "run"}},
        ChangeCase{"PvbcMorphology",
                   [](Model& m) { m.files["./swc/PVBC.swc"] = "moved"; },
                   {"forest_PVBC", "synapses_PVBC", "connections_PVBC", "graph",
                    "run"}},
        ChangeCase{"SynapseModFile",
                   [](Model& m) { m.mechanisms["syn.mod"] += " : faster"; },
                   {"run"}},
        ChangeCase{"ModFileOfATemplate",
                   [](Model& m) { m.mechanisms["hd.mod"] += " : faster"; },
                   {"synapses_PYR", "connections_PYR", "graph", "run"}},
        ChangeCase{"End",
                   [](Model& m) { Step(m.spec, "run").config["t_end"] = 501; },
                   {"run"}},
        ChangeCase{"Electrode",
                   [](Model& m) {
                     Step(m.spec, "run").config["lfp"][0]["pos"][0] = 1;
                   },
                   {"run"}},
        ChangeCase{"Ranks",
                   [](Model& m) {
                     for (StepSpec& step : m.spec.steps) step.ranks = 7;
                   },
                   {}},
        ChangeCase{"IoSizes",
                   [](Model& m) {
                     for (const char* kind :
                          {"network_architecture", "distribute_synapses",
                           "generate_connections"})
                       m.ForSteps(kind, [](json& config) {
                         config["io_size"] = 4;
                         config["chunk_size"] = 5;
                         config["value_chunk_size"] = 6;
                         config["ranks"] = 3;
                       });
                   },
                   {}},
        ChangeCase{"Paths",
                   [](Model& m) {
                     m.files["/else/o.swc"] = m.files["./swc/OLM.swc"];
                     Step(m.spec, "forest_OLM").config["morphology"] =
                         "/else/o.swc";
                     m.spec.templates_path = "/else/t";
                     m.spec.mechanisms_path = "/else/m";
                   },
                   {}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    More, Change,
    testing::Values(
        ChangeCase{
            "SpellingOfNumbers",
            [](Model& m) {
              Step(m.spec, "run").config["t_end"] = 500.0;
              Step(m.spec, "network").config["layer_extents"]["SO"][1] = {
                  200, 2e2, 5};
            },
            {}},
        ChangeCase{"DefaultsWrittenOut",
                   [](Model& m) {
                     Step(m.spec, "run").config["dt"] = 0.025;
                     Step(m.spec, "network").config["nodeiter"] = 10;
                     Step(m.spec, "network").config["rotation"] = {0, 0, 0};
                   },
                   {}},
        ChangeCase{"NamesOfPipelineAndKinds",
                   [](Model& m) {
                     m.spec.name = "other";
                     Step(m.spec, "network").kind = "architecture";
                     Step(m.spec, "run").kind =
                         "miv_simulator.interface.simulation";
                   },
                   {}},
        ChangeCase{"MoreUses",
                   [](Model& m) {
                     Step(m.spec, "forest_PYR").uses.push_back("forest_OLM");
                   },
                   {}},
        ChangeCase{"FormOfMechanisms",
                   [](Model& m) {
                     m.ForSteps("generate_connections", [](json& config) {
                       auto& mechanisms =
                           config["synapses"]["PYR"]["PVBC"]["mechanisms"];
                       mechanisms = {{"default", mechanisms}};
                     });
                   },
                   {}},
        ChangeCase{"Seed",
                   [](Model& m) { m.spec.seed = 4; },
                   {"network", "distances", "synapses_PYR", "synapses_PVBC",
                    "synapses_OLM", "connections_PYR", "connections_PVBC",
                    "connections_OLM", "graph", "run"}},
        ChangeCase{"SeedOfAStepThatDrawsNothing",
                   [](Model& m) { Step(m.spec, "forest_PYR").seed = 4; },
                   {}},
        ChangeCase{
            "LayerExtents",
            [](Model& m) {
              Step(m.spec, "network").config["layer_extents"]["SLM"][1][2] =
                  160;
            },
            {"network", "distances", "connections_PYR", "connections_PVBC",
             "connections_OLM", "graph", "run"}},
        ChangeCase{"CellCount",
                   [](Model& m) {
                     Step(m.spec, "h5_types")
                         .config["cell_distributions"]["PYR"]["SP"] = 224;
                   },
                   Everything()},
        ChangeCase{
            "AxonExtentOfOlm",
            [](Model& m) {
              m.ForSteps("generate_connections", [](json& config) {
                config["axon_extents"]["OLM"]["default"]["width"] = {150, 150};
              });
            },
            {"connections_PYR", "connections_PVBC", "graph", "run"}},
        ChangeCase{"ProportionsOfPyr",
                   [](Model& m) {
                     m.ForSteps("generate_connections", [](json& config) {
                       auto& pyr = config["synapses"]["PYR"];
                       pyr["PVBC"]["proportions"][1] = 0.25;
                       pyr["OLM"]["proportions"][1] = 0.75;
                     });
                   },
                   {"connections_PYR", "graph", "run"}},
        ChangeCase{
            "UnusedLayerDefinition",
            [](Model& m) {
              Step(m.spec, "synapses_PYR").config["layer_definitions"] = {
                  {"SO", 5},  {"SP", 6},       {"SR", 8},
                  {"SLM", 9}, {"default", -1}, {"Extra", 20}};
            },
            {}},
        ChangeCase{"TemplateOfOlm",
                   [](Model& m) { m.templates["OLMCell.hoc"] += " // new"; },
                   {"synapses_OLM", "connections_OLM", "graph", "run"}},
        ChangeCase{"OverrideInTheSimulation",
                   [](Model& m) {
                     Step(m.spec, "run")
                         .config["synapses"]["PYR"]["PVBC"]["mechanisms"]
                                ["GABA_A"]["weight"] = 2;
                   },
                   {"run"}},
        ChangeCase{"ContentOfAStimulusFile",
                   [](Model& m) {
                     m.files["./in.h5"] = "spikes";
                     Step(m.spec, "run").config["stimulus"][0] = {
                         {"population", "STIM"}, {"file", "./in.h5"}};
                   },
                   {"run"}}),
    [](const auto& info) { return info.param.name; });

TEST(CacheKey, DependsOnTheContentOfStimulusFilesNotOnTheirNames) {
  const auto resolved = ResolvedNetwork(
      "steps.run.config.stimulus[0]={population: STIM, file: ./a.h5}");
  const auto renamed = ResolvedNetwork(
      "steps.run.config.stimulus[0]={population: STIM, file: ./b.h5}");
  const auto key = [](const ResolvedPipeline& pipeline, const char* digest) {
    return CacheKey(*pipeline.FindStep("run"), {{"stimulus:0", digest}});
  };
  EXPECT_EQ(key(resolved, "x"), key(renamed, "x"));
  EXPECT_NE(key(resolved, "x"), key(resolved, "y"));
}

TEST(CacheKey, InputWithoutADigestGivesAKeyOfItsOwn) {
  const auto resolved = ResolvedNetwork();
  const ResolvedStep& step = *resolved.FindStep("network");
  EXPECT_NE(CacheKey(step, {}), CacheKey(step, {{"types", ""}}));
  EXPECT_EQ(CacheKey(step, {{"types", "a"}}),
            CacheKey(step, {{"types", "a"}, {"other", "b"}}));
}

TEST(KeyConfig, HoldsOnlyWhatTheKindReads) {
  const auto resolved = ResolvedNetwork();
  EXPECT_EQ(KeyConfig(*resolved.FindStep("forest_PYR")),
            json({{"layer_from", "column"}, {"population", "PYR"}}));
  EXPECT_EQ(KeyConfig(*resolved.FindStep("graph")), json::object());
  const json olm = KeyConfig(*resolved.FindStep("synapses_OLM"));
  EXPECT_EQ(
      olm["cell_types"],
      json({{"OLM",
             {{"template", "OLMCell"},
              {"density",
               {{"basal",
                 {{"excitatory", {{"SO", {{"mean", 3.6}, {"variance", 0.1}}}}},
                  {"inhibitory",
                   {{"SO", {{"mean", 1.06}, {"variance", 0.1}}}}}}}}}}}}));
  EXPECT_EQ(olm["layer_definitions"], json({{"SO", 5}, {"default", -1}}));
  const json edges = KeyConfig(*resolved.FindStep("connections_OLM"));
  EXPECT_EQ(edges["axon_extents"].size(), 2u);
  EXPECT_FALSE(edges["synapses"]["OLM"]["PYR"].contains("mechanisms"));
  EXPECT_EQ(edges["synapses"].size(), 1u);
}

}  // namespace
}  // namespace miv::pipeline
