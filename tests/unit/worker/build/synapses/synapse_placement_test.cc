#include "worker/build/synapses/synapse_placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/unit/worker/build/synapses/straight_cell.h"

namespace miv::build {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr std::uint8_t kBasalClass = 3;

DensityTable Rule(std::vector<LayerDensity> layers) {
  return {{kBasalClass, kExcitatory, std::move(layers)}};
}

SynapsePlan PlanOf(const SectionGeometry& section, const DensityTable& table,
                   const SynapseOptions& options = {}) {
  return *SynapsePlan::Create(OneSection(section), table, options);
}

struct Moments {
  double mean = 0, variance = 0;
};

/// Counts over cells 0..n-1 of synapses in `layer`.
Moments CountMoments(const SynapsePlan& plan, int n, std::int8_t layer) {
  std::vector<double> counts;
  SynapseTable table;
  Moments m;
  for (int gid = 0; gid < n; ++gid) {
    table.Clear();
    plan.Place(1, static_cast<std::uint32_t>(gid), table);
    counts.push_back(static_cast<double>(
        std::count(table.layers.begin(), table.layers.end(), layer)));
    m.mean += counts.back() / n;
  }
  for (const double c : counts)
    m.variance += (c - m.mean) * (c - m.mean) / (n - 1);
  return m;
}

constexpr int kCells = 2000;

void ExpectMoments(const Moments& found, double mean, double variance) {
  EXPECT_NEAR(found.mean, mean, 4 * std::sqrt(variance / kCells));
  // sd of a sample variance: variance sqrt(2 / n) and a little for skewness.
  EXPECT_NEAR(found.variance, variance, 5 * variance * std::sqrt(2.0 / kCells));
}

TEST(SynapsePlan, CountsArePoissonWithAFixedDensity) {
  const auto plan =
      PlanOf(StraightSection(3, 100, 5, {5}), Rule({{5, 0.3, 0}}));
  EXPECT_NEAR(plan.expected_synapses(), 30, 1e-12);
  ExpectMoments(CountMoments(plan, kCells, 5), 30, 30);
}

TEST(SynapsePlan, DensityIsDrawnPerSegmentGivenThatItIsPositive) {
  // mu = sd = 0.2: r = phi(1)/Phi(1) = 0.2876, m+ = 0.25752,
  // v+ = 0.04 (1 - r - r^2) = 0.025187.  Two segments of 50 um:
  // E = m+ 100, Var = m+ 100 + v+ 2 50^2.
  const auto plan =
      PlanOf(StraightSection(3, 100, 2, {5}), Rule({{5, 0.2, 0.2}}));
  ExpectMoments(CountMoments(plan, kCells, 5), 25.752, 25.752 + 125.9);
}

TEST(SynapsePlan, EachLayerHasItsOwnDensity) {
  const SectionGeometry section = StraightSection(3, 100, 10, {5, 8});
  const auto table = Rule({{5, 0.1, 0}, {8, 0.4, 0}});
  const auto plan = PlanOf(section, table);
  ExpectMoments(CountMoments(plan, kCells, 5), 5, 5);
  ExpectMoments(CountMoments(plan, kCells, 8), 20, 20);
}

TEST(SynapsePlan, LastLayerSemanticsApplyTheLastDensityEverywhere) {
  SynapseOptions options;
  options.density_semantics = DensitySemantics::kLastLayer;
  const auto plan = PlanOf(StraightSection(3, 100, 10, {5, 8}),
                           Rule({{8, 0.4, 0}, {5, 0.1, 0}}), options);
  ExpectMoments(CountMoments(plan, kCells, 5), 5, 5);
  ExpectMoments(CountMoments(plan, kCells, 8), 5, 5);
}

TEST(SynapsePlan, UsesTheDefaultForOtherLayersAndNoneWithoutIt) {
  const SectionGeometry section = StraightSection(3, 90, 9, {5, -1, 8});
  const auto with_default = PlanOf(section, Rule({{5, 0, 0}, {{}, 0.2, 0}}));
  EXPECT_EQ(CountMoments(with_default, 20, 5).mean, 0);
  ExpectMoments(CountMoments(with_default, kCells, -1), 6, 6);
  ExpectMoments(CountMoments(with_default, kCells, 8), 6, 6);
  const auto without = PlanOf(section, Rule({{5, 0.2, 0}}));
  EXPECT_EQ(CountMoments(without, 20, 8).mean, 0);
}

TEST(SynapsePlan, LocationsAreUniformAscendingAndInside) {
  const auto plan = PlanOf(StraightSection(3, 500, 7, {5}), Rule({{5, 4, 0}}));
  SynapseTable table;
  plan.Place(7, 3, table);
  ASSERT_GT(table.size(), 1500u);
  EXPECT_TRUE(std::is_sorted(table.locs.begin(), table.locs.end()));
  EXPECT_GT(table.locs.front(), 0);
  EXPECT_LT(table.locs.back(), 1);
  double distance = 0;  // Kolmogorov-Smirnov
  const double n = static_cast<double>(table.size());
  for (std::size_t i = 0; i < table.size(); ++i)
    distance = std::max(distance, std::fabs(table.locs[i] - (i + 0.5) / n));
  EXPECT_LT(distance, 2.2 / std::sqrt(n));  // p = 1e-4
  for (std::size_t i = 0; i < table.size(); ++i)
    EXPECT_NEAR(table.cdists[i], 500 * table.locs[i], 1e-3);
}

TEST(SynapsePlan, OriginalProcessHasItsExtraAndItsLostSynapses) {
  SynapseOptions options;
  options.point_process = PointProcess::kOriginal;
  // First segment: a Poisson number given that it is positive; later ones:
  // x - 1 + exp(-x), with x = 0.05 * 40 = 2.
  const auto plan =
      PlanOf(StraightSection(3, 80, 2, {5, 8}), Rule({{{}, 0.05, 0}}), options);
  const double positive = 1 - std::exp(-2.0);
  const double mean = 2 / positive;
  EXPECT_NEAR(
      CountMoments(plan, kCells, 5).mean, mean,
      4 * std::sqrt((2 + 4) / positive - mean * mean) / std::sqrt(kCells));
  EXPECT_NEAR(CountMoments(plan, kCells, 8).mean, 1 + std::exp(-2.0),
              4 * std::sqrt(2.0 / kCells));
}

TEST(SynapsePlan, UniformDistributionSpacesSynapsesEvenly) {
  SynapseOptions options;
  options.distribution = SynapseDistribution::kUniform;
  const auto whole =
      PlanOf(StraightSection(3, 100, 2, {5}), Rule({{5, 0.04, 0}}), options);
  SynapseTable table;
  whole.Place(0, 0, table);  // 2 in each segment of 50 um
  EXPECT_THAT(table.locs, ElementsAre(0.125f, 0.375f, 0.625f, 0.875f));
  // 0.5 per segment: a Bernoulli draw, at the middle.
  const auto half =
      PlanOf(StraightSection(3, 100, 2, {5}), Rule({{5, 0.01, 0}}), options);
  ExpectMoments(CountMoments(half, kCells, 5), 1, 0.5);
}

CellGeometry TwoDendrites() {
  CellGeometry cell;
  cell.sections = {StraightSection(1, 20, 1, {6}),
                   StraightSection(3, 100, 1, {5}),
                   StraightSection(3, 100, 3, {5})};
  cell.edges = {{0, 1}, {0, 2}};
  return cell;
}

TEST(SynapsePlan, FillsColumnsInPlacementOrder) {
  const DensityTable rules = {{3, kInhibitory, {{5, 0.1, 0}}},
                              {1, kExcitatory, {{6, 0.5, 0}}}};
  const auto plan = SynapsePlan::Create(TwoDendrites(), rules, {});
  ASSERT_TRUE(plan.ok());
  SynapseTable table;
  plan->Place(0, 17, table);
  const std::size_t n = table.size();
  ASSERT_GT(n, 10u);
  for (const std::size_t size :
       {table.cdists.size(), table.locs.size(), table.secs.size(),
        table.layers.size(), table.types.size(), table.swc_types.size()})
    EXPECT_EQ(size, n);
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_EQ(table.syn_ids[i], i);
    EXPECT_EQ(table.swc_types[i], table.secs[i] == 0 ? 1 : 3);
    EXPECT_EQ(table.types[i], table.secs[i] == 0 ? kExcitatory : kInhibitory);
    EXPECT_EQ(table.layers[i], table.secs[i] == 0 ? 6 : 5);
  }
  const std::vector<std::uint32_t> order = {1, 2, 0};
  const auto rank = [&](std::uint32_t s) {
    return std::find(order.begin(), order.end(), s);
  };
  EXPECT_TRUE(
      std::is_sorted(table.secs.begin(), table.secs.end(),
                     [&](auto a, auto b) { return rank(a) < rank(b); }));
}

TEST(SynapsePlan, OneCellDoesNotDependOnOthers) {
  const auto plan =
      SynapsePlan::Create(TwoDendrites(), Rule({{5, 0.2, 0.05}}), {});
  ASSERT_TRUE(plan.ok());
  SynapseTable alone, after, other_seed, other_gid;
  plan->Place(4, 9, alone);
  plan->Place(4, 8, after);
  const std::size_t first = after.size();
  plan->Place(4, 9, after);
  ASSERT_EQ(after.size() - first, alone.size());
  EXPECT_TRUE(std::equal(alone.locs.begin(), alone.locs.end(),
                         after.locs.begin() + static_cast<long>(first)));
  EXPECT_EQ(after.syn_ids[first], 0u);
  plan->Place(5, 9, other_seed);
  plan->Place(4, 10, other_gid);
  EXPECT_NE(alone.locs, other_seed.locs);
  EXPECT_NE(alone.locs, other_gid.locs);
}

TEST(SynapsePlan, ASectionDoesNotDependOnTheOtherRules) {
  const auto short_table = Rule({{5, 0.2, 0}});
  DensityTable long_table = {{1, kExcitatory, {{6, 1, 0}}}};
  long_table.push_back(short_table[0]);
  SynapseTable of_short, of_long;
  SynapsePlan::Create(TwoDendrites(), short_table, {})->Place(0, 2, of_short);
  SynapsePlan::Create(TwoDendrites(), long_table, {})->Place(0, 2, of_long);
  const std::size_t added = of_long.size() - of_short.size();
  EXPECT_TRUE(std::equal(of_short.locs.begin(), of_short.locs.end(),
                         of_long.locs.begin() + static_cast<long>(added)));
}

TEST(SynapsePlan, CountsWhatItPlaces) {
  for (const auto process :
       {PointProcess::kHomogeneous, PointProcess::kOriginal}) {
    SynapseOptions options;
    options.point_process = process;
    const auto plan =
        SynapsePlan::Create(TwoDendrites(), Rule({{5, 0.2, 0.1}}), options);
    ASSERT_TRUE(plan.ok());
    for (std::uint32_t gid = 0; gid < 20; ++gid) {
      SynapseTable table;
      plan->Place(3, gid, table);
      EXPECT_EQ(plan->Count(3, gid), table.size());
    }
  }
}

TEST(SynapsePlan, NamesDensitiesThatMatchNothing) {
  const DensityTable rules = {{3, kExcitatory, {{5, 1, 0}, {9, 1, 0}}},
                              {4, kExcitatory, {{{}, 1, 0}}},
                              {7, kInhibitory, {{{}, 0, 0}}}};
  const auto plan = SynapsePlan::Create(TwoDendrites(), rules, {});
  ASSERT_TRUE(plan.ok());
  EXPECT_THAT(plan->unused(),
              ElementsAre(UnusedDensity{0, 1}, UnusedDensity{1, 0}));
}

TEST(SynapsePlan, PlacesNothingWithoutDensity) {
  const auto plan = SynapsePlan::Create(TwoDendrites(), {}, {});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->expected_synapses(), 0);
  SynapseTable table;
  plan->Place(0, 0, table);
  EXPECT_EQ(table.size(), 0u);
}

TEST(SynapsePlan, NearestPointDecidesTheLayerAndTiesGoToTheEarlier) {
  SectionGeometry section = StraightSection(3, 100, 1, {5});
  section.arc = {0.25, 0.75};
  section.layer = {5, 8};
  const auto table = Rule({{{}, 1, 0}});
  SynapseTable placed;
  PlanOf(section, table).Place(0, 0, placed);  // centre 0.5: a tie
  EXPECT_THAT(placed.layers, Each(5));
  section.arc = {0.2, 0.75};
  placed.Clear();
  PlanOf(section, table).Place(0, 0, placed);
  EXPECT_THAT(placed.layers, Each(8));
}

TEST(SynapsePlan, RefusesBrokenInput) {
  CellGeometry cell = TwoDendrites();
  EXPECT_EQ(SynapsePlan::Create(cell, Rule({{5, -1, 0}}), {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  cell.sections[0].nseg = 0;
  EXPECT_EQ(SynapsePlan::Create(cell, {}, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace miv::build
