// density_semantics "last_layer": which layer is the last one.

#include "common/pipeline/last_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"
#include "common/pipeline/cache_key.h"
#include "common/pipeline/written_order.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr char kSemantics[] =
    "steps.synapses_PYR.config.density_semantics=last_layer";
// By name SR is the last; here SLM is written last.
constexpr char kWritten[] =
    "steps.synapses_PYR.config.cell_types.PYR.synapses.density.apical"
    "={excitatory: {SR: {mean: 3.5}, SLM: {mean: 0.9}}, inhibitory: {SR: "
    "{mean: 1}}}";

// The pipeline file after `overrides`, as the loader leaves it.
PipelineSpec Written(const std::vector<std::string>& overrides) {
  LoadedPipeline loaded = Load(NetworkYaml());
  for (const std::string& text : overrides)
    EXPECT_EQ(ApplyOverride(loaded.spec, text, &loaded.sources),
              absl::OkStatus());
  RecordWrittenOrder(loaded.sources, loaded.spec);
  return loaded.spec;
}

ResolvedStep PyramidalSynapses(const PipelineSpec& spec) {
  const auto resolved = Resolve(spec);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  return resolved.ok() ? *resolved->FindStep("synapses_PYR") : ResolvedStep();
}

json LastLayersOf(const ResolvedStep& step) {
  return step.config["cell_types"]["PYR"]["synapses"]["last_layers"];
}

json& Synapses(PipelineSpec& spec) {
  return Step(spec, "synapses_PYR").config["cell_types"]["PYR"]["synapses"];
}

TEST(LastLayers, AreThoseWrittenLast) {
  const json last = LastLayersOf(PyramidalSynapses(Written({kSemantics})));
  EXPECT_EQ(
      last,
      json({{"apical", {{"excitatory", "SR"}, {"inhibitory", "SR"}}},
            {"basal", {{"excitatory", "SO"}, {"inhibitory", "SO"}}},
            {"soma", {{"excitatory", "default"}, {"inhibitory", "default"}}},
            {"ais", {{"inhibitory", "default"}}}}));
}

TEST(LastLayers, FollowTheTextNotTheNames) {
  const json last =
      LastLayersOf(PyramidalSynapses(Written({kSemantics, kWritten})));
  EXPECT_EQ(last["apical"],
            json({{"excitatory", "SLM"}, {"inhibitory", "SR"}}));
}

TEST(LastLayers, LayerAddedByAnOverrideComesLast) {
  const json last = LastLayersOf(PyramidalSynapses(
      Written({kSemantics,
               "steps.synapses_PYR.config.cell_types.PYR.synapses.density."
               "apical.excitatory.SP={mean: 2}"})));
  EXPECT_EQ(last["apical"]["excitatory"], "SP");
}

TEST(LastLayers, LayerChangedByAnOverrideStaysInItsPlace) {
  const json last = LastLayersOf(PyramidalSynapses(
      Written({kSemantics,
               "steps.synapses_PYR.config.cell_types.PYR.synapses.density."
               "apical.excitatory.SLM={mean: 2}"})));
  EXPECT_EQ(last["apical"]["excitatory"], "SR");
}

TEST(LastLayers, GivenOnesWinOverTheText) {
  const json last = LastLayersOf(PyramidalSynapses(
      Written({kSemantics,
               "steps.synapses_PYR.config.cell_types.PYR.synapses.last_layers"
               "={apical: {excitatory: SLM}}"})));
  EXPECT_EQ(last["apical"],
            json({{"excitatory", "SLM"}, {"inhibitory", "SR"}}));
}

TEST(LastLayers, AreInTheKeyWhenTheyCount) {
  const auto key = [](const std::vector<std::string>& overrides) {
    return CacheKey(PyramidalSynapses(Written(overrides)), {});
  };
  const std::string slm =
      "steps.synapses_PYR.config.cell_types.PYR.synapses.last_layers"
      "={apical: {excitatory: SLM}}";
  EXPECT_NE(key({kSemantics}), key({kSemantics, slm}));
  EXPECT_EQ(key({}), key({slm}));
  EXPECT_FALSE(
      KeyConfig(PyramidalSynapses(Written({})))["cell_types"]["PYR"].contains(
          "last_layers"));
}

TEST(LastLayers, OtherPopulationsDoNotEnterTheKey) {
  PipelineSpec spec = Written({kSemantics});
  const std::string before = CacheKey(PyramidalSynapses(spec), {});
  Step(spec, "synapses_PYR")
      .config["cell_types"]["PVBC"]["synapses"]
      .erase("last_layers");
  EXPECT_EQ(CacheKey(PyramidalSynapses(spec), {}), before);
}

TEST(LastLayers, PerLayerWarnsThatTheyHaveNoEffect) {
  PipelineSpec spec = Written({});
  Synapses(spec)["last_layers"] = {{"apical", {{"excitatory", "SLM"}}}};
  const auto resolved = Resolve(spec);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  ASSERT_EQ(resolved->warnings.size(), 1u);
  EXPECT_EQ(resolved->warnings[0].field,
            "steps.synapses_PYR.config.cell_types.PYR.synapses.last_layers");
}

TEST(LastLayers, AreRequiredWhereTheOrderIsNotKnown) {
  PipelineSpec spec = Network();
  Step(spec, "synapses_PYR").config["density_semantics"] = "last_layer";
  const absl::Status status = Resolve(spec).status();
  EXPECT_EQ(FaultOf(status)->reason, "MISSING_FIELD");
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("steps.synapses_PYR.config.cell_types.PYR.synapses."
                        "last_layers.apical.excitatory"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("expected one of SLM, SR"));
  Synapses(spec)["last_layers"] = {
      {"apical", {{"excitatory", "SLM"}, {"inhibitory", "SR"}}}};
  EXPECT_EQ(LastLayersOf(PyramidalSynapses(spec))["basal"]["excitatory"], "SO");
}

TEST(LastLayers, LayerThatIsNotListedIsRefused) {
  PipelineSpec spec = Written({kSemantics});
  Synapses(spec)["last_layers"]["apical"]["excitatory"] = "SO";
  EXPECT_EQ(FaultOf(Resolve(spec).status())->reason, "UNKNOWN_LAYER");
}

TEST(LastLayers, DensityThatDoesNotExistIsRefused) {
  PipelineSpec spec = Written({kSemantics});
  Synapses(spec)["last_layers"]["tuft"]["excitatory"] = "SO";
  const auto fault = FaultOf(Resolve(spec).status());
  EXPECT_EQ(fault->reason, "UNKNOWN_NAME");
  EXPECT_EQ(fault->field,
            "steps.synapses_PYR.config.cell_types.PYR.synapses.last_layers."
            "tuft.excitatory");
}

}  // namespace
}  // namespace miv::pipeline
