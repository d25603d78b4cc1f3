#include "client/plot/raster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"

namespace miv::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Populations A (gids 0, 1) and B (2..5); 100 ms.
SpikeTrains FiveSpikes() {
  return {.populations = {{"A", 0, 2}, {"B", 2, 4}},
          .gids = {0, 2, 5, 1, 0},
          .times_ms = {5, 10, 20, 25, 99},
          .duration_ms = 100};
}

TEST(StatisticsOf, CountsSpikesAndTheirRatePerCell) {
  const auto trains = FiveSpikes();
  const auto bands = StatisticsOf(trains, trains.populations, 0, 100);
  EXPECT_EQ(bands[0].spikes, 3u);
  EXPECT_DOUBLE_EQ(bands[0].rate_hz, 15);  // 3 / (2 cells * 0.1 s)
  EXPECT_EQ(bands[1].spikes, 2u);
  EXPECT_DOUBLE_EQ(bands[1].rate_hz, 5);
  EXPECT_EQ(StatisticsOf(trains, trains.populations, 0, 50)[0].spikes, 2u);
}

TEST(RateHistogram, DividesByCellsAndTime) {
  const auto trains = FiveSpikes();
  // Bins of 20 ms: A has spikes at 5, 25, 99; one spike in 2 cells and 20 ms
  // is 25 Hz.
  EXPECT_THAT(RateHistogram(trains, trains.populations[0], 0, 100, 20),
              ElementsAre(25, 25, 0, 0, 25));
}

TEST(RateHistogram, CountsOnlyTheTimeOfACutBin) {
  const auto trains = FiveSpikes();
  // The second bin is 20..30: half as long, twice the rate.
  EXPECT_THAT(RateHistogram(trains, trains.populations[0], 0, 30, 20),
              ElementsAre(25, 50));
}

TEST(RasterScript, NamesPopulationsWithCellsAndRates) {
  const auto script = RasterScript(
      FiveSpikes(), {.figure = {.output = "r.png"}, .title = "my run"});
  ASSERT_TRUE(script.ok()) << script.status();
  EXPECT_THAT(
      *script,
      AllOf(HasSubstr("{/:Bold A}"), HasSubstr("2 cells, 15 Hz"),
            HasSubstr("4 cells, 5 Hz"), HasSubstr("my run"),
            HasSubstr("5 spikes in 100 ms"), HasSubstr("set xrange [0:100]")));
}

TEST(RasterScript, PutsATickForEverySpikeIntoItsCellsRow) {
  const auto script =
      RasterScript(FiveSpikes(), {.figure = {.output = "r.png"}});
  ASSERT_TRUE(script.ok()) << script.status();
  const auto begin = script->find("$spikes1 << EOD\n") + 16;
  const auto block = script->substr(begin, script->find("EOD", begin) - begin);
  // B is the lower band: its bottom is 0, and gid 2 lies below gid 5.
  double t[2], y[2], h[2];
  ASSERT_EQ(std::sscanf(block.c_str(), "%lf %lf %lf %lf %lf %lf", &t[0], &y[0],
                        &h[0], &t[1], &y[1], &h[1]),
            6);
  EXPECT_EQ(t[0], 10);
  EXPECT_EQ(t[1], 20);
  EXPECT_GT(y[0], 0);
  // Heights are printed with four digits.
  EXPECT_NEAR(y[1] - y[0], 3 * (y[0] + h[0] / 2) * 2, 5e-4);
}

TEST(RasterScript, ShowsOnlyTheWindowAndThePopulationsAskedFor) {
  const auto script = RasterScript(
      FiveSpikes(), {.figure = {.output = "r.svg", .from_ms = 15, .to_ms = 50},
                     .populations = {"B"}});
  ASSERT_TRUE(script.ok()) << script.status();
  EXPECT_THAT(*script, AllOf(HasSubstr("set xrange [15:50]"),
                             HasSubstr("1 spike in 35 ms"),
                             Not(HasSubstr("{/:Bold A}"))));
}

TEST(RasterScript, DrawsASilentNetwork) {
  SpikeTrains silent = FiveSpikes();
  silent.gids.clear();
  silent.times_ms.clear();
  const auto script = RasterScript(silent, {.figure = {.output = "r.png"}});
  ASSERT_TRUE(script.ok()) << script.status();
  EXPECT_THAT(*script, HasSubstr("0 spikes"));
  EXPECT_THAT(*script, HasSubstr("NaN NaN NaN"));
}

TEST(RasterScript, EndsAtTheLastSpikeWhenTheDurationIsUnknown) {
  SpikeTrains trains = FiveSpikes();
  trains.duration_ms = 0;
  EXPECT_THAT(*RasterScript(trains, {.figure = {.output = "r.png"}}),
              HasSubstr("set xrange [0:99]"));
}

TEST(RasterScript, SuggestsAPopulation) {
  const auto script = RasterScript(
      FiveSpikes(), {.figure = {.output = "r.png"}, .populations = {"C"}});
  EXPECT_EQ(script.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(FaultOf(script.status())->remedy, HasSubstr("A"));
}

TEST(RasterScript, RefusesAWindowBehindTheEnd) {
  const auto script = RasterScript(
      FiveSpikes(), {.figure = {.output = "r.png", .from_ms = 200}});
  EXPECT_EQ(FaultOf(script.status())->reason, "EMPTY_WINDOW");
}

}  // namespace
}  // namespace miv::client
