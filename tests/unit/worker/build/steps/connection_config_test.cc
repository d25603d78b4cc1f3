#include "worker/build/steps/connection_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace miv::worker {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

json Config() {
  return json::parse(R"({
    "layer_definitions": {"SO": 5, "SP": 6, "default": -1},
    "allow_autapses": false,
    "axon_extents": {
      "PYR": {"default": {"width": [200, 100], "offset": [10, 0]}},
      "STIM": {"SO": {"width": [50, 50]}, "default": {"width": [80, 80]}}},
    "synapses": {"PYR": {
      "STIM": {"type": "excitatory", "sections": ["soma", "basal"],
               "layers": ["SP", "SO"], "proportions": [1, 0.4],
               "contacts": 3},
      "PYR": {"type": "excitatory", "sections": ["basal", "apical"],
              "layers": ["SO", "SO"], "proportions": [0.6, 0]}}}})");
}

absl::StatusOr<ConnectionModel> ModelOf(const json& config) {
  const auto layers = LayerNames::Of(config);
  if (!layers.ok()) return layers.status();
  return ConnectionModelOf(config, "PYR", *layers);
}

TEST(ConnectionModelOf, ReadsProjectionsByNameOfTheSource) {
  const auto model = ModelOf(Config());
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_EQ(model->rules.size(), 2u);
  EXPECT_EQ(model->rules[0].source, "PYR");
  EXPECT_EQ(model->rules[0].contacts, 1);
  ASSERT_EQ(model->rules[0].targets.size(), 1u);  // a share of 0 is none
  EXPECT_EQ(model->rules[0].targets[0].swc_type, 3);
  EXPECT_EQ(model->rules[0].targets[0].layer, 5);
  EXPECT_EQ(model->rules[0].targets[0].proportion, 0.6);
  EXPECT_EQ(model->rules[1].source, "STIM");
  EXPECT_EQ(model->rules[1].contacts, 3);
  EXPECT_EQ(model->rules[1].targets.size(), 2u);
  EXPECT_FALSE(model->allow_autapses);
}

TEST(ConnectionModelOf, FindsExtentsByTheNameOfTheLayer) {
  const auto model = ModelOf(Config());
  ASSERT_TRUE(model.ok());
  const build::LayeredKernels& stim = model->kernels[1];
  const auto reach = [](const build::LayeredKernels& table, std::int8_t layer) {
    return table.kernels()[static_cast<std::size_t>(table.IndexFor(layer))]
        .reach(0);
  };
  EXPECT_EQ(reach(stim, 5), 25);
  EXPECT_EQ(reach(stim, 6), 40);
  EXPECT_EQ(reach(model->kernels[0], 5), 100);
  EXPECT_EQ(model->kernels[0].kernels()[0].reach(1), 50);
}

TEST(ConnectionModelOf, AllowsAutapsesWhenAsked) {
  json config = Config();
  config["allow_autapses"] = true;
  EXPECT_TRUE(ModelOf(config)->allow_autapses);
}

struct Wrong {
  const char* name;
  std::function<void(json&)> edit;
  const char* message;
};

class ConnectionModelOfRefuses : public ::testing::TestWithParam<Wrong> {};

TEST_P(ConnectionModelOfRefuses, NamesTheField) {
  json config = Config();
  GetParam().edit(config);
  const auto model = ModelOf(config);
  EXPECT_EQ(model.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(model.status().message()),
              HasSubstr(GetParam().message));
}

json& Stim(json& config) { return config["synapses"]["PYR"]["STIM"]; }

INSTANTIATE_TEST_SUITE_P(
    Configs, ConnectionModelOfRefuses,
    ::testing::Values(
        Wrong{"NoProjections", [](json& c) { c["synapses"].erase("PYR"); },
              "config.synapses.PYR: the model has no projection onto PYR"},
        Wrong{"NoExtent", [](json& c) { c["axon_extents"].erase("STIM"); },
              "config.axon_extents.STIM: the axons of STIM have no extent"},
        Wrong{"UnknownType", [](json& c) { Stim(c)["type"] = "exc"; },
              "STIM.type: there is no synapse type"},
        Wrong{"UnequalLists",
              [](json& c) { Stim(c)["layers"].push_back("SO"); },
              "config.synapses.PYR.STIM: sections, layers and proportions are "
              "not parallel lists; expected equal lengths, found 2, 3 and 2"},
        Wrong{"SectionsNotAList", [](json& c) { Stim(c)["sections"] = "soma"; },
              "STIM.sections: not a list"},
        Wrong{"SectionNotAName", [](json& c) { Stim(c)["sections"][1] = 3; },
              "STIM.sections[1]: not a name"},
        Wrong{"UnknownSection",
              [](json& c) { Stim(c)["sections"][0] = "dendrite"; },
              "STIM.sections[0]: there is no section class"},
        Wrong{"UnknownLayer", [](json& c) { Stim(c)["layers"][0] = "SX"; },
              "STIM.layers[0]: there is no layer"},
        Wrong{"ProportionNotANumber",
              [](json& c) { Stim(c)["proportions"][0] = "all"; },
              "STIM.proportions[0]: not a proportion"},
        Wrong{"WidthNotAPair",
              [](json& c) { c["axon_extents"]["STIM"]["SO"]["width"] = 50; },
              "config.axon_extents.STIM.SO.width: not a pair along U and V"},
        Wrong{"OffsetBeyondReach",
              [](json& c) {
                c["axon_extents"]["PYR"]["default"]["offset"] = {100, 0};
              },
              "config.axon_extents.PYR: axon extent along U"},
        Wrong{"ExtentOfUnknownLayer",
              [](json& c) {
                c["axon_extents"]["PYR"]["SX"] = {{"width", {1, 1}}};
              },
              "config.axon_extents.PYR.SX: there is no layer"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace miv::worker
