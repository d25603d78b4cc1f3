#include "worker/build/connectivity/connector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/fault.h"

namespace miv::build {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint8_t kExc = 0, kInh = 1, kBasalClass = 3, kApicalClass = 4;

/// Synapses of one cell; all on basal sections unless told otherwise.
struct Cell {
  std::uint32_t gid;
  double u = 0, v = 0;
  std::vector<std::uint32_t> ids;
  std::vector<float> cdists;
  std::vector<std::int8_t> layers;
  std::vector<std::uint8_t> types, classes;

  void Add(int n, std::uint8_t type, std::int8_t layer,
           std::uint8_t swc_type = kBasalClass) {
    for (int i = 0; i < n; ++i) {
      ids.push_back(static_cast<std::uint32_t>(ids.size()));
      cdists.push_back(static_cast<float>((ids.back() * 7919u) % 1000u));
      layers.push_back(layer);
      types.push_back(type);
      classes.push_back(swc_type);
    }
  }
  CellSynapses View() const {
    return {gid, u, v, ids, cdists, layers, types, classes};
  }
};

ConnectionPlan::Source SourceAt(const std::string& name, std::uint32_t start,
                                std::vector<float> u, std::vector<float> v,
                                double width = 200) {
  return {{name, start, std::move(u), std::move(v)},
          *LayeredKernels::Create({{{}, {{width, width}, {}}}})};
}

struct Result {
  absl::Status status;
  std::vector<ProjectionEdges> edges;
  std::vector<ProjectionCounts> counts;
};

Result ConnectCell(const ConnectionPlan& plan, const Cell& cell,
                   std::int64_t seed = 0) {
  Result result;
  Connector connector(plan);
  result.status =
      connector.Connect(cell.View(), seed, result.edges, result.counts);
  return result;
}

ConnectionPlan OnePlan(ConnectionPlan::Source source, double contacts = 1,
                       bool autapses = false) {
  std::vector<ProjectionRule> rules = {
      {source.population.name,
       kExc,
       {{kBasalClass, 5, 1}, {kBasalClass, 8, 1}},
       contacts}};
  return *ConnectionPlan::Create(std::move(rules), {std::move(source)},
                                 {autapses});
}

TEST(Connector, GivesEverySynapseTheOnlyCandidate) {
  Cell cell = {0, 10, -20, {}, {}, {}, {}, {}};
  cell.Add(3, kExc, 5);
  const Result r =
      ConnectCell(OnePlan(SourceAt("STIM", 50, {300, 40}, {0, 30})), cell);
  ASSERT_TRUE(r.status.ok()) << r.status;
  EXPECT_THAT(r.edges[0].sources, ElementsAre(51, 51, 51));
  EXPECT_THAT(r.edges[0].syn_ids, ElementsAre(0, 1, 2));
  EXPECT_THAT(r.edges[0].distances, Each(80.0f));  // 30 + 50
  EXPECT_EQ(r.counts[0].synapses, 3u);
  EXPECT_EQ(r.counts[0].edges, 3u);
}

TEST(Connector, LeavesSynapsesWithoutACandidateUnconnected) {
  Cell cell = {0, 0, 0, {}, {}, {}, {}, {}};
  cell.Add(4, kExc, 5);
  const Result r = ConnectCell(OnePlan(SourceAt("STIM", 50, {100}, {0})), cell);
  ASSERT_TRUE(r.status.ok());
  EXPECT_THAT(r.edges[0].sources, IsEmpty());
  EXPECT_EQ(r.counts[0].synapses, 4u);
  EXPECT_EQ(r.counts[0].edges, 0u);
}

TEST(Connector, ExcludesAutapsesUnlessAllowed) {
  Cell cell = {7, 0, 0, {}, {}, {}, {}, {}};
  cell.Add(50, kExc, 5);
  const auto source = [] {
    return SourceAt("PYR", 6, {90, 0, 90}, {90, 0, 90});
  };
  const Result without = ConnectCell(OnePlan(source()), cell);
  EXPECT_EQ(std::count(without.edges[0].sources.begin(),
                       without.edges[0].sources.end(), 7u),
            0);
  EXPECT_EQ(without.edges[0].sources.size(), 50u);
  const Result with = ConnectCell(OnePlan(source(), 1, true), cell);
  EXPECT_GT(std::count(with.edges[0].sources.begin(),
                       with.edges[0].sources.end(), 7u),
            45);  // weight 1 against 2.6e-4 each
}

TEST(Connector, UsesTheExtentOfTheSynapsesLayer) {
  ConnectionPlan::Source source = SourceAt("STIM", 50, {5, 40}, {0, 0});
  source.kernels = *LayeredKernels::Create(
      {{8, {{20, 20}, {}}}, {{}, {{200, 200}, {39, 0}}}});
  Cell cell = {0, 0, 0, {}, {}, {}, {}, {}};
  cell.Add(40, kExc, 8);
  cell.Add(400, kExc, 5);
  const Result r = ConnectCell(OnePlan(std::move(source)), cell);
  ASSERT_TRUE(r.status.ok());
  std::set<std::uint32_t> of_layer_8, of_layer_5;
  for (std::size_t e = 0; e < r.edges[0].sources.size(); ++e)
    (r.edges[0].syn_ids[e] < 40 ? of_layer_8 : of_layer_5)
        .insert(r.edges[0].sources[e]);
  EXPECT_THAT(of_layer_8, ElementsAre(50));
  EXPECT_THAT(of_layer_5, ElementsAre(50, 51));
}

TEST(Connector, ChoosesSourcesWithTheKernelsWeights) {
  // reach 100, sigma 33.3: distances of 0, 1 and 2 sigma.
  const float s = 100.0f / 3;
  const auto plan = OnePlan(SourceAt("STIM", 0, {0, s, 0}, {0, 0, 2 * s}));
  Cell cell = {90, 0, 0, {}, {}, {}, {}, {}};
  constexpr int kSynapses = 60000;
  cell.Add(kSynapses, kExc, 5);
  const Result r = ConnectCell(plan, cell);
  ASSERT_TRUE(r.status.ok());
  const double w[] = {1, std::exp(-0.5), std::exp(-2.0)};
  double chi_square = 0;
  for (std::uint32_t j = 0; j < 3; ++j) {
    const double expected = kSynapses * w[j] / (w[0] + w[1] + w[2]);
    const double found = static_cast<double>(
        std::count(r.edges[0].sources.begin(), r.edges[0].sources.end(), j));
    chi_square += (found - expected) * (found - expected) / expected;
  }
  EXPECT_LT(chi_square, 19.8);  // 2 degrees of freedom, p < 5e-5
}

TEST(Connector, DrawsSourcesInGroupsOfContacts) {
  std::vector<float> u(30), v(30, 0);
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = static_cast<float>(i);
  Cell cell = {90, 15, 0, {}, {}, {}, {}, {}};
  cell.Add(60, kExc, 5);
  const Result even = ConnectCell(OnePlan(SourceAt("STIM", 0, u, v), 4), cell);
  std::map<std::uint32_t, int> per_source;
  for (const std::uint32_t source : even.edges[0].sources) ++per_source[source];
  for (const auto& [source, n] : per_source) EXPECT_EQ(n % 4, 0);
  EXPECT_EQ(even.edges[0].sources.size(), 60u);
  cell.Add(1, kExc, 5);  // 61 = 15 * 4 + 1: three contacts are dropped
  const Result odd = ConnectCell(OnePlan(SourceAt("STIM", 0, u, v), 4), cell);
  EXPECT_EQ(odd.edges[0].sources.size(), 61u);
}

TEST(Connector, ClustersSourcesAlongTheCell) {
  // Correlation of source order and cdist order: that of a centre with the
  // contact, 1/sqrt(3) / sqrt(1/3 + 4) = 0.277, times 0.977 because the order
  // of contacts counts, not their place.
  std::vector<float> u(200), v(200, 0);
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = static_cast<float>(i) / 200;
  const auto plan = OnePlan(SourceAt("STIM", 0, u, v, 1e6));
  double mean = 0;
  constexpr int kCells = 30, kSynapses = 2000;
  for (std::uint32_t gid = 300; gid < 300 + kCells; ++gid) {
    Cell cell = {gid, 0, 0, {}, {}, {}, {}, {}};
    cell.Add(kSynapses, kExc, 5);
    for (int i = 0; i < kSynapses; ++i)
      cell.cdists[i] = static_cast<float>((i * 7919) % kSynapses);
    const Result r = ConnectCell(plan, cell);
    double xy = 0, xx = 0, yy = 0;
    for (int e = 0; e < kSynapses; ++e) {
      const double x = r.edges[0].sources[e] - 99.5;
      const double y = cell.cdists[r.edges[0].syn_ids[e]] - 999.5;
      xy += x * y;
      xx += x * x;
      yy += y * y;
    }
    mean += xy / std::sqrt(xx * yy) / kCells;
  }
  EXPECT_NEAR(mean, 0.271, 4 * 0.022 / std::sqrt(kCells));
}

ConnectionPlan TwoProjections(std::size_t sources = 20) {
  std::vector<float> u(sources), v(sources, 1);
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = static_cast<float>(i);
  std::vector<ProjectionRule> rules = {
      {"STIM", kExc, {{kBasalClass, 5, 0.4}, {kApicalClass, 8, 1}}},
      {"PYR", kExc, {{kBasalClass, 5, 0.6}}},
      {"PVBC", kInh, {{kBasalClass, 5, 1}}}};
  return *ConnectionPlan::Create(
      std::move(rules),
      {SourceAt("STIM", 0, u, v), SourceAt("PYR", 100, u, v),
       SourceAt("PVBC", 200, {10, 11}, {0, 0})},
      {});
}

Cell MixedCell(std::uint32_t gid) {
  Cell cell = {gid, 10, 0, {}, {}, {}, {}, {}};
  cell.Add(400, kExc, 5);
  cell.Add(100, kExc, 8, kApicalClass);
  cell.Add(60, kInh, 5);
  return cell;
}

TEST(Connector, UsesEverySynapseOnceAndSortsEdges) {
  const Result r = ConnectCell(TwoProjections(), MixedCell(100));
  ASSERT_TRUE(r.status.ok());
  std::vector<std::uint32_t> ids;
  for (const ProjectionEdges& edges : r.edges) {
    ids.insert(ids.end(), edges.syn_ids.begin(), edges.syn_ids.end());
    for (std::size_t e = 1; e < edges.sources.size(); ++e)
      EXPECT_LT(std::make_pair(edges.sources[e - 1], edges.syn_ids[e - 1]),
                std::make_pair(edges.sources[e], edges.syn_ids[e]));
  }
  std::sort(ids.begin(), ids.end());
  ASSERT_EQ(ids.size(), 560u);
  for (std::uint32_t i = 0; i < 560; ++i) EXPECT_EQ(ids[i], i);
  EXPECT_EQ(r.edges[2].sources.size(), 60u);
  EXPECT_NEAR(r.edges[1].sources.size(), 240, 4 * std::sqrt(96.0));
  for (const std::uint32_t id : r.edges[1].syn_ids) EXPECT_LT(id, 400u);
}

TEST(Connector, CountsWhatItConnects) {
  const ConnectionPlan plan = TwoProjections();
  Connector connector(plan);
  Cell far = MixedCell(101);
  far.u = 105;  // reaches neither end of the sources' 0..19 wholly
  for (const Cell& cell : {MixedCell(100), far}) {
    const Result r = ConnectCell(plan, cell);
    std::vector<ProjectionCounts> counts;
    ASSERT_TRUE(connector.Count(cell.View(), 0, counts).ok());
    ASSERT_EQ(counts.size(), 3u);
    for (std::size_t p = 0; p < 3; ++p) {
      EXPECT_EQ(counts[p].synapses, r.counts[p].synapses);
      EXPECT_EQ(counts[p].edges, r.counts[p].edges);
      EXPECT_EQ(counts[p].edges, r.edges[p].sources.size());
    }
  }
}

TEST(Connector, OneCellDoesNotDependOnOthers) {
  const ConnectionPlan plan = TwoProjections();
  const Result alone = ConnectCell(plan, MixedCell(105));
  Connector connector(plan);
  std::vector<ProjectionEdges> edges;
  std::vector<ProjectionCounts> counts;
  ASSERT_TRUE(connector.Connect(MixedCell(104).View(), 0, edges, counts).ok());
  EXPECT_NE(edges[0].sources, alone.edges[0].sources);
  ASSERT_TRUE(connector.Connect(MixedCell(105).View(), 0, edges, counts).ok());
  for (std::size_t p = 0; p < 3; ++p) {
    EXPECT_EQ(edges[p].sources, alone.edges[p].sources);
    EXPECT_EQ(edges[p].syn_ids, alone.edges[p].syn_ids);
  }
  EXPECT_NE(ConnectCell(plan, MixedCell(105), 1).edges[0].sources,
            alone.edges[0].sources);
}

TEST(Connector, AProjectionDoesNotDependOnOtherSources) {
  const Result few = ConnectCell(TwoProjections(20), MixedCell(105));
  const Result more = ConnectCell(TwoProjections(30), MixedCell(105));
  EXPECT_NE(few.edges[0].sources, more.edges[0].sources);
  EXPECT_EQ(few.edges[2].sources, more.edges[2].sources);
}

TEST(Connector, NamesASynapseThatNoProjectionTakes) {
  Cell cell = {100, 0, 0, {}, {}, {}, {}, {}};
  cell.Add(1, kInh, 8, kApicalClass);
  const Result r = ConnectCell(TwoProjections(), cell);
  EXPECT_EQ(r.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(r.status.message()),
              HasSubstr("no projection takes the inhibitory synapses on apical "
                        "in layer 8 (gid 100)"));
  EXPECT_EQ(FaultOf(r.status)->reason, "SYNAPSE_WITHOUT_PROJECTION");
}

TEST(ConnectionPlan, NeedsAnExtentForEveryTargetLayer) {
  ConnectionPlan::Source source = SourceAt("STIM", 0, {0}, {0});
  source.kernels = *LayeredKernels::Create({{8, {{20, 20}, {}}}});
  const auto plan = ConnectionPlan::Create(
      {{"STIM", kExc, {{kBasalClass, 5, 1}}}}, {std::move(source)}, {});
  EXPECT_THAT(std::string(plan.status().message()),
              HasSubstr("axon extents of STIM: no entry for layer 5 and no "
                        "default"));
}

TEST(Connector, AcceptsACellWithoutSynapses) {
  const Result r =
      ConnectCell(TwoProjections(), {100, 0, 0, {}, {}, {}, {}, {}});
  ASSERT_TRUE(r.status.ok());
  for (const ProjectionCounts& counts : r.counts)
    EXPECT_EQ(counts.synapses, 0u);
}

}  // namespace
}  // namespace miv::build
