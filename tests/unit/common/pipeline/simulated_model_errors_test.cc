// Mistakes in the cells and synapses that a simulation makes, found before
// anything runs; and what of a cell type reaches the simulation.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/base/fault.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct ModelMistake {
  const char* name;
  std::vector<std::string> overrides;
  const char* reason;
  const char* field;
  const char* text = "";  // of the message
};

class SimulatedModel : public testing::TestWithParam<ModelMistake> {};

TEST_P(SimulatedModel, NamesTheMistake) {
  PipelineSpec spec = Network();
  for (const std::string& text : GetParam().overrides)
    ASSERT_TRUE(ApplyOverride(spec, text).ok()) << text;
  const auto status = Resolve(spec).status();
  const auto fault = FaultOf(status);
  ASSERT_TRUE(fault.has_value()) << status;
  EXPECT_EQ(fault->reason, GetParam().reason) << status;
  EXPECT_EQ(fault->field, GetParam().field) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().text));
}

constexpr char kOwn[] = "steps.run.config.cell_types.PYR.";
constexpr char kBuilt[] = "steps.synapses_PYR.config.cell_types.PYR.";
constexpr char kAmpa[] =
    "steps.run.config.synapses.PYR.STIM.mechanisms.AMPA.weight";

std::string Own(const std::string& rest) { return kOwn + rest; }
std::string Built(const std::string& rest) { return kBuilt + rest; }
std::string Weight(const std::string& value) {
  return std::string(kAmpa) + "=" + value;
}

INSTANTIATE_TEST_SUITE_P(
    Cells, SimulatedModel,
    testing::Values(
        ModelMistake{"PopulationOfNobody",
                     {"steps.run.config.cell_types.PYRR={template: T}"},
                     "UNKNOWN_POPULATION",
                     "steps.run.config.cell_types.PYRR",
                     "Did you mean \"PYR\"?"},
        ModelMistake{"RulesOfSections",
                     {Own("mechanism={basal: {pas: {}}}")},
                     "NOT_AVAILABLE",
                     "steps.run.config.cell_types.PYR.mechanism.basal",
                     "into the template"},
        ModelMistake{"RulesOfSectionsOfABuildStep",
                     {Built("mechanism={soma: {synapses: {}}}")},
                     "NOT_AVAILABLE",
                     "steps.synapses_PYR.config.cell_types.PYR.mechanism.soma"},
        ModelMistake{"UnknownBlock",
                     {Own("mechanism={spike detektor: {}}")},
                     "UNKNOWN_CONFIG_KEY",
                     "steps.run.config.cell_types.PYR.mechanism.spike detektor",
                     "Did you mean \"spike detector\"?"},
        ModelMistake{"OnsetDelay",
                     {Own("mechanism={spike detector: {onset delay: 1}}")},
                     "NOT_AVAILABLE",
                     "steps.run.config.cell_types.PYR.mechanism.spike detector."
                     "onset delay"},
        ModelMistake{"WeightsWithoutNamespace",
                     {Own("synapses={weights: [{expr: x}]}")},
                     "MISSING_FIELD",
                     "steps.run.config.cell_types.PYR.synapses.weights[0]."
                     "namespace"},
        ModelMistake{"UnknownFieldOfWeights",
                     {Own("synapses={weights: {namespace: W, scale: 2}}")},
                     "UNKNOWN_CONFIG_KEY",
                     "steps.run.config.cell_types.PYR.synapses.weights.scale"},
        ModelMistake{"ExpressionOfWeights",
                     {Own("synapses={weights: [{namespace: W, expr: 2 * }]}")},
                     "EXPRESSION",
                     "steps.run.config.cell_types.PYR.synapses.weights[0].expr",
                     "\"2 *\" is no expression"},
        ModelMistake{"ConstantsOfNoExpression",
                     {Own("synapses={weights: {namespace: W, const: {a: 1}}}")},
                     "MISSING_FIELD",
                     "steps.run.config.cell_types.PYR.synapses.weights.expr"},
        ModelMistake{"WeightsOfTwoValues",
                     {Own("synapses={weights: {namespace: W, expr: a * b, "
                          "parameter: [a, b]}}")},
                     "NOT_AVAILABLE",
                     "steps.run.config.cell_types.PYR.synapses.weights."
                     "parameter"}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Synapses, SimulatedModel,
    testing::Values(
        ModelMistake{"Syntax",
                     {Weight("{expr: 2 * (delay}")},
                     "EXPRESSION",
                     "steps.run.config.synapses.PYR.STIM.mechanisms.default."
                     "AMPA.weight.expr",
                     "closing parenthesis"},
        ModelMistake{"UnknownName",
                     {Weight("{expr: 2 * distance}")},
                     "EXPRESSION",
                     "steps.run.config.synapses.PYR.STIM.mechanisms.default."
                     "AMPA.weight.expr",
                     "distance is not known"},
        ModelMistake{"OfTheThreshold",
                     {Weight("{expr: 2 * x, parameter: threshold}")},
                     "NOT_AVAILABLE",
                     "steps.run.config.synapses.PYR.STIM.mechanisms.default."
                     "AMPA.weight.parameter",
                     "expected delay, found \"threshold\""},
        ModelMistake{"ConstantThatIsNoNumber",
                     {Weight("{expr: a * x, const: {a: two}}")},
                     "WRONG_TYPE",
                     "steps.run.config.synapses.PYR.STIM.mechanisms.AMPA."
                     "weight.const.a"}),
    [](const auto& info) { return std::string(info.param.name); });

json RunAfter(const std::vector<std::string>& overrides,
              std::vector<std::string>* warned = nullptr) {
  PipelineSpec spec = Network();
  for (const std::string& text : overrides)
    EXPECT_TRUE(ApplyOverride(spec, text).ok()) << text;
  const auto resolved = Resolve(spec);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  if (!resolved.ok()) return json();
  if (warned != nullptr)
    for (const Warning& warning : resolved->warnings)
      warned->push_back(warning.field);
  return resolved->FindStep("run")->config;
}

TEST(SimulatedExpressions, MayCallTheDelayByEitherName) {
  for (const char* value : {"{expr: 2 * delay}", "{expr: 2 * x}",
                            "{expr: a * x, parameter: delay, const: {a: 2}}",
                            "{expr: 2 * delay + x, parameter: [delay]}"})
    EXPECT_FALSE(RunAfter({Weight(value)}).is_null()) << value;
}

TEST(SimulatedWeights, MayBeOneNamespaceOrSeveral) {
  for (const char* value :
       {"{namespace: W}", "{namespace: [V, W]}",
        "[{namespace: V}, {namespace: W, expr: 2 * w, parameter: w}]"})
    EXPECT_FALSE(
        RunAfter({Own("synapses={weights: " + std::string(value) + "}")})
            .is_null())
        << value;
}

constexpr char kTrain[] =
    "steps.run.config.cell_types.STIM={spike train: {namespace: Input Spikes, "
    "attribute: t}}";

TEST(SpikeTrains, NameWhereTheFilesOfStimuliHoldThem) {
  const json config = RunAfter(
      {kTrain, "steps.run.config.stimulus=[{population: STIM, file: s.h5}]"});
  EXPECT_EQ(config["stimulus"][0]["namespace"], "Input Spikes");
  EXPECT_EQ(config["stimulus"][0]["attribute"], "t");
  EXPECT_FALSE(config["cell_types"]["STIM"].contains("spike train"));
}

TEST(SpikeTrains, OfTheStimulusItselfWin) {
  const json config = RunAfter(
      {kTrain,
       "steps.run.config.stimulus=[{population: STIM, file: s.h5, namespace: "
       "Other}]"});
  EXPECT_EQ(config["stimulus"][0]["namespace"], "Other");
  EXPECT_EQ(config["stimulus"][0]["attribute"], "t");
}

TEST(SpikeTrains, ThatNothingPlaysAreReported) {
  std::vector<std::string> warned;
  RunAfter({kTrain, "steps.run.config.stimulus=[]"}, &warned);
  EXPECT_THAT(warned, testing::Contains(
                          "steps.run.config.cell_types.STIM.spike train"));
  warned.clear();
  RunAfter({kTrain, "steps.run.config.stimulus=[{population: STIM, rate: 5}]"},
           &warned);
  EXPECT_THAT(warned, testing::Not(testing::Contains(HasSubstr("train"))));
}

}  // namespace
}  // namespace miv::pipeline
