#include "worker/build/steps/input_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace miv::worker {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// STIM: gids 0 to 3; PYR: gids 4 to 6.
neuroh5::Types Network() {
  return *neuroh5::MakeTypes({{"PYR", 100, 3}, {"STIM", 0, 4}}, {});
}

json Config(json inputs) {
  return {{"inputs", std::move(inputs)},
          {"trials", {{"n", 2}, {"duration", 50}}},
          {"equilibration", 10},
          {"refractory", 3}};
}

TEST(InputModel, SortsCellsByPopulationAndGid) {
  const auto model = InputModelOf(
      Config({{{"trains", {{"5", {1, 2}}, {"10", json::array()}}}}}),
      Network());
  EXPECT_EQ(model.status().code(), absl::StatusCode::kInvalidArgument);
  const auto good =
      InputModelOf(Config({{{"trains", {{"5", {1, 2}}, {"3", {7}}}}},
                           {{"gids", {2, 0}}, {"rate", 10}}}),
                   Network());
  ASSERT_TRUE(good.ok()) << good.status();
  ASSERT_THAT(good->populations, SizeIs(2));
  EXPECT_EQ(good->populations[0].population.name, "STIM");
  EXPECT_THAT(good->populations[0].gids, ElementsAre(0, 2, 3));
  EXPECT_THAT(good->populations[0].entry_of, ElementsAre(1, 1, 0));
  EXPECT_THAT(good->populations[1].gids, ElementsAre(5));
  // By hand: trials of 60 ms, of which 10 pass before the stimulus.
  EXPECT_THAT(good->TrainOf(good->populations[1], 0, 1).times_ms,
              ElementsAre(11, 12, 71, 72));
}

struct Mistake {
  std::string name;
  json inputs;
  std::string message;
};

class InputModelMistake : public testing::TestWithParam<Mistake> {};

TEST_P(InputModelMistake, IsNamed) {
  const auto model = InputModelOf(Config(GetParam().inputs), Network());
  EXPECT_EQ(model.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(model.status().message()),
              HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, InputModelMistake,
    testing::Values(
        Mistake{"Population",
                {{{"population", "STIMM"}, {"rate", 1}}},
                "config.inputs[0].population: no such population"},
        Mistake{"Gid",
                {{{"gids", {7}}, {"rate", 1}}},
                "config.inputs[0]: the network has no such cell; found gid 7"},
        Mistake{
            "Twice",
            {{{"population", "STIM"}, {"rate", 1}}, {{"trains", {{"2", {1}}}}}},
            "config.inputs[1]: a cell has more than one input; found gid "
            "2"},
        Mistake{"TooFast",
                {{{"population", "STIM"}, {"rate", 400}}},
                "config.inputs[0]: a peak rate of 400 Hz"},
        Mistake{"TrainBeyondTheTrial",
                {{{"trains", {{"2", {50}}}}}},
                "config.inputs[0].trains.2: a spike time is out of order"},
        Mistake{"StopBeyondTheTrial",
                {{{"gids", {1}}, {"rate", 1}, {"stop", 51}}},
                "config.inputs.stop: the input ends after the trial"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace miv::worker
