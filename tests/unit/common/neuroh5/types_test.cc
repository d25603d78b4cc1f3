#include "common/neuroh5/types.h"

#include "common/base/fault.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace miv::neuroh5 {
namespace {

using testing::HasSubstr;

TEST(MakeTypes, PacksRangesByIndexFromZero) {
  const auto types =
      MakeTypes({{"STIM", 100, 64}, {"OLM", 102, 21}, {"PYR", 0, 223}},
                {{"PYR", "STIM"}});
  ASSERT_TRUE(types.ok()) << types.status();
  EXPECT_EQ(
      types->populations,
      (std::vector<Population>{
          {"PYR", 0, 0, 223}, {"STIM", 100, 223, 64}, {"OLM", 102, 287, 21}}));
  EXPECT_EQ(types->total(), 308u);
}

TEST(Types, FindsPopulationsByNameAndGid) {
  const Types types = MakeTypes({{"A", 0, 3}, {"B", 1, 2}}, {}).value();
  EXPECT_EQ(types.Find("B")->start, 3u);
  EXPECT_EQ(types.Find("C"), nullptr);
  EXPECT_EQ(types.OfGid(2)->name, "A");
  EXPECT_EQ(types.OfGid(3)->name, "B");
  EXPECT_EQ(types.OfGid(5), nullptr);
}

TEST(Types, GetSuggestsTheNearestName) {
  const Types types = MakeTypes({{"PVBC", 0, 3}}, {}).value();
  const auto found = types.Get("PVBX");
  EXPECT_EQ(found.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(found.status().message()), HasSubstr("\"PVBC\""));
}

TEST(Types, KnowsWhichProjectionsAreValid) {
  const Types types =
      MakeTypes({{"A", 0, 3}, {"B", 1, 2}}, {{"A", "B"}}).value();
  EXPECT_TRUE(types.IsValid({"A", "B"}));
  EXPECT_FALSE(types.IsValid({"B", "A"}));
}

struct BadTypes {
  const char* name;
  Types types;
  const char* what;
};
class CheckTypesRefuses : public testing::TestWithParam<BadTypes> {};

TEST_P(CheckTypesRefuses, WithTheReason) {
  const absl::Status status = CheckTypes(GetParam().types);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Types, CheckTypesRefuses,
    testing::Values(
        BadTypes{"NoPopulation", {}, "no population"},
        BadTypes{
            "TwoNames", {{{"A", 0, 0, 1}, {"A", 1, 1, 1}}, {}}, "one name"},
        BadTypes{
            "TwoIndices", {{{"A", 0, 0, 1}, {"B", 0, 1, 1}}, {}}, "one index"},
        BadTypes{"EmptyName", {{{"", 0, 0, 1}}, {}}, "cannot be a name"},
        BadTypes{"Slash", {{{"A/B", 0, 0, 1}}, {}}, "cannot be a name"},
        BadTypes{"LongName",
                 {{{std::string(1024, 'x'), 0, 0, 1}}, {}},
                 "cannot be a name"},
        BadTypes{"NoCells", {{{"A", 0, 0, 0}}, {}}, "no cells"},
        BadTypes{"Overlap", {{{"A", 0, 0, 5}, {"B", 1, 4, 5}}, {}}, "overlap"},
        BadTypes{"TooManyCells", {{{"A", 0, 0xffffffffu, 2}}, {}}, "32 bits"},
        BadTypes{"UnknownSource",
                 {{{"A", 0, 0, 1}}, {{"A", "X"}}},
                 "no such population"},
        BadTypes{"TwicePair",
                 {{{"A", 0, 0, 1}}, {{"A", "A"}, {"A", "A"}}},
                 "listed twice"}),
    [](const auto& info) { return info.param.name; });

TEST(CheckTypes, AllowsTheLastGidOfThirtyTwoBits) {
  EXPECT_TRUE(CheckTypes({{{"A", 0, 0xffffffffu, 1}}, {}}).ok());
}

}  // namespace
}  // namespace miv::neuroh5
