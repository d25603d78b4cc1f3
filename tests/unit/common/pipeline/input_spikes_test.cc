// Inputs and the simulations that play them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/pipeline/cache_key.h"
#include "tests/unit/common/pipeline/inputs_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

ResolvedPipeline Resolved(const std::vector<std::string>& overrides = {}) {
  auto resolved = InputsAfter(overrides);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  return resolved.ok() ? *resolved : ResolvedPipeline();
}

std::vector<std::string> WarningsAfter(
    const std::vector<std::string>& overrides) {
  std::vector<std::string> texts;
  for (const Warning& warning : Resolved(overrides).warnings)
    if (warning.text.find("no cell type") == std::string::npos)
      texts.push_back(warning.field + ": " + warning.text);
  return texts;
}

TEST(InputSpikes, HaveTheseDefaults) {
  const auto resolved = Resolved();
  EXPECT_EQ(resolved.FindStep("rates")->config,
            json({{"trials", {{"n", 1}, {"duration", 1000}}},
                  {"inputs", {{{"population", "STIM"}, {"rate", 20}}}},
                  {"equilibration", 0.0},
                  {"refractory", 3.0},
                  {"namespace", "Input Spikes"},
                  {"attribute", "Spike Train"}}));
}

TEST(InputSpikes, AreFoundByTheSimulationUnderTheirOwnNames) {
  const auto resolved = Resolved({"steps.rates.config.namespace=Input Spikes A",
                                  "steps.rates.config.attribute=t"});
  const ResolvedStep* run = resolved.FindStep("run");
  EXPECT_EQ(run->config["stimulus"][0]["namespace"], "Input Spikes A");
  EXPECT_EQ(run->config["stimulus"][0]["attribute"], "t");
  const Input* input = run->FindInput("stimulus:0");
  ASSERT_NE(input, nullptr);
  EXPECT_EQ(input->step, "rates");
  EXPECT_EQ(input->output, "input_spikes.h5");
}

TEST(InputSpikes, ThatAreNotPlayedGiveAWarning) {
  EXPECT_THAT(WarningsAfter({}), IsEmpty());
  EXPECT_THAT(
      WarningsAfter(
          {"steps.run.config.stimulus=[{population: STIM, rate: 1}]"}),
      ElementsAre("steps.run.config.stimulus: The trains of step rates are not "
                  "played: no stimulus says file: step:rates."));
}

TEST(InputSpikes, CellsOfAStimulusWithoutATrainGiveAWarning) {
  EXPECT_THAT(
      WarningsAfter({"steps.rates.config.inputs=[{gids: [3, 1, 2], rate: 5}]"}),
      ElementsAre("steps.run.config.stimulus[0]: Step rates makes no train for "
                  "7 of the 10 cells: they stay silent."));
}

TEST(InputSpikes, MayBeAnImportedFile) {
  PipelineSpec spec = InputsPipeline();
  StepSpec& rates = Step(spec, "rates");
  rates.kind = "import";
  rates.uses.clear();
  rates.config = {{"file", "my.h5"}, {"stands_for", "input_spikes"}};
  const auto resolved = Resolve(spec);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(resolved->FindStep("run")->FindInput("stimulus:0")->output,
            "input_spikes.h5");
}

TEST(InputSpikes, KeyHoldsEveryFieldAndTheSeed) {
  const auto key = [](const std::string& override_text) {
    return CacheKey(*Resolved({override_text}).FindStep("rates"),
                    {{"types", "sha256:0"}});
  };
  const std::string same = key("steps.rates.config.trials.n=1");
  for (const char* change :
       {"seed=1", "steps.rates.config.trials.n=2",
        "steps.rates.config.trials.duration=2000",
        "steps.rates.config.equilibration=10",
        "steps.rates.config.refractory=2", "steps.rates.config.namespace=A",
        "steps.rates.config.attribute=t",
        "steps.rates.config.inputs[0].rate=21",
        "steps.rates.config.inputs[0].stop=500"})
    EXPECT_NE(key(change), same) << change;
  for (const char* change :
       {"steps.rates.ranks=2", "steps.rates.config.io_size=4"})
    EXPECT_EQ(key(change), same) << change;
}

}  // namespace
}  // namespace miv::pipeline
