// Reading, changing and storing pipelines.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/base/fault.h"
#include "common/pipeline/pipeline.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::ElementsAre;

std::string LoadError(const std::string& text) {
  const auto document = config::ParseYaml(text, "net.yaml", "");
  if (!document.ok()) return std::string(document.status().message());
  return std::string(PipelineFromDocument(*document, "net").status().message());
}

TEST(PipelineFromDocument, ReadsEveryField) {
  const auto loaded = Load(
      "api: miv/v1\n"
      "name: demo\n"
      "seed: 7\n"
      "files: {templates: ./t, mechanisms: ./m, morphology: ./s}\n"
      "steps:\n"
      "  zeta: {kind: h5_types, ranks: 2, seed: 3, config: {a: 1}}\n"
      "  alpha: {kind: architecture, uses: zeta}\n"
      "  beta: {kind: distances, uses: [alpha, zeta]}\n");
  const PipelineSpec& spec = loaded.spec;
  EXPECT_EQ(spec.api, "miv/v1");
  EXPECT_EQ(spec.name, "demo");
  EXPECT_EQ(spec.seed, 7);
  EXPECT_EQ(spec.templates_path, "./t");
  EXPECT_EQ(spec.mechanisms_path, "./m");
  EXPECT_EQ(spec.morphology_path, "./s");
  ASSERT_EQ(spec.steps.size(), 3u);
  EXPECT_EQ(spec.steps[0], (StepSpec{.name = "zeta",
                                     .kind = "h5_types",
                                     .config = {{"a", 1}},
                                     .ranks = 2,
                                     .seed = 3}));
  EXPECT_EQ(spec.steps[1].name, "alpha");
  EXPECT_THAT(spec.steps[1].uses, ElementsAre("zeta"));
  EXPECT_THAT(spec.steps[2].uses, ElementsAre("alpha", "zeta"));
}

TEST(PipelineFromDocument, NameDefaultsToTheFiles) {
  EXPECT_EQ(Load("api: miv/v1\nsteps: {a: {kind: import}}\n").spec.name, "net");
}

TEST(PipelineFromDocument, ErrorsNameFileAndLine) {
  EXPECT_EQ(LoadError("name: x\nsteps: {}\n"),
            "net.yaml:1: api: the version of the pipeline vocabulary is "
            "required; expected miv/v1. Write \"api: miv/v1\".");
  EXPECT_EQ(LoadError("name: x\napi: miv/v2\nsteps: {}\n"),
            "net.yaml:2: api: unknown version of the pipeline vocabulary; "
            "expected miv/v1, found \"miv/v2\". Write \"api: miv/v1\".");
  EXPECT_EQ(LoadError("api: miv/v1\nstepps: {}\nsteps: {}\n"),
            "net.yaml:2: stepps: unknown field of a pipeline. Did you mean "
            "\"steps\"?");
  EXPECT_EQ(LoadError("api: miv/v1\nfiles: {template: x}\nsteps: {}\n"),
            "net.yaml:2: files.template: unknown field of files. Did you mean "
            "\"templates\"?");
  EXPECT_EQ(LoadError("api: miv/v1\n"),
            "net.yaml:1: steps: the field is required; expected a mapping from "
            "step to a value or null");
  EXPECT_EQ(LoadError("api: miv/v1\nsteps:\n  a:\n    knd: x\n"),
            "net.yaml:4: steps.a.knd: unknown field of a step. Did you mean "
            "\"kind\"?");
  EXPECT_EQ(LoadError("api: miv/v1\nsteps:\n  a:\n    uses: x\n"),
            "net.yaml:3: steps.a.kind: the field is required; expected a "
            "string");
  EXPECT_EQ(
      LoadError("api: miv/v1\nsteps:\n  a:\n    kind: x\n    uses: [1]\n"),
      "net.yaml:5: steps.a.uses[0]: the value has the wrong type; expected a "
      "step, found 1");
  EXPECT_EQ(LoadError("- a\n"),
            "net.yaml:1: a pipeline is a mapping; expected a mapping with api, "
            "name, seed, files, steps, found [\"a\"]");
  EXPECT_EQ(LoadError("api: miv/v1\nsteps:\n  a: {kind: x}\n  a: {kind: y}\n"),
            "net.yaml:4: steps.a: the key was already given on line 3. Keep "
            "one of the two.");
}

TEST(LoadPipelineFile, KnowsItsDirectoryAndFiles) {
  const auto root = std::filesystem::temp_directory_path() /
                    ("miv_pipeline_file_" + std::to_string(::getpid()));
  std::filesystem::create_directories(root);
  std::ofstream(root / "cells.yml") << "PYR: {SP: 3}\n";
  const auto path = root / "model.yaml";
  std::ofstream(path) << "api: miv/v1\n"
                         "steps:\n"
                         "  types:\n"
                         "    kind: h5_types\n"
                         "    config:\n"
                         "      cell_distributions: from_file('cells.yml')\n";
  const auto loaded = LoadPipelineFile(path.string());
  std::filesystem::remove_all(root);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->spec.name, "model");
  EXPECT_EQ(loaded->spec.steps[0].config["cell_distributions"],
            json({{"PYR", {{"SP", 3}}}}));
  EXPECT_EQ(loaded->directory, root.string());
  EXPECT_THAT(loaded->files,
              ElementsAre(path.string(), (root / "cells.yml").string()));
  EXPECT_EQ(LoadPipelineFile((root / "no.yaml").string()).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(LoadPipelineFile, ReadsTheExample) {
  const auto loaded =
      LoadPipelineFile(MIV_SOURCE_DIR "/examples/microcircuit/pipeline.yaml");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const auto resolved = Resolve(loaded->spec);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_TRUE(resolved->warnings.empty());
}

TEST(PipelineJson, RoundTripsWithoutLoss) {
  PipelineSpec spec = Network();
  spec.steps[0].seed = -3;
  const auto back = PipelineFromJson(json::parse(ToJson(spec).dump()));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, spec);
}

TEST(PipelineJson, RefusesOtherShapes) {
  EXPECT_FALSE(PipelineFromJson(3).ok());
  EXPECT_FALSE(PipelineFromJson({{"api", "miv/v1"}, {"name", "x"}}).ok());
  json value = ToJson(Network());
  value["steps"][0].erase("name");
  EXPECT_EQ(FaultOf(PipelineFromJson(value).status())->field, "steps[0].name");
}

TEST(ApplyOverride, SetsFieldsByPath) {
  PipelineSpec spec = Network();
  const auto set = [&spec](const char* text) {
    EXPECT_EQ(ApplyOverride(spec, text), absl::OkStatus());
  };
  set("steps.run.config.t_end=100");
  set("steps.run.config.lfp[0].pos[2]=7.5");
  set("steps.run.config.lfp[1]={pos: [1, 2, 3]}");
  set("steps.run.config.connection_velocity.PYR=300");
  set("steps.run.ranks=4");
  set("steps.run.seed=8");
  set("steps.run.uses=[graph, network]");
  set("seed=9");
  set("name=other");
  set("files.templates=./mine");
  set("files.mechanisms=");
  const StepSpec& run = Step(spec, "run");
  EXPECT_EQ(run.config["t_end"], 100);
  EXPECT_EQ(run.config["lfp"][0]["pos"], json({100, 100, 7.5}));
  EXPECT_EQ(run.config["lfp"][1]["pos"], json({1, 2, 3}));
  EXPECT_EQ(run.config["connection_velocity"], json({{"PYR", 300}}));
  EXPECT_EQ(run.ranks, 4);
  EXPECT_EQ(run.seed, 8);
  EXPECT_THAT(run.uses, ElementsAre("graph", "network"));
  EXPECT_EQ(spec.seed, 9);
  EXPECT_EQ(spec.name, "other");
  EXPECT_EQ(spec.templates_path, "./mine");
  EXPECT_EQ(spec.mechanisms_path, "");
  EXPECT_EQ(spec.steps.size(), 14u);
}

TEST(ApplyOverride, NullTakesAFieldAway) {
  PipelineSpec spec = Network();
  ASSERT_EQ(ApplyOverride(spec, "steps.run.config.t_end="), absl::OkStatus());
  EXPECT_FALSE(Step(spec, "run").config.contains("t_end"));
}

TEST(ApplyOverride, LongestStepNameWins) {
  PipelineSpec spec;
  spec.name = "x";
  spec.steps.push_back({.name = "a", .kind = "import"});
  spec.steps.push_back({.name = "a.config", .kind = "import"});
  ASSERT_EQ(ApplyOverride(spec, "steps.a.config.config.v=1"), absl::OkStatus());
  EXPECT_EQ(spec.steps[1].config, json({{"v", 1}}));
  EXPECT_EQ(spec.steps[0].config, json::object());
}

TEST(ApplyOverride, LaterErrorsNameTheOverride) {
  LoadedPipeline loaded = Load(NetworkYaml());
  ASSERT_EQ(
      ApplyOverride(loaded.spec, "steps.run.config.dt=0", &loaded.sources),
      absl::OkStatus());
  EXPECT_EQ(config::WithSource(Resolve(loaded.spec).status(), loaded.sources)
                .message(),
            "--set steps.run.config.dt=0: steps.run.config.dt: the value is "
            "out of range; expected a number above 0, found 0");
}

struct OverrideCase {
  std::string name;
  std::string text;
  std::string message;
};

class OverrideError : public testing::TestWithParam<OverrideCase> {};

TEST_P(OverrideError, SaysWhatIsWrong) {
  PipelineSpec spec = Network();
  const PipelineSpec before = spec;
  const auto status = ApplyOverride(spec, GetParam().text);
  EXPECT_EQ(status.message(), "--set " + GetParam().text + GetParam().message);
  EXPECT_EQ(spec, before);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, OverrideError,
    testing::Values(
        OverrideCase{"NoValue", "t_end",
                     ": there is no \"=\". Write --set "
                     "steps.NAME.config.FIELD=VALUE."},
        OverrideCase{"UnknownStep", "steps.rnu.config.t_end=1",
                     ": steps.rnu.config.t_end: there is no such step; found "
                     "\"rnu\". Did you mean \"run\"?"},
        OverrideCase{"OnlyAStep", "steps.run.=1",
                     ": steps.run.: names a step, not a field"},
        OverrideCase{"AllSteps", "steps=1",
                     ": steps: all steps at once cannot be set. Write --set "
                     "steps.NAME.config.FIELD=VALUE."},
        OverrideCase{"NoSuchEntry", "steps.run.config.lfp[5].rho=1",
                     ": steps.run.config.lfp[5].rho: there is no entry 5. "
                     "Entries that exist can be set, and the next one after "
                     "the last."},
        OverrideCase{"BelowANumber", "steps.run.config.t_end.x=1",
                     ": steps.run.config.t_end.x: \"x\" is below a value that "
                     "has no fields"},
        OverrideCase{"BadIndex", "steps.run.config.lfp[x]=1",
                     ": config.lfp[x]: an index is a number in brackets"},
        OverrideCase{"EmptyName", "steps.run.config..x=1",
                     ": config..x: a name in the path is empty"},
        OverrideCase{"NotYaml", "steps.run.config.t_end=[1",
                     ":1: not valid YAML: end of sequence flow not found"},
        OverrideCase{"WrongType", "seed=x",
                     ": seed: the value has the wrong type; expected an "
                     "integer, found \"x\""},
        OverrideCase{"Ranks", "steps.run.ranks=1025",
                     ": steps.run.ranks: the value is out of range; expected "
                     "an integer from 1 to 1024, found 1025"},
        OverrideCase{"UnknownHeader", "sed=1",
                     ": sed: unknown field of a pipeline. Did you mean "
                     "\"seed\"?"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace miv::pipeline
