#include "worker/build/steps/config_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "worker/build/steps/layers.h"

namespace miv::worker {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ConfigFields, ReadsWhatIsThere) {
  const json config = {{"n", 2.5}, {"i", 3.0},        {"b", true},
                       {"t", "x"}, {"o", {{"a", 1}}}, {"z", nullptr}};
  EXPECT_EQ(*NumberField(config, "n"), 2.5);
  EXPECT_EQ(*IntegerField(config, "i"), 3);
  EXPECT_TRUE(*BoolField(config, "b"));
  EXPECT_EQ(*TextField(config, "t"), "x");
  EXPECT_EQ((**ObjectField(config, "o"))["a"], 1);
  EXPECT_EQ(FindField(config, "z"), nullptr);
  EXPECT_EQ(FindField(json(3), "n"), nullptr);
  EXPECT_THAT(*Triple(json{1, 2, 3}, "v"), ElementsAre(1, 2, 3));
}

TEST(ConfigFields, NamesWhatIsMissingOrWrong) {
  const json config = {{"n", "two"}, {"i", 3.5}};
  EXPECT_THAT(
      std::string(NumberField(config, "n").status().message()),
      HasSubstr("config.n: the step cannot use this value; expected a number, "
                "found \"two\""));
  EXPECT_THAT(std::string(TextField(config, "x").status().message()),
              HasSubstr("config.x"));
  EXPECT_FALSE(IntegerField(config, "i").ok());
  EXPECT_FALSE(BoolField(config, "n").ok());
  EXPECT_FALSE(ObjectField(config, "n").ok());
  EXPECT_FALSE(Triple(json{1, 2}, "v").ok());
  EXPECT_FALSE(Triple(json{1, 2, "x"}, "v").ok());
}

TEST(LayersOf, ReadsBoxes) {
  const json config = {{"layer_extents", {{"SO", {{0, 1, 2}, {10, 11, 12}}}}}};
  const auto layers = LayersOf(config);
  ASSERT_TRUE(layers.ok()) << layers.status();
  EXPECT_EQ(layers->Find("SO")->box, (build::Box{{0, 1, 2}, {10, 11, 12}}));
}

TEST(LayersOf, RefusesWhatIsNoBox) {
  EXPECT_FALSE(LayersOf(json::object()).ok());
  EXPECT_THAT(std::string(LayersOf({{"layer_extents", {{"SO", {1, 2, 3}}}}})
                              .status()
                              .message()),
              HasSubstr("config.layer_extents.SO: not a box"));
  EXPECT_FALSE(
      LayersOf({{"layer_extents", {{"SO", {{0, 0, 0}, {1, 1}}}}}}).ok());
}

TEST(RotationOf, DefaultsToNone) {
  EXPECT_EQ(*RotationOf(json::object()), build::RotationMatrix({0, 0, 0}));
  EXPECT_EQ(*RotationOf({{"rotation", {90, 0, 0}}}),
            build::RotationMatrix({90, 0, 0}));
  EXPECT_FALSE(RotationOf({{"rotation", "x"}}).ok());
}

}  // namespace
}  // namespace miv::worker
