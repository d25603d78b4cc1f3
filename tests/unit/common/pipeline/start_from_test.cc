// Simulations that start from the checkpoint of another.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"
#include "common/pipeline/cache_key.h"
#include "common/pipeline/resolve.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// The network with a run of 5 ms before the other one, which starts from it.
PipelineSpec Continued(json first, const std::string& from = "step:first") {
  PipelineSpec spec = Network();
  first["t_end"] = first.value("t_end", 5);
  spec.steps.push_back({.name = "first",
                        .kind = "simulation",
                        .config = std::move(first),
                        .uses = {"graph"}});
  Step(spec, "run").config["start_from"] = from;
  return spec;
}

std::string MessageOf(const PipelineSpec& spec) {
  const auto resolved = Resolve(spec);
  return resolved.ok() ? "" : std::string(resolved.status().message());
}

TEST(StartFrom, TakesTheCheckpointOfTheStepThatItNames) {
  const auto resolved = Resolve(Continued({{"save_checkpoint", true}}));
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  const Input* input = resolved->FindStep("run")->FindInput("start_from");
  ASSERT_NE(input, nullptr);
  EXPECT_EQ(input->step + "/" + input->output, "first/checkpoint.miv");
  EXPECT_THAT(resolved->FindStep("first")->outputs, Contains("checkpoint.miv"));
  EXPECT_THAT(resolved->FindStep("run")->outputs,
              Not(Contains("checkpoint.miv")));
}

TEST(StartFrom, TakesAFile) {
  PipelineSpec spec = Network();
  Step(spec, "run").config["start_from"] = "./checkpoint.miv";
  const auto resolved = Resolve(spec);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(resolved->FindStep("run")->FindInput("start_from")->path,
            "./checkpoint.miv");
}

TEST(StartFrom, IsNeverImpliedByWhatAStepUses) {
  PipelineSpec spec = Continued({{"save_checkpoint", true}});
  Step(spec, "run").config.erase("start_from");
  Step(spec, "run").uses.push_back("first");
  const auto resolved = Resolve(spec);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(resolved->FindStep("run")->FindInput("start_from"), nullptr);
}

TEST(StartFrom, NeedsAStepThatSavesOne) {
  EXPECT_THAT(MessageOf(Continued(json::object())),
              HasSubstr("start_from: the step does not provide start_from; "
                        "expected a step of kind simulation, found first, of "
                        "kind simulation, checkpoint.miv. Set "
                        "save_checkpoint: true in that step."));
  EXPECT_THAT(MessageOf(Continued(json::object(), "step:graph")),
              HasSubstr("found graph, of kind neuroh5_graph"));
}

TEST(StartFrom, NeedsEqualTimeSteps) {
  EXPECT_THAT(MessageOf(Continued({{"save_checkpoint", true}, {"dt", 0.05}})),
              HasSubstr("config.dt: the run that it starts from has another; "
                        "expected 0.05, found 0.025"));
  EXPECT_THAT(
      MessageOf(Continued({{"save_checkpoint", true}, {"secondorder", 0}})),
      HasSubstr("config.secondorder: the run that it starts from has "
                "another; expected 0, found 2"));
}

TEST(StartFrom, EndsAfterItsStart) {
  EXPECT_THAT(
      MessageOf(Continued({{"save_checkpoint", true}, {"t_end", 5000}})),
      HasSubstr("config.t_end: the run that it starts from ends later; "
                "expected above 5000 ms"));
}

}  // namespace
}  // namespace miv::pipeline
