#include "worker/build/geometry/soma_placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

namespace miv::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::Status Ignore(std::uint64_t, std::uint64_t) { return absl::OkStatus(); }

LayerTable Layers() {
  return *LayerTable::Create({{"SO", {{0, 0, 0}, {200, 200, 5}}},
                              {"SP", {{0, 0, 5}, {200, 200, 50}}},
                              {"SR", {{0, 0, 50}, {200, 200, 100}}}});
}

std::vector<PopulationCells> Network() {
  return {{"STIM", {{"SP", 64, {}}}},
          {"PYR", {{"SO", 0, {}}, {"SP", 223, {}}}},
          {"PVBC", {{"SO", 35, {}}, {"SP", 50, {}}, {"SR", 8, {}}}},
          {"OLM", {{"SO", 21, {}}}}};
}

absl::StatusOr<std::vector<SomaPositions>> Place(
    const std::vector<PopulationCells>& populations,
    const PlacementOptions& options = {}, std::int64_t seed = 0) {
  return PlaceSomata(Layers(), populations, options, seed, RunInOneBlock,
                     Ignore);
}

int CountInL(const SomaPositions& cells, float lo, float hi) {
  return static_cast<int>(
      std::count_if(cells.l.begin(), cells.l.end(),
                    [&](float l) { return l >= lo && l <= hi; }));
}

TEST(PlaceSomata, MeetsTheCountOfEveryLayerAndSortsByU) {
  const auto placed = Place(Network());
  ASSERT_TRUE(placed.ok()) << placed.status();
  ASSERT_EQ(placed->size(), 4u);
  EXPECT_EQ((*placed)[1].u.size(), 223u);
  EXPECT_EQ(CountInL((*placed)[1], 5, 50), 223);
  const SomaPositions& pvbc = (*placed)[2];
  EXPECT_EQ(CountInL(pvbc, 0, 4.999f), 35);
  EXPECT_EQ(CountInL(pvbc, 5.001f, 49.999f), 50);
  EXPECT_EQ(CountInL(pvbc, 50.001f, 100), 8);
  for (const SomaPositions& cells : *placed) {
    EXPECT_TRUE(std::is_sorted(cells.u.begin(), cells.u.end()));
    EXPECT_EQ(cells.x, cells.u);
    EXPECT_EQ(cells.y, cells.v);
    EXPECT_EQ(cells.z, cells.l);
  }
}

// Distance of each cell to the nearest one, over all populations.
std::vector<double> NearestDistances(const std::vector<SomaPositions>& all) {
  std::vector<Point3> points;
  for (const SomaPositions& cells : all)
    for (std::size_t i = 0; i < cells.u.size(); ++i)
      points.push_back({cells.u[i], cells.v[i], cells.l[i]});
  std::vector<double> nearest;
  for (std::size_t i = 0; i < points.size(); ++i) {
    double best = 1e300;
    for (std::size_t j = 0; j < points.size(); ++j)
      if (j != i)
        best = std::min(best, std::hypot(points[i][0] - points[j][0],
                                         points[i][1] - points[j][1],
                                         points[i][2] - points[j][2]));
    nearest.push_back(best);
  }
  return nearest;
}

TEST(PlaceSomata, SpreadsCellsFurtherApartThanAtRandom) {
  const auto placed =
      Place({{"PYR", {{"SP", 400, {}}}}, {"STIM", {{"SP", 100, {}}}}});
  ASSERT_TRUE(placed.ok()) << placed.status();
  const auto nearest = NearestDistances(*placed);
  double mean = 0;
  for (const double d : nearest)
    mean += d / static_cast<double>(nearest.size());
  // A Poisson process of this density: 0.554 rho^(-1/3) = 8.5 um.
  EXPECT_GT(mean, 0.554 * std::cbrt(200.0 * 200 * 45 / 500));
  EXPECT_GT(*std::min_element(nearest.begin(), nearest.end()), 1e-3);
}

TEST(PlaceSomata, CoversTheAxesMoreEvenlyThanAtRandom) {
  // Mean Kolmogorov-Smirnov distance of U to uniform(0, 200) over seeds; that
  // of n random values is 0.8687 / sqrt(n) on average, with sd 0.26 / sqrt(n).
  constexpr int kSeeds = 20;
  double mean = 0;
  for (std::int64_t seed = 0; seed < kSeeds; ++seed) {
    const auto placed = Place({{"PYR", {{"SP", 223, {}}}}}, {}, seed);
    ASSERT_TRUE(placed.ok());
    const auto& u = placed->front().u;
    double distance = 0;
    for (std::size_t i = 0; i < u.size(); ++i)
      distance = std::max(distance, std::fabs(u[i] / 200.0 - (i + 0.5) / 223));
    mean += distance / kSeeds;
  }
  EXPECT_LT(mean,
            0.8687 / std::sqrt(223.0) - 4 * 0.26 / std::sqrt(223.0 * kSeeds));
}

TEST(PlaceSomata, DoesNotGatherCellsAtTheFaces) {
  // The outer 10 % on both sides of U hold 20 % of the cells: 4 sd of a
  // binomial over all cells of all seeds.
  constexpr int kSeeds = 20;
  double outer = 0;
  for (std::int64_t seed = 0; seed < kSeeds; ++seed) {
    const auto placed = Place({{"PYR", {{"SP", 223, {}}}}}, {}, seed);
    ASSERT_TRUE(placed.ok());
    for (const float u : placed->front().u) outer += u < 20 || u > 180;
  }
  const double n = 223.0 * kSeeds;
  EXPECT_NEAR(outer / n, 0.2, 4 * std::sqrt(0.2 * 0.8 / n));
}

TEST(PlaceSomata, RepeatsItselfAndDependsOnTheSeedNotOnTheOrder) {
  const auto once = Place(Network());
  auto turned_network = Network();
  std::reverse(turned_network.begin(), turned_network.end());
  const auto turned = Place(turned_network);
  const auto reseeded = Place(Network(), {}, 1);
  ASSERT_TRUE(once.ok() && turned.ok() && reseeded.ok());
  EXPECT_EQ((*once)[1].v, (*turned)[2].v);
  EXPECT_NE((*once)[1].v, (*reseeded)[1].v);
}

TEST(PlaceSomata, KeepsCellsInTheirBand) {
  const auto placed = Place({{"PYR", {{"SP", 100, {{20, 22}}}}},
                             {"PVBC", {{"SP", 100, {{45, 80}}}}}});
  ASSERT_TRUE(placed.ok()) << placed.status();
  EXPECT_EQ(CountInL((*placed)[0], 20, 22), 100);
  EXPECT_EQ(CountInL((*placed)[1], 45, 50), 100);
}

TEST(PlaceSomata, RotatesPositionsNotLayers) {
  PlacementOptions options;
  options.rotation = RotationMatrix({90, 0, 0});
  const auto placed = Place({{"PYR", {{"SP", 20, {}}}}}, options);
  ASSERT_TRUE(placed.ok());
  const SomaPositions& cells = placed->front();
  EXPECT_EQ(CountInL(cells, 5, 50), 20);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(cells.x[i], cells.u[i]);
    EXPECT_EQ(cells.y[i], -cells.l[i]);
    EXPECT_EQ(cells.z[i], cells.v[i]);
  }
}

TEST(PlaceSomata, ChoosesOverAllLayersWhenAskedTo) {
  PlacementOptions options;
  options.choose_over_all_layers = true;
  options.node_iterations = options.final_iterations = 0;
  options.snap_delta = 0;  // so that no cell lies between two layers
  constexpr int kSeeds = 200;
  // Half of 70 + 100 + 16 candidates: hypergeometric, mean K / 2 and variance
  // K / 2 (1 - K / 186) (186 - 93) / 185.
  const float bounds[] = {0, 5, 50, 100};
  double sum[3] = {}, squares[3] = {};
  for (std::int64_t seed = 0; seed < kSeeds; ++seed) {
    const auto placed = Place(Network(), options, seed);
    ASSERT_TRUE(placed.ok());
    ASSERT_EQ((*placed)[2].u.size(), 93u);
    for (int i = 0; i < 3; ++i) {
      const double n = CountInL((*placed)[2], bounds[i], bounds[i + 1]);
      sum[i] += n;
      squares[i] += n * n;
    }
  }
  const double means[] = {35, 50, 8}, sds[] = {3.31, 3.41, 1.92};
  for (int i = 0; i < 3; ++i) {
    const double mean = sum[i] / kSeeds;
    EXPECT_NEAR(mean, means[i], 4 * sds[i] / std::sqrt(kSeeds));
    EXPECT_NEAR(std::sqrt(squares[i] / kSeeds - mean * mean), sds[i],
                4 * sds[i] / std::sqrt(2.0 * kSeeds));
  }
}

// By 90 degrees about z, (u, v) goes to (-v, u).
TEST(PlaceSomata, LeavesCellsAtTheirPoints) {
  PlacementOptions options;
  options.rotation = RotationMatrix({0, 0, 90});
  LayerCells at_points{"@cloud", 3, {}, {}};
  at_points.points = {{-30, 150, 20}, {-40, 10, 99.5}, {-200, 10, 0}};
  for (const bool over_all : {false, true}) {
    options.choose_over_all_layers = over_all;
    const auto placed =
        Place({{"A", {{"SP", 100, {}}}}, {"B", {at_points}}}, options);
    ASSERT_TRUE(placed.ok()) << placed.status();
    const SomaPositions& b = (*placed)[1];
    EXPECT_THAT(b.u, ElementsAre(10, 10, 150));  // sorted by U, then V
    EXPECT_THAT(b.v, ElementsAre(40, 200, 30));
    EXPECT_THAT(b.l, ElementsAre(99.5, 0, 20));
    EXPECT_THAT(b.x, ElementsAre(-40, -200, -30));
    EXPECT_THAT(b.y, ElementsAre(10, 10, 150));
    EXPECT_EQ((*placed)[0].u.size(), 100u);
  }
}

TEST(PlaceSomata, PlacesTheOtherCellsOfAPopulationInItsLayers) {
  LayerCells at_points{"@cloud", 1, {}, {}};
  at_points.points = {{1, 2, 3}};
  const auto placed = Place({{"A", {{"SP", 50, {}}, at_points}}});
  ASSERT_TRUE(placed.ok()) << placed.status();
  EXPECT_EQ(CountInL((*placed)[0], 3, 3), 1);
  EXPECT_EQ(CountInL((*placed)[0], 5, 50), 50);
}

TEST(PlaceSomata, ReportsProgressToItsEndAndStopsWhenTold) {
  std::uint64_t last = 0, whole = 0;
  const auto placed = PlaceSomata(Layers(), Network(), {}, 0, RunInOneBlock,
                                  [&](std::uint64_t done, std::uint64_t total) {
                                    EXPECT_GT(done, last);
                                    last = done;
                                    whole = total;
                                    return absl::OkStatus();
                                  });
  ASSERT_TRUE(placed.ok());
  EXPECT_EQ(last, whole);
  const auto stopped =
      PlaceSomata(Layers(), Network(), {}, 0, RunInOneBlock,
                  [](auto, auto) { return absl::CancelledError("stop"); });
  EXPECT_EQ(stopped.status().code(), absl::StatusCode::kCancelled);
}

TEST(PlaceSomata, RefusesWhatCannotBePlaced) {
  const auto message = [](const absl::StatusOr<std::vector<SomaPositions>>& r) {
    return std::string(r.status().message());
  };
  EXPECT_THAT(message(Place({{"PYR", {{"SLM", 1, {}}}}})),
              HasSubstr("layer SLM has no extents"));
  LayerCells outside{"@cloud", 2, {}, {}};
  outside.points = {{1, 1, 1}, {1, 1, 101}};
  EXPECT_THAT(
      message(Place({{"PYR", {outside}}})),
      HasSubstr("points.@cloud[1]: the point lies in no layer; expected "
                "a point in one of layer_extents, found U 1, V 1, L "
                "101"));
  EXPECT_THAT(message(Place({{"PYR", {{"SP", 1, {{60, 70}}}}}})),
              HasSubstr("cell_constraints.PYR.SP: the constraint leaves nothing"
                        " of the layer; expected a part of L 5 to 50"));
  EXPECT_THAT(message(Place({{"A", {{"SP", 4000000000u, {}}}},
                             {"B", {{"SP", 4000000000u, {}}}}})),
              HasSubstr("8000000000 cells"));
  PlacementOptions options;
  options.dispersion_delta = 2;
  EXPECT_THAT(message(Place(Network(), options)),
              HasSubstr("dispersion_delta"));
}

TEST(RadicalInverse, MirrorsDigits) {
  // Base 3: 0, 1/3, 2/3, 1/9, 4/9, 7/9, 2/9.
  const double expected[] = {0, 1 / 3., 2 / 3., 1 / 9., 4 / 9., 7 / 9., 2 / 9.};
  for (std::uint64_t i = 0; i < 7; ++i)
    EXPECT_NEAR(RadicalInverse(i, 3), expected[i], 1e-15) << i;
}

}  // namespace
}  // namespace miv::build
