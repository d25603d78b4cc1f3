#include "worker/simulate/synapses/synapse_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"

namespace miv::simulate {
namespace {

using nlohmann::json;

absl::StatusOr<SynapseConfig> Parse(const char* mechanisms) {
  return ParseSynapses(
      {{"PYR", {{"PVBC", {{"mechanisms", json::parse(mechanisms)}}}}}});
}

const ProjectionSynapses& Only(const absl::StatusOr<SynapseConfig>& config) {
  return config->at("PYR").at("PVBC");
}

double ValueOf(const SynapseBlock& block, const std::string& name,
               const std::string& parameter) {
  for (const auto& synapse : block) {
    if (synapse.name != name) continue;
    for (const auto& [key, value] : synapse.values) {
      if (key == parameter) return value.number;
    }
  }
  return -1;
}

TEST(Synapses, TakesBareNamesAsTheDefaultBlock) {
  const auto config = Parse(R"({"GABA_A": {"weight": 2, "e": -62.5}})");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(Only(config).has_default);
  EXPECT_EQ(ValueOf(*Only(config).For(3), "GABA_A", "e"), -62.5);
}

TEST(Synapses, PrefersTheBlockOfTheTypeToTheDefault) {
  const auto config = Parse(
      R"({"default": {"GABA_A": {"weight": 1}}, "1": {"GABA_A": {"weight": 2}},
          "ais": {"GABA_A": {"weight": 3}}})");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(ValueOf(*Only(config).For(1), "GABA_A", "weight"), 2);
  EXPECT_EQ(ValueOf(*Only(config).For(7), "GABA_A", "weight"), 3);
  EXPECT_EQ(ValueOf(*Only(config).For(4), "GABA_A", "weight"), 1);
}

TEST(Synapses, HasNoBlockForATypeThatTheConfigLeavesOut) {
  const auto config = Parse(R"({"1": {"GABA_A": {"weight": 2}}})");
  EXPECT_EQ(Only(config).For(2), nullptr);
}

TEST(Synapses, SkipsNullParameters) {
  const auto config = Parse(R"({"GABA_A": {"weight": 2, "e": null}})");
  EXPECT_EQ(Only(config).default_block[0].values.size(), 1);
}

TEST(Synapses, KeepsExpressionsWithTheirConstants) {
  const auto config = Parse(
      R"({"GABA_A": {"weight": {"expr": "a*delay", "parameter": ["delay"],
                                "const": {"a": 4}}}})");
  ASSERT_TRUE(config.ok()) << config.status();
  const ParameterValue& value = Only(config).default_block[0].values[0].second;
  EXPECT_EQ(value.expression, "a*delay");
  EXPECT_EQ(value.constants.at("a"), 4);
}

TEST(Synapses, RefusesAnExpressionOfSomethingElse) {
  EXPECT_TRUE(Parse(R"({"GABA_A": {"weight": {"expr": "2 * x",
                                              "parameter": "delay"}}})")
                  .ok());
  const auto config = Parse(
      R"({"GABA_A": {"weight": {"expr": "2 * x", "parameter": "threshold"}}})");
  EXPECT_EQ(FaultOrMessage(config.status()).field,
            "synapses.PYR.PVBC.mechanisms.GABA_A.weight.parameter");
}

TEST(Synapses, RefusesAConstantThatIsNoNumber) {
  const auto config =
      Parse(R"({"GABA_A": {"weight": {"expr": "a", "const": {"a": "1"}}}})");
  EXPECT_EQ(FaultOrMessage(config.status()).field,
            "synapses.PYR.PVBC.mechanisms.GABA_A.weight.const.a");
}

TEST(Synapses, NamesAParameterThatIsNoNumber) {
  const auto config = Parse(R"({"GABA_A": {"weight": "big"}})");
  EXPECT_EQ(FaultOrMessage(config.status()).field,
            "synapses.PYR.PVBC.mechanisms.GABA_A.weight");
}

TEST(Synapses, NeedsMechanisms) {
  const auto config = ParseSynapses({{"PYR", {{"PVBC", json::object()}}}});
  EXPECT_EQ(FaultOrMessage(config.status()).field,
            "synapses.PYR.PVBC.mechanisms");
}

TEST(SynapseMechanisms, HasTheReferencesDefaults) {
  const auto mechanisms = ParseSynapseMechanisms(nullptr, nullptr);
  ASSERT_TRUE(mechanisms.ok());
  EXPECT_EQ(mechanisms->mechanism_of.at("NMDA"), "LinExp2SynNMDA");
  EXPECT_EQ(mechanisms->rules.at("LinExp2Syn").weights.at("g_unit"), 1);
}

TEST(SynapseMechanisms, ReadsOwnRules) {
  const auto mechanisms = ParseSynapseMechanisms(
      {{"GAP", "MySyn"}}, json::parse(R"({"MySyn": {"mech_params": ["tau"],
                                "netcon_params": {"weight": 0, "u": 2}}})"));
  ASSERT_TRUE(mechanisms.ok()) << mechanisms.status();
  EXPECT_EQ(mechanisms->mechanism_of.at("GAP"), "MySyn");
  EXPECT_EQ(mechanisms->mechanism_of.at("AMPA"), "LinExp2Syn");
  EXPECT_EQ(mechanisms->rules.at("MySyn").weights.at("u"), 2);
}

TEST(SynapseMechanisms, RefusesASlotThatIsNoIndex) {
  const auto mechanisms = ParseSynapseMechanisms(
      nullptr, json::parse(R"({"M": {"netcon_params": {"weight": -1}}})"));
  EXPECT_EQ(FaultOrMessage(mechanisms.status()).field,
            "synapse_rules.M.netcon_params");
}

}  // namespace
}  // namespace miv::simulate
