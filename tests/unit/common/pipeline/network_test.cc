// Declarative networks: what they expand into, and how errors find back.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/pipeline/cache_key.h"
#include "common/pipeline/expand_network.h"
#include "tests/unit/common/pipeline/example_copy.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kExample[] = MIV_SOURCE_DIR "/examples/microcircuit/";

LoadedPipeline LoadExample(const std::string& file,
                           const std::vector<std::string>& overrides = {}) {
  auto loaded = LoadPipelineFile(kExample + file, overrides);
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return loaded.ok() ? *std::move(loaded) : LoadedPipeline();
}

LoadedPipeline Declarative(const std::vector<std::string>& overrides = {}) {
  return LoadExample("pipeline_declarative.yaml", overrides);
}

ResolvedPipeline ResolveOrFail(const PipelineSpec& spec) {
  auto resolved = Resolve(spec);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  return resolved.ok() ? *std::move(resolved) : ResolvedPipeline();
}

json& ConfigOf(PipelineSpec& spec) { return Step(spec, "network").config; }
json& Document(PipelineSpec& spec) { return ConfigOf(spec)["config"]; }

// The error of the example after a change, with file and line.
std::string ErrorOf(const std::vector<std::string>& overrides) {
  const auto loaded = LoadPipelineFile(
      std::string(kExample) + "pipeline_declarative.yaml", overrides);
  if (!loaded.ok()) return std::string(loaded.status().message());
  return std::string(
      config::WithSource(Resolve(loaded->spec).status(), loaded->sources)
          .message());
}

// Keys as if every output were the hash of its step's key, and every file that
// of its path.
std::map<std::string, std::string> KeysOf(const ResolvedPipeline& pipeline) {
  std::map<std::string, std::string> keys;
  for (const std::size_t index : pipeline.order) {
    const ResolvedStep& step = pipeline.steps[index];
    std::map<std::string, std::string> digests;
    for (const Input& input : step.inputs)
      digests[input.role] = DigestOf(
          input.step.empty() ? input.path : keys.at(input.step) + input.output);
    keys[step.name] = CacheKey(step, digests);
  }
  return keys;
}

TEST(Network, ExpandsIntoTheStepsOfTheHandWrittenPipeline) {
  const auto written = ResolveOrFail(LoadExample("pipeline.yaml").spec);
  const auto expanded = ResolveOrFail(Declarative().spec);
  EXPECT_THAT(expanded.warnings, IsEmpty());
  ASSERT_EQ(expanded.steps.size(), written.steps.size());
  for (const ResolvedStep& step : written.steps) {
    const ResolvedStep* same = expanded.FindStep(DeclarativeName(step.name));
    ASSERT_NE(same, nullptr) << step.name;
    EXPECT_EQ(same->kind, step.kind);
    EXPECT_EQ(same->config.dump(), step.config.dump()) << step.name;
    EXPECT_EQ(same->seed, step.seed);
    EXPECT_EQ(same->ranks, step.ranks);
    EXPECT_EQ(same->outputs, step.outputs);
    ASSERT_EQ(same->inputs.size(), step.inputs.size()) << step.name;
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
      EXPECT_EQ(same->inputs[i].role, step.inputs[i].role);
      EXPECT_EQ(same->inputs[i].output, step.inputs[i].output);
      EXPECT_EQ(std::filesystem::path(same->inputs[i].path).lexically_normal(),
                std::filesystem::path(step.inputs[i].path).lexically_normal());
    }
  }
}

TEST(Network, ExpandsTheSameWhereItsContentArrivesAsJson) {
  const PipelineSpec spec = Declarative().spec;
  const auto sent = PipelineFromJson(json::parse(ToJson(spec).dump()));
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(ResolveOrFail(*sent), ResolveOrFail(spec));
}

TEST(Network, ReferencesResolveToItsGraph) {
  PipelineSpec spec = Declarative().spec;
  StepSpec& run = Step(spec, "run");
  run.uses.clear();
  run.config["cells"] = "step:network/cells.h5";
  run.config["connections"] = "step:network";
  const ResolvedPipeline resolved = ResolveOrFail(spec);
  const ResolvedStep& step = *resolved.FindStep("run");
  EXPECT_EQ(step.FindInput("cells")->step, "network");
  EXPECT_EQ(step.FindInput("connections")->output, "connections.h5");
}

TEST(Network, SeedAndRanksAreThoseOfAllItsSteps) {
  PipelineSpec spec = Declarative({"steps.network.seed=7"}).spec;
  Step(spec, "network").ranks = 3;
  for (const ResolvedStep& step : ResolveOrFail(spec).steps) {
    EXPECT_EQ(step.seed, step.name == "run" ? 0 : 7) << step.name;
    EXPECT_EQ(step.ranks, step.name == "run" ? 2 : 3) << step.name;
  }
}

TEST(Network, SeedMayStandInTheConfig) {
  const auto resolved =
      ResolveOrFail(Declarative({"steps.network.config.seed=9"}).spec);
  EXPECT_EQ(resolved.FindStep("network_architecture")->seed, 9);
}

TEST(Network, WhatItUsesComesFirst) {
  PipelineSpec spec = Declarative().spec;
  spec.steps.push_back({.name = "cells",
                        .kind = "import",
                        .config = {{"file", "./PYR.swc"},
                                   {"stands_for", "morphology"},
                                   {"population", "PYR"}}});
  Step(spec, "network").uses = {"cells"};
  const ResolvedPipeline resolved = ResolveOrFail(spec);
  EXPECT_THAT(resolved.FindStep("network_h5_types")->uses,
              ElementsAre("cells"));
  EXPECT_EQ(
      resolved.FindStep("network_forest_PYR")->FindInput("morphology")->step,
      "cells");
}

TEST(Network, BuildsTheChosenPopulationsOnly) {
  const auto resolved = ResolveOrFail(
      Declarative({"steps.network.config.populations=[OLM]"}).spec);
  std::vector<std::string> names;
  for (const ResolvedStep& step : resolved.steps) names.push_back(step.name);
  EXPECT_THAT(names, ElementsAre("network_h5_types", "network_architecture",
                                 "network_distances", "network_forest_OLM",
                                 "network_synapses_OLM",
                                 "network_connections_OLM", "network", "run"));
}

TEST(Network, OptionsReachTheStepsOfTheirKind) {
  const auto resolved = ResolveOrFail(
      Declarative({"steps.network.config.options={synapses: {point_process: "
                   "original, distribution: uniform}, architecture: "
                   "{compat_sampling: true}}"})
          .spec);
  for (const char* population : {"PYR", "PVBC", "OLM"}) {
    const ResolvedStep& step =
        *resolved.FindStep(std::string("network_synapses_") + population);
    EXPECT_EQ(step.config["point_process"], "original");
    EXPECT_EQ(step.config["distribution"], "uniform");
  }
  EXPECT_EQ(
      resolved.FindStep("network_architecture")->config["compat_sampling"],
      true);
}

TEST(Network, LastLayersFollowItsText) {
  // PYR, apical, excitatory: SP, SR, SLM.
  const auto resolved = ResolveOrFail(
      Declarative({"steps.network.config.options={distribute_synapses: "
                   "{density_semantics: last_layer}}"})
          .spec);
  const json& synapses = resolved.FindStep("network_synapses_PYR")
                             ->config["cell_types"]["PYR"]["synapses"];
  EXPECT_EQ(synapses["last_layers"]["apical"]["excitatory"], "SLM");
}

TEST(Network, SourcesKeepTheirWrittenOrder) {
  PipelineSpec spec = Declarative().spec;
  const auto projections = [](const PipelineSpec& of) {
    return ResolveOrFail(of)
        .FindStep("network_h5_types")
        ->config["projections"]["PYR"];
  };
  EXPECT_EQ(projections(spec), json({"STIM", "PYR", "PVBC", "OLM"}));
  ConfigOf(spec)["projections"] = {{"PYR", {"OLM"}}};
  EXPECT_EQ(projections(spec), json({"OLM", "PVBC", "PYR", "STIM"}));
}

TEST(Network, BothSpellingsOfMechanismsMeanTheSame) {
  PipelineSpec spec = Declarative().spec;
  const auto before = KeysOf(ResolveOrFail(spec));
  json& projection =
      Document(spec)["Connection Generator"]["Synapses"]["PYR"]["PVBC"];
  projection["swctype mechanisms"] = {{"default", projection["mechanisms"]}};
  projection.erase("mechanisms");
  EXPECT_EQ(KeysOf(ResolveOrFail(spec)), before);
}

TEST(Network, NamesOfPopulationsBecomeNamesOfSteps) {
  PipelineSpec spec = Declarative().spec;
  json& document = Document(spec);
  const auto copy = [](json& map, const char* from, const char* to) {
    map[to] = json(map[from]);
  };
  for (const char* name : {"O M", "O+M"}) {
    copy(document["Geometry"]["Cell Distribution"], "OLM", name);
    copy(document["Cell Types"], "OLM", name);
    copy(document["Connection Generator"]["Synapses"], "OLM", name);
  }
  document["Definitions"]["Populations"]["O M"] = 103;
  document["Definitions"]["Populations"]["O+M"] = 104;
  const auto resolved = ResolveOrFail(spec);
  EXPECT_EQ(resolved.FindStep("network_forest_O_M")->population(), "O M");
  EXPECT_EQ(resolved.FindStep("network_connections_O_M_2")->population(),
            "O+M");
}

TEST(Network, ItsDirectoriesServeTheSimulationToo) {
  PipelineSpec spec = Declarative().spec;
  spec.templates_path = spec.mechanisms_path = spec.morphology_path = "";
  ConfigOf(spec)["template_path"] = "./t";
  ConfigOf(spec)["mechanisms"] = "./m";
  ConfigOf(spec)["morphology_path"] = "./s";
  const auto resolved = ResolveOrFail(spec);
  const ResolvedStep& run = *resolved.FindStep("run");
  EXPECT_EQ(run.FindInput("templates")->path, "./t");
  EXPECT_EQ(run.FindInput("templates")->field,
            "steps.network.config.template_path");
  EXPECT_EQ(run.FindInput("mechanisms")->path, "./m");
  const ResolvedStep& synapses = *resolved.FindStep("network_synapses_PYR");
  EXPECT_EQ(synapses.FindInput("mechanisms")->path, "./m");
  EXPECT_EQ(synapses.FindInput("templates")->field,
            "steps.network.config.template_path");
  EXPECT_EQ(
      resolved.FindStep("network_forest_PYR")->FindInput("morphology")->path,
      "./s/PYR.swc");
}

TEST(Network, SectionsThatAreNotReadAreReported) {
  PipelineSpec spec = Declarative().spec;
  json& document = Document(spec);
  document["Random Seeds"] = {{"Soma Locations", 1}};
  document["Stimulus"] = {{"Equilibration Duration", 250}};
  document["Cell Data"] = "cells.h5";
  document["Cell Types"]["PYR"]["mechanism file"] = "pyr.yaml";
  document["Definitions"]["SWC Types"]["spine"] = 9;
  document["Connection Generator"]["Synapses"].erase("OLM");
  ConfigOf(spec)["projections"].erase("OLM");
  std::vector<std::string> fields;
  for (const Warning& warning : ResolveOrFail(spec).warnings)
    fields.push_back(warning.field);
  const std::string at = "steps.network.config.config.";
  EXPECT_THAT(fields, ElementsAre(at + "Cell Types.PYR.mechanism file",
                                  at + "Definitions.SWC Types.spine",
                                  at + "Cell Types.OLM", at + "Random Seeds",
                                  at + "Stimulus"));
}

TEST(Network, SharedWarningIsGivenOnce) {
  const auto resolved = ResolveOrFail(
      Declarative({"steps.network.config.options={synapses: {io_size: 2}, "
                   "connections: {resolution: [1, 2, 3]}}"})
          .spec);
  ASSERT_EQ(resolved.warnings.size(), 1u);
  EXPECT_EQ(resolved.warnings[0].field,
            "steps.network.config.options.connections.resolution");
}

TEST(NetworkFile, IsAmongTheFilesOfThePipeline) {
  const LoadedPipeline loaded = Declarative();
  EXPECT_THAT(loaded.files,
              testing::Contains(std::string(kExample) + "./network.yaml"));
  EXPECT_THAT(loaded.files,
              testing::Contains(std::string(kExample) + "config/synapses.yml"));
  EXPECT_FALSE(loaded.spec.steps[0].config.contains("config_filepath"));
}

// A model directory: config/net.yaml, templates, morphology, and a pipeline.
TEST(NetworkFile, ImpliesTheDirectoriesOfItsModel) {
  namespace fs = std::filesystem;
  const fs::path root = fs::temp_directory_path() /
                        ("miv_network_file_" + std::to_string(::getpid()));
  for (const char* name : {"config", "templates", "morphology"})
    fs::create_directories(root / name);
  std::ofstream(root / "config/cells.yml") << "PYR: {SP: 3}\n";
  std::ofstream(root / "config/net.yaml")
      << "Geometry:\n"
         "  Cell Distribution: !include cells.yml\n";
  std::ofstream(root / "p.yaml") << "api: miv/v1\n"
                                    "files: {morphology: ./swc}\n"
                                    "steps:\n"
                                    "  net:\n"
                                    "    kind: network\n"
                                    "    config:\n"
                                    "      config_filepath: config/net.yaml\n";
  const auto loaded = LoadPipelineFile((root / "p.yaml").string());
  fs::remove_all(root);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const json& config = loaded->spec.steps[0].config;
  EXPECT_EQ(config["config"]["Geometry"]["Cell Distribution"],
            json({{"PYR", {{"SP", 3}}}}));
  EXPECT_EQ(config["template_path"], "templates");
  EXPECT_FALSE(config.contains("mechanisms_path"));  // there is none
  EXPECT_FALSE(config.contains("morphology_path"));  // files name one
  EXPECT_EQ(loaded->sources.Find("steps.net.config.config.Geometry")->file,
            (root / "config/net.yaml").string());
  EXPECT_EQ(loaded->sources.Find("steps.net.config.template_path")->line, 7);
}

TEST(NetworkFile, OverridesReachIntoIt) {
  const LoadedPipeline loaded = Declarative(
      {"steps.network.config.config.Geometry.Cell Distribution.OLM.SO=5"});
  EXPECT_EQ(ResolveOrFail(loaded.spec)
                .FindStep("network_h5_types")
                ->config["cell_distributions"]["OLM"]["SO"],
            5);
}

TEST(NetworkFile, ErrorsNameItsFileAndLine) {
  const auto at = [](const char* file) { return kExample + std::string(file); };
  EXPECT_EQ(
      ErrorOf({"steps.network.config.config_filepath=./netwrk.yaml"}),
      "--set steps.network.config.config_filepath=./netwrk.yaml: "
      "steps.network.config.config_filepath: there is no ./netwrk.yaml; "
      "expected a declarative MiV YAML. Relative paths start at the directory "
      "of the pipeline file.");
  EXPECT_THAT(ErrorOf({"steps.network.config.config={}"}),
              HasSubstr("the network is also given as config"));
  // Of an expanded step, about what stands in an included file.
  PipelineSpec spec;
  LoadedPipeline loaded = Declarative();
  Document(loaded.spec)["Connection Generator"]["Synapses"]["OLM"]["PYR"]
                       ["proportions"] = {0.5};
  const auto status =
      config::WithSource(Resolve(loaded.spec).status(), loaded.sources);
  EXPECT_THAT(std::string(status.message()),
              testing::StartsWith(
                  at("config/synapses.yml") +
                  ":69: steps.network.config.config.Connection "
                  "Generator.Synapses.OLM: the proportions of excitatory"));
}

TEST(Expansion, FindsTheLongestOriginLastGiven) {
  Expansion expansion;
  expansion.AddOrigin("steps.a_b", "steps.a");
  expansion.AddOrigin("steps.a_b.config.x", "steps.a.config.Y");
  expansion.AddOrigin("steps.a_b.config.x", "steps.a.config.Z");
  EXPECT_EQ(expansion.Written("steps.a_b.config.x[1].c"),
            "steps.a.config.Z[1].c");
  EXPECT_EQ(expansion.Written("steps.a_b.config.xx"), "steps.a.config.xx");
  EXPECT_EQ(expansion.Written("steps.a_bc"), "steps.a_bc");
}

}  // namespace
}  // namespace miv::pipeline
