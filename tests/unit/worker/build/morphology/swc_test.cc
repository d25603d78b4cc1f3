#include "worker/build/morphology/swc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace miv::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ParseSwc, ReadsSevenAndEightColumns) {
  const auto tree = ParseSwc(
      "# a comment\r\n"
      "\n"
      "0 1 0 0.5 -1 5 -1\r\n"
      "1\t4 1e1 2 3 0.25 0 8\n",
      "cell.swc");
  ASSERT_TRUE(tree.ok()) << tree.status();
  EXPECT_THAT(tree->x, ElementsAre(0.0f, 10.0f));
  EXPECT_THAT(tree->y, ElementsAre(0.5f, 2.0f));
  EXPECT_THAT(tree->z, ElementsAre(-1.0f, 3.0f));
  EXPECT_THAT(tree->radius, ElementsAre(5.0f, 0.25f));
  EXPECT_THAT(tree->swc_type, ElementsAre(1, 4));
  EXPECT_THAT(tree->parent, ElementsAre(-1, 0));
  EXPECT_THAT(tree->layer, ElementsAre(-1, 8));
}

TEST(ParseSwc, RenumbersIdsInFileOrderAndAllowsParentsAfterChildren) {
  const auto tree = ParseSwc(
      "70 3 0 0 0 1 20\n"
      "20 1 0 0 0 1 9\n"
      "9 1 0 0 0 1 -1\n",
      "cell.swc");
  ASSERT_TRUE(tree.ok()) << tree.status();
  EXPECT_THAT(tree->parent, ElementsAre(1, 2, -1));
}

TEST(ParseSwc, RoundsDecimalsToTheNearestFloat) {
  const auto tree = ParseSwc("0 1 0.1 16777217 0 1 -1\n", "cell.swc");
  ASSERT_TRUE(tree.ok()) << tree.status();
  EXPECT_EQ(tree->x[0], 0.1f);
  EXPECT_EQ(tree->y[0], 16777216.0f);
}

struct Refused {
  const char* name;
  const char* text;
  const char* message;
};

class ParseSwcRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(ParseSwcRefuses, NamesFileAndLine) {
  const auto tree = ParseSwc(GetParam().text, "cell.swc");
  ASSERT_FALSE(tree.ok());
  EXPECT_EQ(tree.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(tree.status().message()),
              HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    EveryCheck, ParseSwcRefuses,
    ::testing::Values(
        Refused{"NoPoints", "# nothing\n", "cell.swc: the file has no points"},
        Refused{"SixColumns", "0 1 0 0 0 1\n",
                "cell.swc:1: wrong number of columns"},
        Refused{"NineColumns", "0 1 0 0 0 1 -1 5 6\n",
                "cell.swc:1: wrong number of columns"},
        Refused{"FractionalId", "0.5 1 0 0 0 1 -1\n",
                "cell.swc:1: the id is not an integer; found \"0.5\""},
        Refused{"Header", "id type x y z r parent\n",
                "cell.swc:1: the id is not an integer"},
        Refused{"WordAsCoordinate", "0 1 0 zero 0 1 -1\n",
                "cell.swc:1: y is not a number; found \"zero\""},
        Refused{"InfiniteCoordinate", "0 1 inf 0 0 1 -1\n",
                "cell.swc:1: x is not finite"},
        Refused{"OverflowingCoordinate", "0 1 0 0 1e39 1 -1\n",
                "cell.swc:1: z is not finite"},
        Refused{"NanRadius", "0 1 0 0 0 nan -1\n",
                "cell.swc:1: the radius is not finite"},
        Refused{"NegativeId", "-2 1 0 0 0 1 -1\n",
                "cell.swc:1: the id is out of range"},
        Refused{"DuplicateId", "0 1 0 0 0 1 -1\n\n0 1 0 0 0 1 0\n",
                "cell.swc:3: id 0 is used twice; found first use in line 1"},
        Refused{"UndefinedType", "0 0 0 0 0 1 -1\n",
                "cell.swc:1: the type is out of range; expected 1 to 8"},
        Refused{"UnknownType", "0 9 0 0 0 1 -1\n",
                "cell.swc:1: the type is out of range"},
        Refused{"LayerTooLarge", "0 1 0 0 0 1 -1 128\n",
                "cell.swc:1: the layer is out of range"},
        Refused{"ZeroRadius", "0 1 0 0 0 0 -1\n",
                "cell.swc:1: the radius is not positive"},
        Refused{"NegativeRadius", "0 1 0 0 0 -1 -1\n",
                "cell.swc:1: the radius is not positive"},
        Refused{"UnknownParent", "0 1 0 0 0 1 -1\n1 1 0 0 0 1 7\n",
                "cell.swc:2: no point has the id 7"},
        Refused{"OwnParent", "0 1 0 0 0 1 -1\n1 1 0 0 0 1 1\n",
                "cell.swc:2: point 1 is its own parent"},
        Refused{"NoRoot", "0 1 0 0 0 1 1\n1 1 0 0 0 1 0\n",
                "no point has parent -1"},
        Refused{"TwoRoots", "0 1 0 0 0 1 -1\n1 1 0 0 0 1 -1\n",
                "cell.swc:2: a second point has parent -1"},
        Refused{"Cycle",
                "0 1 0 0 0 1 -1\n1 1 0 0 0 1 3\n2 1 0 0 0 1 1\n"
                "3 1 0 0 0 1 2\n",
                "leads back to this point"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ParseSwc, RefusesMorePointsThanSixteenBitsCount) {
  std::string text = "0 1 0 0 0 1 -1\n";
  for (int i = 1; i <= 65535; ++i)
    absl::StrAppend(&text, i, " 3 0 0 ", i, " 1 ", i - 1, "\n");
  const auto tree = ParseSwc(text, "cell.swc");
  ASSERT_FALSE(tree.ok());
  EXPECT_THAT(std::string(tree.status().message()),
              HasSubstr("cell.swc:65536: too many points"));
}

}  // namespace
}  // namespace miv::build
