// Each mistake in a step of kind network, and the field that it names.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/base/fault.h"
#include "common/pipeline/resolve.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

struct NetworkError {
  std::string name;
  std::function<void(PipelineSpec&)> change;
  std::string reason;
  std::string field;  // below steps.network
};

class NetworkStepMistake : public testing::TestWithParam<NetworkError> {};

TEST_P(NetworkStepMistake, NamesTheWrittenField) {
  const auto loaded = LoadPipelineFile(
      MIV_SOURCE_DIR "/examples/microcircuit/pipeline_declarative.yaml");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  PipelineSpec spec = loaded->spec;
  GetParam().change(spec);
  const auto fault = FaultOf(Resolve(spec).status());
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->reason, GetParam().reason) << fault->what;
  EXPECT_EQ(fault->field, "steps.network" + GetParam().field);
}

json& Config(PipelineSpec& spec) { return Step(spec, "network").config; }
json& Document(PipelineSpec& spec) { return Config(spec)["config"]; }
json& Generator(PipelineSpec& spec) {
  return Document(spec)["Connection Generator"];
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, NetworkStepMistake,
    testing::Values(
        NetworkError{"NoNetwork",
                     [](PipelineSpec& s) { Config(s) = json::object(); },
                     "MISSING_FIELD", ".config.config"},
        NetworkError{"OnlyAFile",
                     [](PipelineSpec& s) {
                       Config(s) = {{"config_filepath", "x.yaml"}};
                     },
                     "MISSING_FIELD", ".config.config"},
        NetworkError{
            "FileAndContent",
            [](PipelineSpec& s) { Config(s)["config_filepath"] = "x.yaml"; },
            "DUPLICATE_FIELD", ".config.config_filepath"},
        NetworkError{"UnknownField",
                     [](PipelineSpec& s) { Config(s)["filepath"] = "x"; },
                     "UNKNOWN_CONFIG_KEY", ".config.filepath"},
        NetworkError{"UnknownSection",
                     [](PipelineSpec& s) { Document(s)["Cell Type"] = 1; },
                     "UNKNOWN_CONFIG_KEY", ".config.config.Cell Type"},
        NetworkError{"NoGeometry",
                     [](PipelineSpec& s) { Document(s).erase("Geometry"); },
                     "MISSING_FIELD", ".config.config.Geometry"},
        NetworkError{
            "WrongExtent",
            [](PipelineSpec& s) {
              Document(
                  s)["Geometry"]["Parametric Surface"]["Layer Extents"]["SO"] =
                  1;
            },
            "WRONG_TYPE",
            ".config.config.Geometry.Parametric Surface.Layer "
            "Extents.SO"},
        NetworkError{"WrongOrigin",
                     [](PipelineSpec& s) {
                       Document(
                           s)["Geometry"]["Parametric Surface"]["Origin"]["U"] =
                           "middle";
                     },
                     "UNKNOWN_NAME",
                     ".config.config.Geometry.Parametric Surface.Origin.U"},
        NetworkError{"WrongSynapseType",
                     [](PipelineSpec& s) {
                       Generator(s)["Synapses"]["OLM"]["PYR"]["type"] = "exc";
                     },
                     "UNKNOWN_NAME",
                     ".config.config.Connection "
                     "Generator.Synapses.OLM.PYR.type"},
        NetworkError{"OtherSwcType",
                     [](PipelineSpec& s) {
                       Document(s)["Definitions"]["SWC Types"]["soma"] = 2;
                     },
                     "FIXED_VALUE",
                     ".config.config.Definitions.SWC Types.soma"},
        NetworkError{"OtherSynapseType",
                     [](PipelineSpec& s) {
                       Document(
                           s)["Definitions"]["Synapse Types"]["inhibitory"] = 0;
                     },
                     "FIXED_VALUE",
                     ".config.config.Definitions.Synapse Types.inhibitory"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Names, NetworkStepMistake,
    testing::Values(
        NetworkError{"ProjectionToNoCells",
                     [](PipelineSpec& s) {
                       Generator(s)["Synapses"]["BS"] = json::object();
                     },
                     "UNKNOWN_POPULATION",
                     ".config.config.Connection Generator.Synapses.BS"},
        NetworkError{"ProjectionFromNoCells",
                     [](PipelineSpec& s) {
                       auto& olm = Generator(s)["Synapses"]["OLM"];
                       olm["BS"] = olm["PYR"];
                     },
                     "UNKNOWN_POPULATION",
                     ".config.config.Connection Generator.Synapses.OLM.BS"},
        NetworkError{"UnknownPopulation",
                     [](PipelineSpec& s) {
                       Config(s)["populations"] = {"PYR", "STIM"};
                     },
                     "UNKNOWN_POPULATION", ".config.populations[1]"},
        NetworkError{"PopulationTwice",
                     [](PipelineSpec& s) {
                       Config(s)["populations"] = {"PYR", "PYR"};
                     },
                     "DUPLICATE_VALUE", ".config.populations[1]"},
        NetworkError{"OrderOfNoProjection",
                     [](PipelineSpec& s) {
                       Config(s)["projections"] = {{"OLM", {"PYR", "STIM"}}};
                     },
                     "UNKNOWN_POPULATION", ".config.projections.OLM[1]"},
        NetworkError{"OrderOfNoPopulation",
                     [](PipelineSpec& s) {
                       Config(s)["projections"] = {{"STIM", json::array()}};
                     },
                     "UNKNOWN_POPULATION", ".config.projections.STIM"},
        NetworkError{"OptionOfAnotherKind",
                     [](PipelineSpec& s) {
                       Config(s)["options"] = {{"simulation", {{"dt", 1}}}};
                     },
                     "UNKNOWN_KIND", ".config.options.simulation"},
        NetworkError{
            "OptionTwice",
            [](PipelineSpec& s) {
              Config(s)["options"] = {
                  {"synapses", {{"distribution", "poisson"}}},
                  {"distribute_synapses", {{"distribution", "uniform"}}}};
            },
            "DUPLICATE_FIELD", ".config.options.synapses.distribution"},
        NetworkError{"OptionThatIsDecided",
                     [](PipelineSpec& s) {
                       Config(s)["options"] = {
                           {"connections", {{"forest_filepath", "x"}}}};
                     },
                     "OPTION_NOT_FREE",
                     ".config.options.connections.forest_filepath"},
        NetworkError{"UnknownOption",
                     [](PipelineSpec& s) {
                       Config(s)["options"] = {{"synapses", {{"sede", 1}}}};
                     },
                     "UNKNOWN_CONFIG_KEY", ".config.options.synapses.sede"},
        NetworkError{"NameIsTaken",
                     [](PipelineSpec& s) {
                       s.steps.push_back({.name = "network_forest_PYR",
                                          .kind = "import",
                                          .config = {{"file", "x.h5"}}});
                     },
                     "DUPLICATE_STEP", ""},
        NetworkError{"LongName",
                     [](PipelineSpec& s) {
                       json& cells =
                           Document(s)["Geometry"]["Cell Distribution"];
                       const std::string name(99, 'P');
                       cells[name] = cells["OLM"];
                       Generator(s)["Synapses"][name] =
                           Generator(s)["Synapses"]["OLM"];
                     },
                     "BAD_NAME", ""}),
    [](const auto& info) { return info.param.name; });

// Found in an expanded step, in terms of its own fields.
INSTANTIATE_TEST_SUITE_P(
    OfExpandedSteps, NetworkStepMistake,
    testing::Values(
        NetworkError{"LayerWithoutExtent",
                     [](PipelineSpec& s) {
                       Document(
                           s)["Geometry"]["Cell Distribution"]["OLM"]["SL"] = 2;
                     },
                     "UNKNOWN_LAYER",
                     ".config.config.Geometry.Cell Distribution.OLM.SL"},
        NetworkError{
            "NoCellType",
            [](PipelineSpec& s) { Document(s)["Cell Types"].erase("OLM"); },
            "MISSING_FIELD", ".config.config.Cell Types.OLM"},
        NetworkError{
            "NoAxon",
            [](PipelineSpec& s) { Generator(s)["Axon Extent"].erase("STIM"); },
            "MISSING_FIELD",
            ".config.config.Connection Generator.Axon Extent.STIM"},
        NetworkError{"UnknownLayer",
                     [](PipelineSpec& s) {
                       Document(s)["Cell Types"]["OLM"]["synapses"]["density"]
                                  ["basal"]["excitatory"]["SX"] = {{"mean", 1}};
                     },
                     "UNKNOWN_LAYER",
                     ".config.config.Cell Types.OLM.synapses.density.basal."
                     "excitatory.SX"},
        NetworkError{"NoNumberOfAPopulation",
                     [](PipelineSpec& s) {
                       Document(s)["Definitions"]["Populations"].erase("OLM");
                     },
                     "UNKNOWN_POPULATION",
                     ".config.config.Geometry.Cell Distribution.OLM"},
        NetworkError{
            "Proportions",
            [](PipelineSpec& s) {
              Generator(s)["Synapses"]["OLM"]["PYR"]["proportions"] = {0.5};
            },
            "PROPORTIONS", ".config.config.Connection Generator.Synapses.OLM"},
        NetworkError{
            "UnknownUse",
            [](PipelineSpec& s) { Step(s, "network").uses = {"nothing"}; },
            "UNKNOWN_STEP", ".uses[0]"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace miv::pipeline
