#include "worker/build/geometry/box.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace miv::build {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Layer MakeLayer(const std::string& name, double l_lo, double l_hi) {
  return {name, {{0, 0, l_lo}, {200, 200, l_hi}}};
}

TEST(LayerTable, ExtentCoversAllLayersAlsoBelowZero) {
  const auto table =
      LayerTable::Create({MakeLayer("A", -30, -10), MakeLayer("B", -60, -30)});
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->extent(), (Box{{0, 0, -60}, {200, 200, -10}}));
}

TEST(LayerTable, NamesTheLayersThereAreWhenAskedForAnother) {
  const auto table =
      LayerTable::Create({MakeLayer("SO", 0, 5), MakeLayer("SP", 5, 50)});
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table->Get("SP")->lo[2], 5);
  EXPECT_THAT(std::string(table->Get("SLM").status().message()),
              HasSubstr("layer SLM has no extents; expected one of SO, SP"));
}

TEST(LayerTable, RefusesWhatIsNotALayer) {
  const double inf = std::numeric_limits<double>::infinity();
  const auto message = [](std::vector<Layer> layers) {
    return std::string(
        LayerTable::Create(std::move(layers)).status().message());
  };
  EXPECT_THAT(message({}), HasSubstr("there is no layer"));
  EXPECT_THAT(message({MakeLayer("", 0, 1)}), HasSubstr("has no name"));
  EXPECT_THAT(message({MakeLayer("SO", 0, 1), MakeLayer("SO", 1, 2)}),
              HasSubstr("layer_extents.SO: the layer is given twice"));
  EXPECT_THAT(message({MakeLayer("SO", 0, inf)}),
              HasSubstr("the L range is not finite"));
  EXPECT_THAT(message({MakeLayer("SO", 2, 1)}),
              HasSubstr("the L range ends (1) before it starts (2)"));
}

TEST(RotationMatrix, QuarterTurnsAreExactAndRightHanded) {
  EXPECT_THAT(Rotate(RotationMatrix({90, 0, 0}), {0, 1, 0}),
              ElementsAre(0, 0, 1));
  EXPECT_THAT(Rotate(RotationMatrix({0, 90, 0}), {0, 0, 1}),
              ElementsAre(1, 0, 0));
  EXPECT_THAT(Rotate(RotationMatrix({0, 0, 90}), {1, 0, 0}),
              ElementsAre(0, 1, 0));
  EXPECT_THAT(Rotate(RotationMatrix({0, 0, -180}), {1, 2, 3}),
              ElementsAre(-1, -2, 3));
}

TEST(RotationMatrix, CombinesAxesInOrderXYZ) {
  // (0,1,0) -x-> (0,0,1) -y-> (1,0,0) -z-> (0,1,0)
  EXPECT_THAT(Rotate(RotationMatrix({90, 90, 90}), {0, 1, 0}),
              ElementsAre(0, 1, 0));
  EXPECT_THAT(
      Rotate(RotationMatrix({90, 90, 90}, RotationOrder::kLastAxis), {0, 1, 0}),
      ElementsAre(-1, 0, 0));
}

TEST(RotationMatrix, TurnsByThirtyDegrees) {
  EXPECT_THAT(
      Rotate(RotationMatrix({0, 0, 30}), {2, 0, 0}),
      ElementsAre(DoubleNear(std::sqrt(3.0), 1e-15), DoubleNear(1, 1e-15), 0));
}

}  // namespace
}  // namespace miv::build
