#include "worker/build/geometry/arc_distances.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace miv::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

LayerTable Layers() {
  return *LayerTable::Create({{"SO", {{0, -50, 0}, {200, 250, 5}}},
                              {"SP", {{0, -50, 5}, {200, 250, 50}}}});
}

TEST(ArcDistances, DefaultOriginIsTheMiddleOfTheWidenedVolume) {
  const auto reference = MakeArcReference(Layers(), {});
  ASSERT_TRUE(reference.ok()) << reference.status();
  EXPECT_EQ(reference->u_origin, 100);
  EXPECT_EQ(reference->v_origin, 100);
  EXPECT_NEAR(reference->u_min, -100.01, 1e-12);
  EXPECT_NEAR(reference->u_max, 100.01, 1e-12);
  EXPECT_NEAR(reference->v_min, -150.01, 1e-12);
  EXPECT_NEAR(reference->v_max, 150.01, 1e-12);
  const float u[] = {0, 100, 199.5f}, v[] = {-50, 100, 250};
  const ArcDistances distances = DistancesFrom(*reference, u, v);
  EXPECT_THAT(distances.u, ElementsAre(-100, 0, 99.5f));
  EXPECT_THAT(distances.v, ElementsAre(-150, 0, 150));
}

TEST(ArcDistances, OriginMayBeANumberOrAnEndOfTheAxis) {
  const auto reference = MakeArcReference(Layers(), {25.0, "min", "mean"});
  ASSERT_TRUE(reference.ok()) << reference.status();
  EXPECT_EQ(reference->u_origin, 25);
  EXPECT_NEAR(reference->v_origin, -50.01, 1e-12);
  EXPECT_EQ(reference->v_min, 0);
  const auto at_max = MakeArcReference(Layers(), {"max", "mean", 3.0});
  ASSERT_TRUE(at_max.ok());
  EXPECT_NEAR(at_max->u_origin, 200.01, 1e-12);
  EXPECT_EQ(at_max->v_origin, 100);
}

TEST(ArcDistances, RefusesOriginsThatAreNone) {
  const auto message = [](const Origin& origin) {
    return std::string(MakeArcReference(Layers(), origin).status().message());
  };
  EXPECT_THAT(message({"sum", "median", "max"}),
              HasSubstr("origin.U: not a usable origin; expected a coordinate, "
                        "median, mean, min or max, found \"sum\""));
  EXPECT_THAT(message({"median", 300.0, "max"}), HasSubstr("origin.V"));
  EXPECT_THAT(message({"median", "median", std::nan("")}),
              HasSubstr("origin.L"));
}

TEST(FirstOutside, FindsTheFirstCellInNoBox) {
  const Box boxes[] = {{{0, 0, 0}, {10, 10, 5}}, {{0, 0, 8}, {10, 10, 9}}};
  const float u[] = {1, 10.005f, 5, 5}, v[] = {1, 1, 1, 1};
  const float l[] = {1, 8.5f, 6.5f, 20};
  EXPECT_EQ(FirstOutside(boxes, u, v, l), 2);
  EXPECT_EQ(FirstOutside(boxes, absl::MakeSpan(u, 2), absl::MakeSpan(v, 2),
                         absl::MakeSpan(l, 2)),
            -1);
}

}  // namespace
}  // namespace miv::build
