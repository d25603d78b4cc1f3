#include "worker/build/steps/model_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace miv::worker {
namespace {

using ::testing::HasSubstr;

TEST(SectionClassCode, KnowsTheEightClasses) {
  EXPECT_EQ(*SectionClassCode("soma", "f"), 1);
  EXPECT_EQ(*SectionClassCode("apical", "f"), 4);
  EXPECT_EQ(*SectionClassCode("hillock", "f"), 8);
}

TEST(SectionClassCode, SuggestsTheNearestName) {
  const auto code = SectionClassCode("apicla", "config.x");
  EXPECT_EQ(code.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(code.status().message()),
              HasSubstr("config.x: there is no section class \"apicla\""));
  EXPECT_THAT(std::string(code.status().message()), HasSubstr("apical"));
}

TEST(SynapseTypeCode, KnowsTheThreeTypes) {
  EXPECT_EQ(*SynapseTypeCode("excitatory", "f"), 0);
  EXPECT_EQ(*SynapseTypeCode("inhibitory", "f"), 1);
  EXPECT_EQ(*SynapseTypeCode("modulatory", "f"), 2);
  EXPECT_FALSE(SynapseTypeCode("", "f").ok());
}

nlohmann::json Definitions() {
  return {{"layer_definitions", {{"SO", 5}, {"SP", 6}, {"default", -1}}}};
}

TEST(LayerNames, TranslatesBothWays) {
  const auto names = LayerNames::Of(Definitions());
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_EQ(*names->CodeOf("SP", "f"), 6);
  EXPECT_EQ(*names->CodeOf("default", "f"), -1);
  EXPECT_EQ(names->NameOf(5), "SO");
  EXPECT_EQ(names->NameOf(77), "layer 77");
  EXPECT_THAT(std::string(names->CodeOf("SQ", "config.y").status().message()),
              HasSubstr("config.y: there is no layer \"SQ\""));
}

TEST(LayerNames, RefusesWhatIsNoTableOfIndices) {
  EXPECT_FALSE(LayerNames::Of(nlohmann::json::object()).ok());
  EXPECT_FALSE(LayerNames::Of({{"layer_definitions", {{"SO", "five"}}}}).ok());
  EXPECT_THAT(std::string(LayerNames::Of({{"layer_definitions", {{"SO", 128}}}})
                              .status()
                              .message()),
              HasSubstr("config.layer_definitions.SO: not a layer index"));
}

}  // namespace
}  // namespace miv::worker
