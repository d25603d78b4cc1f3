#include "worker/simulate/recordings/record_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "common/base/fault.h"

namespace miv::simulate {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

std::vector<std::uint32_t> Gids(std::uint32_t count) {
  std::vector<std::uint32_t> gids(count);
  std::iota(gids.begin(), gids.end(), 10);
  return gids;
}

TEST(Record, RecordsTheSomaPotentialByDefault) {
  const auto recordings = ParseRecord(json::parse(R"([{"gids": [3, 1, 3]}])"));
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  const Recording& recording = recordings->front();
  EXPECT_EQ(recording.variable, "v");
  EXPECT_EQ(recording.section_class, "soma");
  EXPECT_EQ(recording.loc, 0.5);
  EXPECT_EQ(recording.dt_ms, 0);
  EXPECT_THAT(recording.gids, ElementsAre(1, 3));
}

TEST(Record, UnderstandsSectionsByIndex) {
  for (const char* section : {"5", R"("5")", R"("sections[5]")"}) {
    const auto recordings = ParseRecord(json::parse(
        std::string(R"([{"population": "P", "section": )") + section + "}]"));
    ASSERT_TRUE(recordings.ok()) << recordings.status();
    EXPECT_EQ(recordings->front().section_index, 5);
  }
}

TEST(Record, UnderstandsEverySegment) {
  const auto recordings = ParseRecord(
      json::parse(R"([{"population": "P", "section": "all", "loc": "all"}])"));
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  EXPECT_FALSE(recordings->front().loc.has_value());
}

TEST(Record, SelectsTheFractionAndTheLimit) {
  Recording recording;
  recording.label = "r";
  recording.fraction = 0.25;
  const auto some = SelectCells(recording, 1, Gids(4000));
  EXPECT_NEAR(static_cast<double>(some.size()), 1000, 5 * 27.4);  // 5 sigma
  recording.limit = 7;
  EXPECT_EQ(SelectCells(recording, 1, Gids(4000)).size(), 7);
  recording.fraction = 1;
  EXPECT_THAT(SelectCells(recording, 1, Gids(3)), ElementsAre(10, 11, 12));
}

TEST(Record, SelectsACellWhateverTheOthersAre) {
  Recording recording;
  recording.label = "r";
  recording.fraction = 0.5;
  const auto all = SelectCells(recording, 1, Gids(100));
  std::vector<std::uint32_t> alone;
  for (const std::uint32_t gid : Gids(100)) {
    for (const std::uint32_t g : SelectCells(recording, 1, {gid})) {
      alone.push_back(g);
    }
  }
  EXPECT_EQ(all, alone);
}

struct Refusal {
  const char* name;
  const char* config;
  const char* field;
};

class RecordRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(RecordRefuses, NamesTheField) {
  const auto recordings = ParseRecord(json::parse(GetParam().config));
  EXPECT_EQ(recordings.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FaultOrMessage(recordings.status()).field, GetParam().field);
}

INSTANTIATE_TEST_SUITE_P(
    All, RecordRefuses,
    testing::Values(
        Refusal{"NoCells", R"([{}])", "record[0].population"},
        Refusal{"TwoWays", R"([{"gids": [1], "population": "P"}])",
                "record[0].population"},
        Refusal{"Section", R"([{"gids": [1], "section": "nose"}])",
                "record[0].section"},
        Refusal{"Loc", R"([{"gids": [1], "loc": 2}])", "record[0].loc"},
        Refusal{"Fraction", R"([{"population": "P", "fraction": 2}])",
                "record[0].fraction"},
        Refusal{"Dt", R"([{"gids": [1], "dt": -1}])", "record[0].dt"},
        Refusal{"Label", R"([{"gids": [1], "label": "a/b"}])",
                "record[0].label"},
        Refusal{"SameLabel", R"([{"gids": [1], "label": "a"},
                                 {"gids": [1], "label": "a"}])",
                "record[1].label"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace miv::simulate
