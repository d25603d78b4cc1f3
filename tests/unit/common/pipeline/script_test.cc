// Steps that run a program of the user's: what they provide, what is refused,
// what makes them another computation.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/base/fault.h"
#include "common/pipeline/cache_key.h"
#include "common/pipeline/resolve.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

json ThinningConfig() {
  return {{"program", "./thin.py"},
          {"args", {"{input:edges}", "{output}", 0.5}},
          {"inputs",
           {{"edges", "step:connections_PYR/connectivity.h5"},
            {"table", "./table.txt"}}},
          {"stands_for", "connections"},
          {"population", "PYR"}};
}

// The network with a program between connections_PYR and the graph.
PipelineSpec Thinned(json config = ThinningConfig()) {
  PipelineSpec spec = Network();
  for (std::string& used : Step(spec, "graph").uses)
    if (used == "connections_PYR") used = "thinned";
  spec.steps.push_back(
      {.name = "thinned", .kind = "script", .config = std::move(config)});
  return spec;
}

ResolvedStep ResolvedThinned(json config = ThinningConfig()) {
  const auto resolved = Resolve(Thinned(std::move(config)));
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  return resolved.ok() ? *resolved->FindStep("thinned") : ResolvedStep();
}

TEST(Script, ProvidesWhatItStandsFor) {
  const auto resolved = Resolve(Thinned());
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  const Input* input =
      resolved->FindStep("graph")->FindInput("connections:PYR");
  ASSERT_NE(input, nullptr);
  EXPECT_EQ(input->step + "/" + input->output, "thinned/connectivity.h5");
}

TEST(Script, BindsItsProgramAndItsNamedFiles) {
  const ResolvedStep step = ResolvedThinned();
  ASSERT_EQ(step.inputs.size(), 3u);
  EXPECT_EQ(step.FindInput("input:edges")->step, "connections_PYR");
  EXPECT_EQ(step.FindInput("input:table")->path, "./table.txt");
  EXPECT_EQ(step.FindInput("input:table")->field,
            "steps.thinned.config.inputs.table");
  EXPECT_EQ(step.FindInput("program")->path, "./thin.py");
  EXPECT_THAT(step.uses, ElementsAre("connections_PYR"));
  EXPECT_THAT(step.outputs, ElementsAre("connectivity.h5"));
  EXPECT_EQ(step.config["stands_for"], "generate_connections");
  EXPECT_FALSE(step.config.contains("inputs"));
  EXPECT_EQ(step.config["args"][2], "0.5");
  EXPECT_EQ(step.ranks, 1);
}

TEST(Script, NamesSingleFilesAndItsOwnOutputs) {
  json config = {{"program", "p"}, {"stands_for", "morphology"}};
  EXPECT_THAT(ResolvedThinned(config).outputs, ElementsAre("morphology.swc"));
}

struct Mistake {
  std::string name;
  std::function<void(json&)> make;
  std::string message;
};

class ScriptMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ScriptMistake, IsNamedWithItsRemedy) {
  json config = ThinningConfig();
  GetParam().make(config);
  const absl::Status status = Resolve(Thinned(config)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
  EXPECT_EQ(FaultOf(status)->step, "thinned");
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, ScriptMistake,
    testing::Values(
        Mistake{"NoProgram", [](json& c) { c.erase("program"); },
                "steps.thinned.config.program: the field is required"},
        Mistake{"StandsForSimulation",
                [](json& c) { c["stands_for"] = "simulation"; },
                "config.stands_for: a file cannot stand for this"},
        Mistake{"NoOutput", [](json& c) { c.erase("stands_for"); },
                "config.outputs: the program declares no output; expected a "
                "list of file names. Give outputs, or say what the program's "
                "file stands_for."},
        Mistake{"OtherOutput", [](json& c) { c["outputs"] = {"x.h5"}; },
                "config.outputs: the program stands for generate_connections, "
                "which writes one file; expected [\"connectivity.h5\"], found "
                "[\"x.h5\"]"},
        Mistake{"OutputInAnotherFolder",
                [](json& c) {
                  c.erase("stands_for");
                  c["outputs"] = {"../x.h5"};
                },
                "config.outputs[0]: not a name of an output"},
        Mistake{"OutputTwice",
                [](json& c) {
                  c.erase("stands_for");
                  c["outputs"] = {"x", "x"};
                },
                "config.outputs[1]: the output is declared twice"},
        Mistake{"UnknownStep",
                [](json& c) { c["inputs"]["edges"] = "step:conections_PYR"; },
                "config.inputs.edges: there is no such step; found "
                "\"conections_PYR\". Did you mean \"connections_PYR\"?"},
        Mistake{"UnknownOutputOfAStep",
                [](json& c) { c["inputs"]["edges"] = "step:h5_types/x.h5"; },
                "config.inputs.edges: the step does not provide input:edges; "
                "expected one of neuro.h5"},
        Mistake{"InputName", [](json& c) { c["inputs"]["a-b"] = "x"; },
                "config.inputs.a-b: not a name of an input; expected letters, "
                "digits or \"_\", no digit first, found \"a-b\""},
        Mistake{"InputsThatDifferInCapitals",
                [](json& c) { c["inputs"]["EDGES"] = "x"; },
                "two inputs have the same variable"},
        Mistake{"UnknownPlaceholder",
                [](json& c) { c["args"][0] = "--in={input:edge}"; },
                "config.args[0]: the argument names a file that the step does "
                "not declare"},
        Mistake{"ReservedVariable",
                [](json& c) { c["environment"]["MIV_SEED"] = 1; },
                "config.environment.MIV_SEED: the server sets this variable"},
        Mistake{"VariableName", [](json& c) { c["environment"]["a=b"] = 1; },
                "not a name of a variable"},
        Mistake{"InterpreterWithOptions",
                [](json& c) { c["interpreter"] = "python3 -u"; },
                "config.interpreter: not an interpreter; expected the name of "
                "an installed program, or its absolute path, found \"python3 "
                "-u\". Options go into the program's #! line."},
        Mistake{"NegativeTimeout", [](json& c) { c["timeout_s"] = -1; },
                "config.timeout_s: the value is out of range"},
        Mistake{"NoPopulation",
                [](json& c) {
                  c.erase("population");
                  c["stands_for"] = "generate_connections";
                },
                "config.population: the field is required: "
                "generate_connections is about one population"}),
    [](const auto& info) { return info.param.name; });

std::string KeyOf(const json& config, const std::string& program = "p",
                  std::int64_t seed = 0) {
  ResolvedStep step = ResolvedThinned(config);
  step.seed = seed;
  return CacheKey(
      step, {{"program", program}, {"input:edges", "e"}, {"input:table", "t"}});
}

TEST(Script, IsAnotherComputationWithAnotherProgramSeedOrCommandLine) {
  const json config = ThinningConfig();
  const std::string key = KeyOf(config);
  EXPECT_NE(KeyOf(config, "q"), key);
  EXPECT_NE(KeyOf(config, "p", 1), key);
  for (const json& change :
       {json{{"args", {"x"}}}, json{{"environment", {{"MODE", "fast"}}}},
        json{{"interpreter", "python3"}}, json{{"stands_for", "cells"}}}) {
    json changed = config;
    changed.update(change);
    EXPECT_NE(KeyOf(changed), key) << change;
  }
}

TEST(Script, IsTheSameComputationWithAnotherTimeoutOrPlace) {
  json config = ThinningConfig();
  const std::string key = KeyOf(config);
  config["timeout_s"] = 5;
  config["program"] = "/elsewhere/thin.py";
  config["inputs"]["table"] = "/elsewhere/table.txt";
  EXPECT_EQ(KeyOf(config), key);
}

}  // namespace
}  // namespace miv::pipeline
