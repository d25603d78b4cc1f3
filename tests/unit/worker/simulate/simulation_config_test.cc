#include "worker/simulate/simulation_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"

namespace miv::simulate {
namespace {

using nlohmann::json;

TEST(SimulationConfig, FillsInTheReferencesDefaults) {
  const auto config = ParseSimulationConfig({{"t_end", 100}}, 3);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->t_end_ms, 100);
  EXPECT_EQ(config->dt_ms, 0.025);
  EXPECT_EQ(config->v_init_mv, -65);
  EXPECT_FALSE(config->celsius.has_value());
  EXPECT_EQ(config->secondorder, 2);
  EXPECT_EQ(config->default_velocity, 250);
  EXPECT_EQ(config->param_scope, ParameterScope::kByName);
  EXPECT_TRUE(config->isolate_cells);
}

TEST(SimulationConfig, AcceptsWhatTheServerFillsIn) {
  const auto config = ParseSimulationConfig(
      json::parse(R"({"t_end": 1, "dt": 0.025, "v_init": -65.0,
        "celsius": null, "secondorder": 2, "stimulus": [], "clamps": [],
        "lfp": [], "record": [], "hooks": [], "python": false,
        "nseg": "template", "isolate_cells": true, "cell_types": {},
        "synapses": {}, "connection_velocity": {}, "synapse_mechanisms": {},
        "synapse_rules": {}, "param_scope": "by_name",
        "checkpoint_interval": null, "templates": "./t"})"),
      0);
  EXPECT_TRUE(config.ok()) << config.status();
}

TEST(SimulationConfig, TakesVelocitiesByPopulationOrForAll) {
  const auto one =
      ParseSimulationConfig({{"t_end", 1}, {"connection_velocity", 100}}, 0);
  EXPECT_EQ(one->default_velocity, 100);
  const auto some = ParseSimulationConfig(
      {{"t_end", 1}, {"connection_velocity", {{"PYR", 50}}}}, 0);
  EXPECT_EQ(some->connection_velocity.at("PYR"), 50);
}

TEST(SimulationConfig, ReadsClamps) {
  const auto config =
      ParseSimulationConfig(json::parse(R"({"t_end": 1, "clamps": [
        {"gid": 4, "section": 2, "x": 0.25, "delay": 1, "dur": 2, "amp": 0.5}
      ]})"),
                            0);
  ASSERT_TRUE(config.ok()) << config.status();
  const Clamp& clamp = config->clamps.front();
  EXPECT_EQ(clamp.gids.front(), 4);
  EXPECT_EQ(clamp.section_index, 2);
  EXPECT_EQ(clamp.x, 0.25);
  EXPECT_EQ(clamp.current.duration_ms, 2);
}

TEST(SimulationConfig, ReadsVoltageClamps) {
  const auto config =
      ParseSimulationConfig(json::parse(R"({"t_end": 1, "clamps": [
        {"gid": 4, "levels": [-70, 0], "durations": [5, 2]}
      ]})"),
                            0);
  ASSERT_TRUE(config.ok()) << config.status();
  const auto& held = config->clamps.front().held;
  ASSERT_TRUE(held.has_value());
  EXPECT_THAT(held->levels_mv, testing::ElementsAre(-70, 0));
  EXPECT_THAT(held->durations_ms, testing::ElementsAre(5, 2));
  EXPECT_EQ(held->rs_megohm, 1);
}

TEST(SimulationConfig, ReadsARuleForSegments) {
  const auto config =
      ParseSimulationConfig({{"t_end", 1}, {"nseg", {{"d_lambda", 0.2}}}}, 0);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->segments->d_lambda, 0.2);
  EXPECT_EQ(config->segments->frequency_hz, 100);
}

struct Refusal {
  const char* name;
  const char* config;
  const char* field;
};

class SimulationConfigRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(SimulationConfigRefuses, NamesTheFieldAndTheWayOut) {
  const auto config = ParseSimulationConfig(json::parse(GetParam().config), 0);
  EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FaultOrMessage(config.status()).field, GetParam().field);
}

INSTANTIATE_TEST_SUITE_P(
    All, SimulationConfigRefuses,
    testing::Values(
        Refusal{"NoEnd", "{}", "t_end"},
        Refusal{"NegativeEnd", R"({"t_end": -1})", "t_end"},
        Refusal{"ZeroStep", R"({"t_end": 1, "dt": 0})", "dt"},
        Refusal{"Method", R"({"t_end": 1, "secondorder": 3})", "secondorder"},
        Refusal{"Hooks",
                R"({"t_end": 1, "hooks": [{"file": "hooks:0", "at": "lunch"}]})",
                "hooks[0].at"},
        Refusal{"Nseg", R"({"t_end": 1, "nseg": 3})", "nseg"},
        Refusal{"Checkpoints", R"({"t_end": 1, "checkpoint_interval": -1})",
                "checkpoint_interval"},
        Refusal{"Resume", R"({"t_end": 1, "resume": "never"})", "resume"},
        Refusal{"Scope", R"({"t_end": 1, "param_scope": "by_luck"})",
                "param_scope"},
        Refusal{"TiedEvents", R"({"t_end": 1, "tied_events": "by_luck"})",
                "tied_events"},
        Refusal{"Velocity", R"({"t_end": 1, "connection_velocity":
                {"PYR": 0}})",
                "connection_velocity.PYR"},
        Refusal{"VoltageClamp", R"({"t_end": 1, "clamps": [{"gid": 1,
                "levels": [0, 1], "durations": [1]}]})",
                "clamps[0].durations"},
        Refusal{"NsegRule", R"({"t_end": 1, "nseg": {"d_lambda": 0}})", "nseg"},
        Refusal{"ClampCells", R"({"t_end": 1, "clamps": [{"dur": 1,
                "amp": 1}]})",
                "clamps[0].gid"},
        Refusal{"ClampAmplitude", R"({"t_end": 1, "clamps": [{"gid": 1,
                "dur": 1}]})",
                "clamps[0].amp"},
        Refusal{"Unknown", R"({"t_end": 1, "speed": 3})", "speed"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace miv::simulate
