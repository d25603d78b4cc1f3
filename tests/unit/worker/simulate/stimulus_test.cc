#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "common/base/fault.h"
#include "worker/simulate/stimulus/spike_trains.h"
#include "worker/simulate/stimulus/stimulus_config.h"

namespace miv::simulate {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

neuroh5::Types Types() {
  neuroh5::Types types;
  types.populations = {{"STIM", 0, 0, 3}, {"PYR", 100, 3, 2}};
  return types;
}

absl::StatusOr<Trains> Make(const char* config,
                            std::vector<std::uint32_t> gids = {0, 1, 2}) {
  const auto entries = ParseStimulus(json::parse(config));
  if (!entries.ok()) return entries.status();
  const neuroh5::Types types = Types();
  return MakeTrains({*entries, types, std::move(gids), {"STIM"}, 5, 1000, {}});
}

TEST(Stimulus, GivesTheSameTimesToAWholePopulation) {
  const auto trains = Make(R"([{"population": "STIM", "times": [1, 2.5]}])");
  ASSERT_TRUE(trains.ok()) << trains.status();
  EXPECT_THAT(trains->by_gid.at(2), ElementsAre(1, 2.5));
}

TEST(Stimulus, GivesOneTrainPerCellInOrderOfGid) {
  const auto trains = Make(R"([{"gids": [2, 0], "times": [[1], [7]]}])");
  EXPECT_THAT(trains->by_gid,
              ElementsAre(Pair(0, ElementsAre(1)), Pair(2, ElementsAre(7))));
}

TEST(Stimulus, GivesTrainsByGid) {
  const auto trains = Make(R"([{"times": {"1": [3]}}])");
  EXPECT_THAT(trains->by_gid, ElementsAre(Pair(1, ElementsAre(3))));
}

TEST(Stimulus, MergesEntriesOfTheSameCell) {
  const auto trains =
      Make(R"([{"gids": [1], "times": [1, 5]}, {"gids": [1], "times": [3]}])");
  EXPECT_THAT(trains->by_gid.at(1), ElementsAre(1, 3, 5));
}

TEST(Stimulus, CountsTimesBeyondTheEnd) {
  const auto trains = Make(R"([{"gids": [1], "times": [1000, 1000.5, 2000]}])");
  EXPECT_EQ(trains->beyond_end, 2);
}

TEST(Stimulus, MakesTrainsOfOwnCellsOnly) {
  const auto trains = Make(R"([{"population": "STIM", "rate": 100}])", {1});
  EXPECT_EQ(trains->by_gid.size(), 1);
}

TEST(PoissonTrain, HasTheRateAndIntervalsOfAPoissonProcess) {
  // 1e5 s at 20 Hz: 2e6 +- 1414 spikes; five standard deviations.
  const auto train = PoissonTrain(1, 3, 0, 20, 0, 1e8);
  EXPECT_NEAR(static_cast<double>(train.size()), 2e6, 5 * std::sqrt(2e6));
  double sum = 0, squares = 0;
  for (std::size_t i = 1; i < train.size(); ++i) {
    const double interval = train[i] - train[i - 1];
    sum += interval;
    squares += interval * interval;
  }
  const double mean = sum / static_cast<double>(train.size() - 1);
  const double variance =
      squares / static_cast<double>(train.size() - 1) - mean * mean;
  EXPECT_NEAR(std::sqrt(variance) / mean, 1.0, 0.01);  // exponential: CV 1
}

TEST(PoissonTrain, StaysWithinItsWindow) {
  const auto train = PoissonTrain(1, 3, 0, 1000, 50, 60);
  ASSERT_FALSE(train.empty());
  EXPECT_GE(train.front(), 50);
  EXPECT_LT(train.back(), 60);
}

TEST(PoissonTrain, DiffersByCellEntryAndSeedOnly) {
  const auto train = PoissonTrain(1, 3, 0, 20, 0, 1000);
  EXPECT_EQ(train, PoissonTrain(1, 3, 0, 20, 0, 1000));
  EXPECT_NE(train, PoissonTrain(1, 4, 0, 20, 0, 1000));
  EXPECT_NE(train, PoissonTrain(2, 3, 0, 20, 0, 1000));
  EXPECT_NE(train, PoissonTrain(1, 3, 1, 20, 0, 1000));
  EXPECT_THAT(PoissonTrain(1, 3, 0, 0, 0, 1000), IsEmpty());
}

struct Refusal {
  const char* name;
  const char* config;
  const char* field;
};

class StimulusRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(StimulusRefuses, NamesTheField) {
  const auto trains = Make(GetParam().config);
  EXPECT_EQ(trains.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FaultOrMessage(trains.status()).field, GetParam().field);
}

INSTANTIATE_TEST_SUITE_P(
    All, StimulusRefuses,
    testing::Values(
        Refusal{"NoList", R"({"rate": 1})", "stimulus"},
        Refusal{"NoCells", R"([{"rate": 1}])", "stimulus[0].population"},
        Refusal{"TwoWays",
                R"([{"population": "STIM", "gids": [1], "rate": 1}])",
                "stimulus[0].population"},
        Refusal{"NoSource", R"([{"population": "STIM"}])", "stimulus[0].times"},
        Refusal{"TwoSources",
                R"([{"population": "STIM", "rate": 1, "times": [1]}])",
                "stimulus[0].times"},
        Refusal{"Descending", R"([{"gids": [1], "times": [2, 1]}])",
                "stimulus[0].times"},
        Refusal{"Negative", R"([{"gids": [1], "times": [-1]}])",
                "stimulus[0].times"},
        Refusal{"NegativeRate", R"([{"gids": [1], "rate": -1}])",
                "stimulus[0].rate"},
        Refusal{"Population", R"([{"population": "PYR", "rate": 1}])",
                "stimulus[0].population"},
        Refusal{"MembraneCell", R"([{"gids": [3], "rate": 1}])",
                "stimulus[0].gids"},
        Refusal{"TrainCount", R"([{"gids": [0, 1], "times": [[1]]}])",
                "stimulus[0].times"},
        Refusal{"ForeignGid",
                R"([{"population": "STIM", "times": {"4": [1]}}])",
                "stimulus[0].times.4"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace miv::simulate
