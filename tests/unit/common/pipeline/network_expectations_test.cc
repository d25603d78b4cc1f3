// What a check of a network's files is told about the network.

#include "common/pipeline/network_expectations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/base/fault.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::UnorderedElementsAre;

std::vector<std::string> Keys(const json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

// The expectations of a step `check` added to the network.
json Expectations(const std::string& check, PipelineSpec spec = Network()) {
  const auto loaded =
      Load("api: miv/v1\nname: check\nsteps: {check: " + check + "}\n");
  EXPECT_EQ(loaded.spec.steps.size(), 1u);
  spec.steps.push_back(loaded.spec.steps.at(0));
  const auto resolved = Resolve(spec);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  return resolved.ok() ? resolved->FindStep("check")->config["expectations"]
                       : json();
}

TEST(NetworkExpectations, HaveEveryPartOfAGraphThatIsBuilt) {
  const json all = Expectations("{kind: verify, uses: [graph]}");
  EXPECT_THAT(Keys(all),
              UnorderedElementsAre("types", "coordinates", "distances",
                                   "synapses", "connections"));
  EXPECT_EQ(all["types"]["cell_distributions"]["PVBC"]["SR"], 8);
  EXPECT_EQ(all["types"]["projections"]["OLM"], json({"PYR", "PVBC"}));
  EXPECT_EQ(all["types"]["population_definitions"]["OLM"], 102);
  EXPECT_EQ(all["coordinates"]["layer_extents"]["SP"][1][2], 50.0);
  EXPECT_EQ(all["coordinates"]["rotation"], json({0, 0, 0}));
  EXPECT_EQ(all["distances"]["origin"]["U"], "median");
  EXPECT_THAT(Keys(all["synapses"]),
              UnorderedElementsAre("PYR", "PVBC", "OLM"));
  EXPECT_THAT(Keys(all["connections"]),
              UnorderedElementsAre("PYR", "PVBC", "OLM"));
  EXPECT_THAT(Keys(all["connections"]["OLM"]["projections"]),
              UnorderedElementsAre("PYR", "PVBC"));
  EXPECT_EQ(
      all["connections"]["PYR"]["axon_extents"]["STIM"]["default"]["width"],
      json({200, 200}));
  EXPECT_EQ(all["connections"]["PYR"]["allow_autapses"], false);
}

TEST(NetworkExpectations, LeaveOutWhatNoCheckReads) {
  const json all = Expectations("{kind: verify, uses: [graph]}");
  // Neither templates nor mechanisms: a change of these must not check again.
  EXPECT_THAT(
      Keys(all["synapses"]["PYR"]),
      UnorderedElementsAre("density", "layer_definitions", "distribution",
                           "density_semantics", "point_process"));
  EXPECT_THAT(Keys(all["connections"]["PYR"]["projections"]["STIM"]),
              UnorderedElementsAre("type", "sections", "layers", "proportions",
                                   "contacts"));
}

TEST(NetworkExpectations, KnowNothingOfImportedParts) {
  PipelineSpec spec = Network();
  StepSpec& distances = Step(spec, "distances");
  distances.kind = "import";
  distances.config = {{"file", "d.h5"}, {"stands_for", "measure_distances"}};
  distances.uses.clear();
  StepSpec& synapses = Step(spec, "synapses_OLM");
  synapses.kind = "import";
  synapses.config = {{"file", "s.h5"},
                     {"stands_for", "distribute_synapses"},
                     {"population", "OLM"}};
  synapses.uses.clear();
  const json all = Expectations("{kind: verify, uses: [graph]}", spec);
  EXPECT_THAT(Keys(all), UnorderedElementsAre("types", "coordinates",
                                              "synapses", "connections"));
  EXPECT_THAT(Keys(all["synapses"]), UnorderedElementsAre("PYR", "PVBC"));
}

TEST(NetworkExpectations, AreThoseOfTheGraphThatTheFilesComeFrom) {
  PipelineSpec spec = Network();
  StepSpec other = Step(spec, "graph");
  other.name = "partial";
  std::erase(other.uses, "connections_OLM");
  spec.steps.push_back(other);
  const json near = Expectations(
      "{kind: verify, uses: [partial], config: {cells: step:graph, "
      "connections: step:graph}}",
      spec);
  EXPECT_TRUE(near["connections"].contains("OLM"));
  const json partial = Expectations("{kind: verify, uses: [partial]}", spec);
  EXPECT_FALSE(partial["connections"].contains("OLM"));
}

TEST(NetworkExpectations, OfFilesFromElsewhereAreThoseOfTheGraphInUse) {
  const json all = Expectations(
      "{kind: verify, uses: [graph], config: {cells: c.h5, connections: "
      "n.h5}}");
  EXPECT_TRUE(all.contains("connections"));
}

TEST(NetworkExpectations, OfFilesAloneAreNone) {
  EXPECT_EQ(Expectations("{kind: verify, config: {cells: c.h5, connections: "
                         "n.h5}}"),
            json::object());
}

TEST(NetworkExpectations, CannotBeGiven) {
  PipelineSpec spec = Network();
  spec.steps.push_back({.name = "check",
                        .kind = "verify",
                        .config = {{"expectations", json::object()}},
                        .uses = {"graph"}});
  const auto fault = FaultOf(Resolve(spec).status());
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->reason, "DERIVED_FIELD");
  EXPECT_EQ(fault->field, "steps.check.config.expectations");
}

}  // namespace
}  // namespace miv::pipeline
