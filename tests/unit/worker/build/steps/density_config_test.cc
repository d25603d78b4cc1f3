#include "worker/build/steps/density_config.h"

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
    "layer_definitions": {"SO": 5, "SR": 8, "SLM": 9, "default": -1},
    "distribution": "poisson", "density_semantics": "per_layer",
    "point_process": "homogeneous",
    "cell_types": {"PYR": {"template": "Pyramidal", "synapses": {"density": {
      "apical": {"inhibitory": {"SR": {"mean": 0.5}},
                 "excitatory": {"SR": {"mean": 2, "variance": 0.1},
                                "SLM": {"mean": 1, "variance": 0}}},
      "soma": {"inhibitory": {"default": {"mean": 0.2, "variance": 0.1}}}
    }}}}})");
}

absl::StatusOr<SynapseModel> ModelOf(const json& config) {
  const auto layers = LayerNames::Of(config);
  if (!layers.ok()) return layers.status();
  return SynapseModelOf(config, "PYR", *layers);
}

TEST(SynapseModelOf, ReadsDensitiesByClassAndType) {
  const auto model = ModelOf(Config());
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->template_name, "Pyramidal");
  ASSERT_EQ(model->densities.size(), 3u);
  const build::DensityRule& soma = model->densities[0];
  EXPECT_EQ(soma.swc_type, 1);
  EXPECT_EQ(soma.synapse_type, build::kInhibitory);
  ASSERT_EQ(soma.layers.size(), 1u);
  EXPECT_EQ(soma.layers[0].layer, std::nullopt);
  EXPECT_EQ(soma.layers[0].mean, 0.2);
  EXPECT_EQ(soma.layers[0].sd, 0.1);
  const build::DensityRule& apical = model->densities[1];
  EXPECT_EQ(apical.swc_type, 4);
  EXPECT_EQ(apical.synapse_type, build::kExcitatory);
  ASSERT_EQ(apical.layers.size(), 2u);
  EXPECT_EQ(apical.layers[0].layer, 9);
  EXPECT_EQ(apical.layers[1].layer, 8);
  EXPECT_EQ(model->densities[2].synapse_type, build::kInhibitory);
  EXPECT_EQ(model->densities[2].layers[0].sd, 0);
}

json LastLayers() {
  return {{"apical", {{"inhibitory", "SR"}, {"excitatory", "SLM"}}},
          {"soma", {{"inhibitory", "default"}}}};
}

TEST(SynapseModelOf, ReadsTheOptions) {
  json config = Config();
  config["distribution"] = "uniform";
  config["density_semantics"] = "last_layer";
  config["cell_types"]["PYR"]["synapses"]["last_layers"] = LastLayers();
  config["point_process"] = "original";
  const auto model = ModelOf(config);
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->options.distribution, build::SynapseDistribution::kUniform);
  EXPECT_EQ(model->options.density_semantics,
            build::DensitySemantics::kLastLayer);
  EXPECT_EQ(model->options.point_process, build::PointProcess::kOriginal);
}

TEST(SynapseModelOf, TakesTheLastLayerFromTheConfig) {
  json config = Config();
  config["density_semantics"] = "last_layer";
  json& last = config["cell_types"]["PYR"]["synapses"]["last_layers"];
  for (const auto& [name, code] : {std::pair("SLM", 9), std::pair("SR", 8)}) {
    last = LastLayers();
    last["apical"]["excitatory"] = name;
    const auto model = ModelOf(config);
    ASSERT_TRUE(model.ok()) << model.status();
    ASSERT_EQ(model->densities[1].layers.size(), 2u);
    EXPECT_EQ(model->densities[1].layers.back().layer, code);
  }
}

struct Wrong {
  const char* name;
  std::function<void(json&)> edit;
  const char* message;
};

class SynapseModelOfRefuses : public ::testing::TestWithParam<Wrong> {};

TEST_P(SynapseModelOfRefuses, NamesTheField) {
  json config = Config();
  GetParam().edit(config);
  const auto model = ModelOf(config);
  EXPECT_EQ(model.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(model.status().message()),
              HasSubstr(GetParam().message));
}

json& Density(json& config) {
  return config["cell_types"]["PYR"]["synapses"]["density"];
}

INSTANTIATE_TEST_SUITE_P(
    Configs, SynapseModelOfRefuses,
    ::testing::Values(
        Wrong{"NoCellTypes", [](json& c) { c.erase("cell_types"); },
              "config.cell_types"},
        Wrong{"NoPopulation", [](json& c) { c["cell_types"].erase("PYR"); },
              "config.PYR"},
        Wrong{"NoDensity",
              [](json& c) { c["cell_types"]["PYR"].erase("synapses"); },
              "the model gives PYR no synapse densities"},
        Wrong{"EmptyDensity", [](json& c) { Density(c) = json::object(); },
              "the model gives PYR no synapse densities"},
        Wrong{"UnknownSection",
              [](json& c) { Density(c)["dendrite"] = json::object(); },
              "density.dendrite: there is no section class \"dendrite\""},
        Wrong{"UnknownType",
              [](json& c) { Density(c)["soma"]["exc"] = json::object(); },
              "density.soma.exc: there is no synapse type \"exc\""},
        Wrong{"UnknownLayer",
              [](json& c) {
                Density(c)["soma"]["inhibitory"]["SX"] = {{"mean", 1}};
              },
              "density.soma.inhibitory.SX: there is no layer \"SX\""},
        Wrong{"NoMean",
              [](json& c) {
                Density(c)["soma"]["inhibitory"]["SO"] = {{"variance", 1}};
              },
              "mean"},
        Wrong{"VarianceIsText",
              [](json& c) {
                Density(c)["soma"]["inhibitory"]["SO"] = {{"mean", 1},
                                                          {"variance", "x"}};
              },
              "variance"},
        Wrong{"NotAMapping",
              [](json& c) { Density(c)["soma"]["inhibitory"] = 3; },
              "density.soma.inhibitory: the step cannot use this value; "
              "expected a mapping, found 3"},
        Wrong{"UnknownDistribution",
              [](json& c) { c["distribution"] = "random"; },
              "config.distribution: not one of the choices; expected poisson "
              "or uniform, found random"},
        Wrong{"NoLastLayer",
              [](json& c) { c["density_semantics"] = "last_layer"; },
              "synapses.last_layers.apical.excitatory: the last layer of the "
              "density is not known"},
        Wrong{"NoSemantics", [](json& c) { c.erase("density_semantics"); },
              "density_semantics"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace miv::worker
