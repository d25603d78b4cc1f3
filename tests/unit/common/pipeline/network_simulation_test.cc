// What a declarative network says about simulations of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/pipeline/cache_key.h"
#include "tests/unit/common/pipeline/simulated_network.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Keys as if every output were the hash of its step's key, and every file that
// of its path.
std::map<std::string, std::string> KeysOf(const PipelineSpec& spec) {
  const ResolvedPipeline pipeline = ResolveOrFail(spec);
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

std::vector<std::string> Reruns(const PipelineSpec& before,
                                const PipelineSpec& after) {
  const auto old = KeysOf(before);
  std::vector<std::string> changed;
  for (const auto& [step, key] : KeysOf(after))
    if (!old.contains(step) || old.at(step) != key) changed.push_back(step);
  return changed;
}

TEST(SimulatedNetwork, VelocitiesAreThoseOfTheNetwork) {
  PipelineSpec declared = Declarative();
  json& velocities = Document(declared)[kConnections]["Connection Velocity"];
  PipelineSpec written = declared;
  Simulated(written)["connection_velocity"] = velocities;
  Document(written)[kConnections].erase("Connection Velocity");
  EXPECT_EQ(KeysOf(declared), KeysOf(written));
  velocities["PYR"] = 250;
  EXPECT_EQ(RunConfig(declared)["connection_velocity"]["PYR"], 250);
  EXPECT_THAT(Reruns(written, declared), ElementsAre("run"));
}

TEST(SimulatedNetwork, TheSimulationsOwnEntriesWin) {
  PipelineSpec spec = Declarative();
  Document(spec)[kConnections]["Connection Velocity"] = {{"PYR", 250},
                                                         {"OLM", 300}};
  Simulated(spec)["connection_velocity"] = {{"PYR", 120}};
  EXPECT_EQ(RunConfig(spec)["connection_velocity"],
            json({{"PYR", 120}, {"OLM", 300}}));
  Simulated(spec)["connection_velocity"] = 200;
  EXPECT_EQ(RunConfig(spec)["connection_velocity"], 200);
}

TEST(SimulatedNetwork, AVelocityOfNobodyIsReported) {
  PipelineSpec spec = Declarative();
  Document(spec)[kConnections]["Connection Velocity"] = {{"CA3", 250}};
  EXPECT_THAT(WarnedFields(spec),
              ElementsAre(std::string(kAt) +
                          "Connection Generator.Connection Velocity.CA3"));
  EXPECT_FALSE(RunConfig(spec)["connection_velocity"].contains("CA3"));
}

TEST(SimulatedNetwork, TemperatureIsThatOfItsGlobalParameters) {
  PipelineSpec spec = Declarative();
  Document(spec)["Global Parameters"] = {{"celsius", 35.5}, {"nrnunits", 1}};
  EXPECT_EQ(RunConfig(spec)["celsius"], 35.5);
  EXPECT_THAT(WarnedFields(spec),
              ElementsAre(std::string(kAt) + "Global Parameters.nrnunits"));
  Simulated(spec)["celsius"] = 20;
  EXPECT_EQ(RunConfig(spec)["celsius"], 20);
  Simulated(spec)["celsius"] = nullptr;  // what the templates say
  EXPECT_EQ(RunConfig(spec)["celsius"], nullptr);
}

TEST(SimulatedNetwork, SynapsesMayBeOfItsOwnMechanisms) {
  PipelineSpec spec = Declarative();
  json& connections = Document(spec)[kConnections];
  connections["Synapse Mechanisms"] = {{"AMPA", "LinExp2Syn"},
                                       {"Fast", "SatSyn"}};
  connections["Synapse Parameter Rules"] = {
      {"SatSyn",
       {{"mech_file", "sat.mod"},
        {"mech_params", {"sat", "e"}},
        {"netcon_params", {{"weight", 0}, {"g_unit", 1}}},
        {"netcon_state", {{"onset", 2}}}}}};
  connections["Synapses"]["OLM"]["PYR"]["mechanisms"] = {
      {"Fast", {{"sat", 0.5}, {"weight", 2}, {"g_unit", 1e-4}}}};
  const json config = RunConfig(spec);
  EXPECT_EQ(config["synapse_mechanisms"]["Fast"], "SatSyn");
  EXPECT_EQ(config["synapse_mechanisms"]["GABA_A"], "LinExp2Syn");
  EXPECT_EQ(config["synapse_rules"]["SatSyn"],
            json({{"mech_params", {"sat", "e"}},
                  {"netcon_params", {{"weight", 0}, {"g_unit", 1}}}}));
  EXPECT_THAT(WarnedFields(spec), IsEmpty());
  // Only the simulation reads them.
  PipelineSpec other = spec;
  Document(other)[kConnections]["Synapse Parameter Rules"]["SatSyn"]
                 ["netcon_params"]["g_unit"] = 2;
  EXPECT_THAT(Reruns(spec, other), ElementsAre("run"));
}

TEST(SimulatedNetwork, MistakesInItsRulesNameTheNetwork) {
  PipelineSpec spec = Declarative();
  json& connections = Document(spec)[kConnections];
  connections["Synapse Mechanisms"] = {{"Fast", "SatSyn"}};
  connections["Synapses"]["OLM"]["PYR"]["mechanisms"] = {
      {"Fast", {{"weight", 2}}}};
  const Fault fault = FaultAfter(spec);
  EXPECT_EQ(fault.reason, "UNKNOWN_MECHANISM");
  EXPECT_EQ(fault.field,
            std::string(kAt) + "Connection Generator.Synapse Mechanisms.Fast");
  connections["Synapse Parameter Rules"] = {
      {"SatSyn", {{"mech_params", json::array()}}}};
  EXPECT_EQ(FaultAfter(spec).field,
            std::string(kAt) +
                "Connection Generator.Synapse Parameter Rules.SatSyn."
                "netcon_params");
}

json GapJunctions() {
  return json::parse(R"({
    "Locations": {"PVBC": {"PVBC": ["basal", "apical"], "OLM": ["basal"]}},
    "Connection Probabilities": {"PVBC": {"PVBC": 0.3, "OLM": 0.1}},
    "Connection Weights": {"0": 1.0, "50": 0.5},
    "Coupling Coefficients": {"PVBC": {"PVBC": 2.0, "OLM": 1.0}},
    "Coupling Weights": {"0": 1.0, "100": 0.5}})");
}

TEST(SimulatedNetwork, ItsGapJunctionsAreMadeAndSimulated) {
  const PipelineSpec plain = Declarative();
  PipelineSpec spec = plain;
  Document(spec)[kConnections]["Gap Junctions"] = GapJunctions();
  const ResolvedPipeline resolved = ResolveOrFail(spec);
  EXPECT_THAT(resolved.warnings, IsEmpty());
  const ResolvedStep* gaps = resolved.FindStep("network_gap_junctions");
  ASSERT_NE(gaps, nullptr);
  EXPECT_EQ(gaps->config["connection_probabilities"]["PVBC"]["OLM"], 0.1);
  EXPECT_EQ(gaps->FindInput("coordinates")->step, "network_architecture");
  EXPECT_EQ(gaps->FindInput("forest:PVBC")->step, "network_forest_PVBC");
  EXPECT_EQ(gaps->inputs.size(), 3u);
  const Input* input = resolved.FindStep("run")->FindInput("gap_junctions");
  ASSERT_NE(input, nullptr);
  EXPECT_EQ(input->step, "network_gap_junctions");
  EXPECT_THAT(Reruns(plain, spec), ElementsAre("network_gap_junctions", "run"));
}

TEST(SimulatedNetwork, OptionsReachItsGapJunctions) {
  PipelineSpec spec = Declarative();
  json& options = Step(spec, "network").config["options"];
  options = {{"gap_junctions", {{"directions", "one"}}}};
  EXPECT_EQ(FaultAfter(spec).field,
            "steps.network.config.options.gap_junctions");
  Document(spec)[kConnections]["Gap Junctions"] = GapJunctions();
  EXPECT_EQ(ResolveOrFail(spec)
                .FindStep("network_gap_junctions")
                ->config["directions"],
            "one");
}

TEST(SimulatedNetwork, ASimulationMayTakeOtherGapJunctions) {
  PipelineSpec spec = Declarative();
  Document(spec)[kConnections]["Gap Junctions"] = GapJunctions();
  StepSpec own{.name = "own", .kind = "gap_junctions"};
  own.config = GapJunctions();
  own.uses = {"network"};
  spec.steps.push_back(own);
  Step(spec, "run").uses.push_back("own");
  const ResolvedPipeline resolved = ResolveOrFail(spec);
  EXPECT_EQ(resolved.FindStep("run")->FindInput("gap_junctions")->step, "own");
}

TEST(SimulatedNetwork, MistakesInItsGapJunctionsNameTheSection) {
  PipelineSpec spec = Declarative();
  json& section = Document(spec)[kConnections]["Gap Junctions"];
  const std::string at =
      std::string(kAt) + "Connection Generator.Gap Junctions";
  section = GapJunctions();
  section["Coupling Weights"]["far"] = 1;
  EXPECT_EQ(FaultAfter(spec).field, at + ".Coupling Weights.far");
  section = GapJunctions();
  section.erase("Connection Weights");
  EXPECT_THAT(FaultAfter(spec).field, HasSubstr(at));
  section = GapJunctions();
  section["Locations"]["STIM"] = {{"PVBC", {"soma"}}};
  section["Connection Probabilities"]["STIM"] = {{"PVBC", 0.1}};
  section["Coupling Coefficients"]["STIM"] = {{"PVBC", 0.1}};
  const Fault fault = FaultAfter(spec);  // no cell of STIM has a tree
  EXPECT_EQ(fault.reason, "MISSING_INPUT");
  EXPECT_EQ(fault.field, at);
}

TEST(SimulatedNetwork, EachSimulationHasTheDefaultsOfTheNetworkItUses) {
  PipelineSpec spec = Declarative();
  StepSpec other = Step(spec, "network");
  other.name = "other";
  Document(spec)["Global Parameters"] = {{"celsius", 30}};
  other.config["config"]["Global Parameters"] = {{"celsius", 31}};
  spec.steps.push_back(other);
  StepSpec second = Step(spec, "run");
  second.name = "second";
  second.uses = {"other"};
  spec.steps.push_back(second);
  StepSpec third = second;
  third.name = "third";
  third.uses.clear();
  third.config["cells"] = third.config["connections"] = "step:other";
  spec.steps.push_back(third);
  const ResolvedPipeline resolved = ResolveOrFail(spec);
  EXPECT_EQ(resolved.FindStep("run")->config["celsius"], 30);
  EXPECT_EQ(resolved.FindStep("second")->config["celsius"], 31);
  EXPECT_EQ(resolved.FindStep("third")->config["celsius"], 31);
}

TEST(SimulatedNetwork, RefusesATemperatureThatIsNoNumber) {
  PipelineSpec spec = Declarative();
  Document(spec)["Global Parameters"] = {{"celsius", "warm"}};
  EXPECT_EQ(FaultAfter(spec).field,
            std::string(kAt) + "Global Parameters.celsius");
  Document(spec)["Global Parameters"] = json::object();
  Document(spec)[kConnections]["Connection Velocity"] = {{"PYR", 0}};
  EXPECT_EQ(FaultAfter(spec).field,
            std::string(kAt) + "Connection Generator.Connection Velocity.PYR");
}

}  // namespace
}  // namespace miv::pipeline
