// What simulations of a declarative network record.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/common/pipeline/simulated_network.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

json Recording() {
  return json::parse(R"({
    "Intracellular": {
      "Network default": {
        "fraction": 0.2, "limit": 5, "dt": 0.1,
        "section quantity": {"v": {"swc types": ["soma", "apical"],
                                   "loc": [0.5, 0.25]},
                             "calcium": {"variable": "cai"}}},
      "Network clamp": {"section quantity": {"v": null}}},
    "LFP": {"Electrode 0": {"position": [1, 2, 3], "rho": 300, "maxEDist": 50,
                            "fraction": 0.1, "dt": 0.2},
            "1": {"position": [4, 5, 6]}}})");
}

TEST(RecordedNetwork, RecordsItsDefaultProfile) {
  PipelineSpec spec = Declarative();
  Document(spec)["Recording"] = Recording();
  Step(spec, "network").config["populations"] = {"PYR", "OLM"};
  const json record = RunConfig(spec)["record"];
  ASSERT_EQ(record.size(), 6u);  // 2 populations x (1 + 2) places
  EXPECT_EQ(record[0], json({{"label", "calcium_PYR_all"},
                             {"variable", "cai"},
                             {"population", "PYR"},
                             {"section", "all"},
                             {"loc", 0.5},
                             {"fraction", 0.2},
                             {"limit", 5},
                             {"dt", 0.1}}));
  EXPECT_EQ(record[3]["label"], "v_PYR_apical");
  EXPECT_EQ(record[3]["section"], "apical");
  EXPECT_EQ(record[3]["loc"], 0.25);
  EXPECT_EQ(record[5]["population"], "OLM");
  EXPECT_THAT(WarnedFields(spec), IsEmpty());
}

TEST(RecordedNetwork, RecordsTheProfileThatIsNamed) {
  PipelineSpec spec = Declarative();
  Document(spec)["Recording"] = Recording();
  json& config = Step(spec, "network").config;
  config["recording_profile"] = "Network clamp";
  EXPECT_EQ(RunConfig(spec)["record"].size(), 3u);  // v of all sections
  EXPECT_EQ(RunConfig(spec)["record"][0]["section"], "all");
  EXPECT_FALSE(RunConfig(spec)["record"][0].contains("fraction"));
  config["recording_profile"] = "clamp";
  const Fault fault = FaultAfter(spec);
  EXPECT_EQ(fault.reason, "UNKNOWN_NAME");
  EXPECT_EQ(fault.field, "steps.network.config.recording_profile");
  EXPECT_THAT(fault.expected, HasSubstr("Network clamp, Network default"));
}

TEST(RecordedNetwork, WithoutADefaultProfileRecordsNothingAndSaysSo) {
  PipelineSpec spec = Declarative();
  Document(spec)["Recording"] = Recording();
  Document(spec)["Recording"]["Intracellular"].erase("Network default");
  EXPECT_THAT(WarnedFields(spec),
              ElementsAre(std::string(kAt) + "Recording.Intracellular"));
  EXPECT_EQ(RunConfig(spec)["record"], json::array());
}

TEST(RecordedNetwork, ItsElectrodesAreThoseOfTheSimulation) {
  PipelineSpec spec = Declarative();
  Document(spec)["Recording"] = {{"LFP", Recording()["LFP"]}};
  EXPECT_EQ(RunConfig(spec)["lfp"].size(), 1u);  // the step's own
  EXPECT_EQ(RunConfig(spec)["lfp"][0]["label"], "SP");
  Simulated(spec).erase("lfp");
  const ResolvedPipeline resolved = ResolveOrFail(spec);
  const json lfp = resolved.FindStep("run")->config["lfp"];
  ASSERT_EQ(lfp.size(), 2u);
  EXPECT_EQ(lfp[0]["label"], "1");
  EXPECT_EQ(lfp[1], json({{"label", "Electrode_0"},
                          {"pos", {1, 2, 3}},
                          {"rho", 300},
                          {"maxEDist", 50},
                          {"fdst", 0.1},
                          {"dt_lfp", 0.2},
                          {"mode", "exact"},
                          {"place_cells", "soma"}}));
  EXPECT_THAT(
      resolved.FindStep("run")->outputs,
      ElementsAre("results.h5", "readout.npy", "readout_Electrode_0.npy"));
}

TEST(RecordedNetwork, MistakesInItsRecordingsNameTheNetwork) {
  PipelineSpec spec = Declarative();
  Simulated(spec).erase("lfp");
  Document(spec)["Recording"] = Recording();
  json& recording = Document(spec)["Recording"];
  recording["LFP"]["Electrode 0"]["dt"] = 0.06;  // time steps of 0.025 ms
  EXPECT_EQ(FaultAfter(spec).field,
            std::string(kAt) + "Recording.LFP.Electrode 0.dt");
  recording["LFP"].erase("Electrode 0");
  json& profile = recording["Intracellular"]["Network default"];
  profile["dt"] = 0.06;
  EXPECT_THAT(FaultAfter(spec).field,
              HasSubstr("Network default.section quantity.calcium"));
  profile["dt"] = 0.1;
  profile["section quantity"]["v"]["loc"] = {0.5};
  EXPECT_EQ(FaultAfter(spec).reason, "UNEQUAL_LENGTHS");
  profile["section quantity"]["v"]["loc"] = {0.5, 1.5};
  EXPECT_EQ(FaultAfter(spec).reason, "OUT_OF_RANGE");
}

TEST(RecordedNetwork, WhatIsNotRecordedIsReported) {
  PipelineSpec spec = Declarative();
  Document(spec)["Recording"] = Recording();
  json& profile =
      Document(spec)["Recording"]["Intracellular"]["Network default"];
  profile["synaptic quantity"] = {{"i", json::object()}};
  profile["section quantity"]["v"]["layers"] = {"SR"};
  const std::string at =
      std::string(kAt) + "Recording.Intracellular.Network default.";
  EXPECT_THAT(
      WarnedFields(spec),
      ElementsAre(at + "synaptic quantity", at + "section quantity.v.layers"));
  for (const json& entry : RunConfig(spec)["record"])
    EXPECT_EQ(entry["variable"], "cai");
  Simulated(spec)["record"] = json::array();  // the step decides
  EXPECT_THAT(WarnedFields(spec), IsEmpty());
}

}  // namespace
}  // namespace miv::pipeline
