#include "worker/simulate/cells/cell_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"

namespace miv::simulate {
namespace {

using nlohmann::json;

std::string FieldOf(const absl::Status& status) {
  return FaultOrMessage(status).field;
}

TEST(CellTypes, NamesTheFileAfterTheTemplate) {
  const auto types = ParseCellTypes({{"PYR", {{"template", "Pyramid"}}}});
  ASSERT_TRUE(types.ok()) << types.status();
  EXPECT_EQ(types->at("PYR").template_file, "Pyramid.hoc");
  EXPECT_FALSE(types->at("PYR").detector.has_value());
  EXPECT_FALSE(types->at("PYR").unique_synapses);
}

TEST(CellTypes, ReadsTheSpikeDetector) {
  const auto types = ParseCellTypes(json::parse(R"({"OLM": {
      "template": "O", "mechanism": {"spike detector": {
        "section": "axon", "loc": 0.25, "distance": 0.0, "threshold": -25.0,
        "delay": 0.075, "onset delay": 0.0}}}})"));
  ASSERT_TRUE(types.ok()) << types.status();
  const DetectorConfig& detector = *types->at("OLM").detector;
  EXPECT_EQ(detector.section, "axon");
  EXPECT_EQ(detector.loc, 0.25);
  EXPECT_EQ(detector.threshold_mv, -25);
  EXPECT_EQ(detector.delay_ms, 0.075);
}

TEST(CellTypes, GivesReducedCellsTheirParameters) {
  const auto types = ParseCellTypes(json::parse(R"({"P": {
      "template": "PR_nrn", "mechanism": {"PinskyRinzel": {
        "pp": 0.5, "V_threshold": -20, "ic_constant": 0.01}}}})"));
  ASSERT_TRUE(types.ok()) << types.status();
  const ReducedConfig& reduced = *types->at("P").reduced;
  EXPECT_EQ(std::get<double>(reduced.parameters->mapping()->at("pp")), 0.5);
  EXPECT_EQ(reduced.ic_constant, 0.01);
  EXPECT_EQ(reduced.v_threshold, -20);
}

TEST(CellTypes, TakeWeightsOfOneNamespaceOrSeveral) {
  const auto types = ParseCellTypes(json::parse(R"({
      "P": {"template": "T", "synapses": {"weights": {"namespace": "V"}}},
      "Q": {"template": "T", "synapses": {"weights": [
          {"namespace": ["V", "W"]},
          {"namespace": "U", "expr": "a * w + x", "parameter": "w",
           "const": {"a": 3}}]}}})"));
  ASSERT_TRUE(types.ok()) << types.status();
  ASSERT_EQ(types->at("P").weights.size(), 1u);
  EXPECT_EQ(types->at("P").weights[0].name_space, "V");
  EXPECT_FALSE(types->at("P").weights[0].expression.has_value());
  const auto& weights = types->at("Q").weights;
  ASSERT_EQ(weights.size(), 3u);
  EXPECT_EQ(weights[1].name_space, "W");
  EXPECT_EQ(weights[2].name_space, "U");
  EXPECT_EQ(weights[2].expression->Evaluate(2), 8);  // 3 * 2 + 2
}

struct Refusal {
  const char* name;
  const char* config;
  const char* field;
};

class CellTypesRefuse : public testing::TestWithParam<Refusal> {};

TEST_P(CellTypesRefuse, NamesTheField) {
  const auto types = ParseCellTypes(json::parse(GetParam().config));
  EXPECT_EQ(types.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldOf(types.status()), GetParam().field);
}

INSTANTIATE_TEST_SUITE_P(
    All, CellTypesRefuse,
    testing::Values(
        Refusal{"NoTemplate", R"({"P": {}})", "cell_types.P.template"},
        Refusal{"TemplateClass", R"({"P": {"template": "T",
                "template class": "a.B"}})",
                "cell_types.P.template class"},
        Refusal{"UnknownField", R"({"P": {"template": "T", "color": 1}})",
                "cell_types.P.color"},
        Refusal{"MechanismFile", R"({"P": {"template": "T",
                "mechanism": "m.yaml"}})",
                "cell_types.P.mechanism"},
        Refusal{"SectionRules", R"({"P": {"template": "T",
                "mechanism": {"basal": {"pas": {}}}}})",
                "cell_types.P.mechanism.basal"},
        Refusal{"OnsetDelay", R"({"P": {"template": "T", "mechanism":
                {"spike detector": {"onset delay": 1}}}})",
                "cell_types.P.mechanism.spike detector.onset delay"},
        Refusal{"DetectorClass", R"({"P": {"template": "T", "mechanism":
                {"spike detector": {"section": "nose"}}}})",
                "cell_types.P.mechanism.spike detector.section"},
        Refusal{"WeightsWithoutNamespace", R"({"P": {"template": "T",
                "synapses": {"weights": [{"expr": "x"}]}}})",
                "cell_types.P.synapses.weights[0].namespace"},
        Refusal{"NamespaceThatIsNoText", R"({"P": {"template": "T",
                "synapses": {"weights": [{"namespace": [5]}]}}})",
                "cell_types.P.synapses.weights[0].namespace"},
        Refusal{"ExpressionOfWeights", R"({"P": {"template": "T",
                "synapses": {"weights": [{"namespace": "W", "expr": "y"}]}}})",
                "cell_types.P.synapses.weights[0].expr"},
        Refusal{"WeightsOfTwoValues", R"({"P": {"template": "T",
                "synapses": {"weights": [{"namespace": "W", "expr": "a",
                "parameter": ["a", "b"]}]}}})",
                "cell_types.P.synapses.weights[0].parameter"},
        Refusal{"ConstantThatIsNoNumber", R"({"P": {"template": "T",
                "synapses": {"weights": [{"namespace": "W", "expr": "a",
                "const": {"a": "1"}}]}}})",
                "cell_types.P.synapses.weights[0].const.a"},
        Refusal{"WeightsThatAreNoList", R"({"P": {"template": "T",
                "synapses": {"weights": "W"}}})",
                "cell_types.P.synapses.weights"},
        Refusal{"ThresholdThatIsNoNumber", R"({"P": {"template": "brk_nrn",
                "mechanism": {"BoothRinzelKiehn": {"V_threshold": "low"}}}})",
                "cell_types.P.mechanism.BoothRinzelKiehn.V_threshold"},
        Refusal{"ReducedWithoutBlock", R"({"P": {"template": "brk_nrn"}})",
                "cell_types.P.mechanism.BoothRinzelKiehn"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace miv::simulate
