// The whole published network, kernel by kernel: in-degrees, structure and the
// choice of sources against the expectations for its positions.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "tests/conformance/build/rc_separation.h"
#include "worker/build/connectivity/connector.h"
#include "worker/build/geometry/arc_distances.h"
#include "worker/build/geometry/soma_placement.h"
#include "worker/build/synapses/synapse_placement.h"

namespace miv::build {
namespace {

using namespace rc_separation;  // NOLINT: the vocabulary of this test

const AxonExtent kExtent = {{200, 200}, {0, 0}};

std::vector<ProjectionRule> RulesOnto(const std::string& population) {
  const std::uint8_t e = kExcitatory, i = kInhibitory;
  if (population == "PYR")
    return {
        {"STIM",
         e,
         {{kSoma, kSP, .5},
          {kBasal, kSO, .5},
          {kApical, kSR, .5},
          {kApical, kSLM, .5}}},
        {"PYR",
         e,
         {{kSoma, kSP, .5},
          {kBasal, kSO, .5},
          {kApical, kSR, .5},
          {kApical, kSLM, .5}}},
        {"PVBC",
         i,
         {{kSoma, kSP, 1},
          {kBasal, kSO, .5},
          {kApical, kSR, 1},
          {kAis, kSP, 1},
          {kAis, kSR, 1}}},
        {"OLM", i, {{kSoma, kSO, 1}, {kBasal, kSO, .5}, {kApical, kSLM, 1}}}};
  if (population == "PVBC")
    return {{"PYR",
             e,
             {{kSoma, kSP, .5},
              {kApical, kSLM, .5},
              {kApical, kSR, .5},
              {kBasal, kSO, .5}}},
            {"STIM",
             e,
             {{kSoma, kSP, .5},
              {kApical, kSLM, .5},
              {kApical, kSR, .5},
              {kBasal, kSO, .5}}},
            {"PVBC",
             i,
             {{kSoma, kSP, 1},
              {kApical, kSP, 1},
              {kApical, kSR, 1},
              {kBasal, kSO, 1}}},
            {"OLM", i, {{kApical, kSLM, 1}}}};
  return {{"PYR", e, {{kApical, kSLM, 1}, {kBasal, kSR, 1}, {kBasal, kSO, 1}}},
          {"PVBC", i, {{kBasal, kSO, 1}, {kSoma, kSP, 1}, {kApical, kSR, 1}}}};
}

/// Destinations of one population, connected, with their statistics.
class PublishedConnections : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Available()) GTEST_SKIP() << "no case files at " << SwcPath("PYR");
    const LayerTable layers =
        *LayerTable::Create({{"SO", {{0, 0, 0}, {200, 200, 5}}},
                             {"SP", {{0, 0, 5}, {200, 200, 50}}},
                             {"SR", {{0, 0, 50}, {200, 200, 100}}},
                             {"SLM", {{0, 0, 100}, {200, 200, 150}}}});
    const std::vector<PopulationCells> cells = {
        {"STIM", {{"SP", 64, {}}}},
        {"PYR", {{"SP", 223, {}}}},
        {"PVBC", {{"SO", 35, {}}, {"SP", 50, {}}, {"SR", 8, {}}}},
        {"OLM", {{"SO", 21, {}}}}};
    const auto placed =
        PlaceSomata(layers, cells, {}, 0, RunInOneBlock,
                    [](auto, auto) { return absl::OkStatus(); });
    ASSERT_TRUE(placed.ok()) << placed.status();
    const ArcReference reference = *MakeArcReference(layers, {});
    std::uint32_t start = 0;
    for (std::size_t p = 0; p < cells.size(); ++p) {
      auto distances = DistancesFrom(reference, (*placed)[p].u, (*placed)[p].v);
      const auto n = static_cast<std::uint32_t>(distances.u.size());
      sources_[cells[p].name] = {cells[p].name, start, std::move(distances.u),
                                 std::move(distances.v)};
      start += n;
    }
  }

  /// One in-degree per cell, by source population.
  using InDegrees = std::map<std::string, std::vector<double>>;

  // Connects the first `limit` cells; checks the structure of every edge and
  // collects in-degrees and the distance statistic.
  InDegrees Connect(const std::string& population, std::size_t limit) {
    std::vector<ProjectionRule> rules = RulesOnto(population);
    std::vector<ConnectionPlan::Source> sources;
    for (const ProjectionRule& rule : rules)
      sources.push_back(
          {sources_[rule.source], *LayeredKernels::Create({{{}, kExtent}})});
    const auto plan = ConnectionPlan::Create(rules, std::move(sources), {});
    EXPECT_TRUE(plan.ok()) << plan.status();
    const auto placement =
        SynapsePlan::Create(Geometry(population), Densities(population), {});
    Connector connector(*plan);
    std::vector<ProjectionEdges> edges;
    std::vector<ProjectionCounts> counts;
    InDegrees in_degrees;
    const SourcePopulation& self = sources_[population];
    for (std::size_t i = 0; i < std::min(limit, self.u.size()); ++i) {
      SynapseTable table;
      const auto gid = self.start + static_cast<std::uint32_t>(i);
      placement->Place(0, gid, table);
      const CellSynapses cell = {gid,           self.u[i],      self.v[i],
                                 table.syn_ids, table.cdists,   table.layers,
                                 table.types,   table.swc_types};
      const absl::Status status = connector.Connect(cell, 0, edges, counts);
      EXPECT_TRUE(status.ok()) << status;
      CheckStructure(cell, rules, edges);
      for (std::size_t p = 0; p < rules.size(); ++p) {
        in_degrees[rules[p].source].push_back(
            static_cast<double>(edges[p].sources.size()));
        AddToBins(cell, rules[p].source, edges[p]);
      }
    }
    return in_degrees;
  }

  void CheckStructure(const CellSynapses& cell,
                      const std::vector<ProjectionRule>& rules,
                      const std::vector<ProjectionEdges>& edges) {
    std::vector<bool> used(cell.syn_ids.size(), false);
    for (std::size_t p = 0; p < rules.size(); ++p) {
      const SourcePopulation& source = sources_[rules[p].source];
      for (std::size_t e = 0; e < edges[p].sources.size(); ++e) {
        const std::uint32_t id = edges[p].syn_ids[e];
        ASSERT_FALSE(used[id]);
        used[id] = true;
        ASSERT_EQ(cell.types[id], rules[p].synapse_type);
        const std::uint32_t j = edges[p].sources[e] - source.start;
        ASSERT_LT(j, source.u.size());
        ASSERT_NE(edges[p].sources[e], cell.gid);
        const double du = std::fabs(source.u[j] - cell.u);
        const double dv = std::fabs(source.v[j] - cell.v);
        ASSERT_LT(du, 100);
        ASSERT_LT(dv, 100);
        ASSERT_NEAR(edges[p].distances[e], du + dv, 1e-3);
      }
    }
    ASSERT_TRUE(
        std::all_of(used.begin(), used.end(), [](bool u) { return u; }));
  }

  // Observed and expected edges by distance (10 um bins of |du| + |dv|), the
  // expectation sum_i N_i p_ij with p computed here.
  void AddToBins(const CellSynapses& cell, const std::string& name,
                 const ProjectionEdges& edges) {
    const SourcePopulation& source = sources_[name];
    std::vector<double> p(source.u.size(), 0);
    double sum = 0;
    for (std::size_t j = 0; j < p.size(); ++j) {
      const double du = std::fabs(source.u[j] - cell.u);
      const double dv = std::fabs(source.v[j] - cell.v);
      if (du >= 100 || dv >= 100 || source.start + j == cell.gid) continue;
      const double sigma = 100.0 / 3;
      p[j] = std::exp(-(du * du + dv * dv) / (2 * sigma * sigma));
      sum += p[j];
    }
    const double n = static_cast<double>(edges.sources.size());
    for (std::size_t j = 0; j < p.size(); ++j) {
      const double d =
          std::fabs(source.u[j] - cell.u) + std::fabs(source.v[j] - cell.v);
      if (p[j] > 0) expected_[static_cast<int>(d / 10)] += n * p[j] / sum;
    }
    for (const float d : edges.distances)
      observed_[static_cast<int>(d / 10)] += 1;
  }

  void ExpectInDegree(const std::vector<double>& counts, double mean,
                      double unit) {
    const double n = static_cast<double>(counts.size());
    double sum = 0, squares = 0;
    for (const double c : counts) {
      sum += c;
      squares += c * c;
    }
    const double sd = std::sqrt(squares / n - sum / n * sum / n);
    EXPECT_NEAR(sum / n, mean, 4 * sd / std::sqrt(n) + unit / 2);
  }

  std::map<std::string, SourcePopulation> sources_;
  std::map<int, double> observed_, expected_;
};

TEST_F(PublishedConnections, OntoPyramidalCells) {
  InDegrees in = Connect("PYR", 60);
  ExpectInDegree(in["STIM"], 9914, 1);
  ExpectInDegree(in["PYR"], 9914, 1);
  ExpectInDegree(in["PVBC"], 472.5, 0.1);
  ExpectInDegree(in["OLM"], 983.9, 0.1);
  // Given the synapses, STIM's share is binomial with 1/2.
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < 60; ++i) {
    const double n = in["STIM"][i] + in["PYR"][i];
    const double z = (in["STIM"][i] - n / 2) / std::sqrt(n / 4);
    sum += z;
    squares += z * z;
  }
  EXPECT_LT(std::fabs(sum), 4 * std::sqrt(60.0));
  EXPECT_NEAR(squares, 60, 4 * std::sqrt(120.0));
}

TEST_F(PublishedConnections, OntoInterneurons) {
  InDegrees in = Connect("PVBC", 93);
  ExpectInDegree(in["PYR"], 2118, 1);
  ExpectInDegree(in["STIM"], 2118, 1);
  ExpectInDegree(in["PVBC"], 2114, 1);
  ExpectInDegree(in["OLM"], 180.7, 0.1);
  in = Connect("OLM", 21);
  ExpectInDegree(in["PYR"], 2820, 1);
  ExpectInDegree(in["PVBC"], 830, 1);
}

TEST_F(PublishedConnections, SourcesFollowTheKernel) {
  Connect("PYR", 40);
  Connect("PVBC", 93);
  double chi_square = 0;
  int bins = 0;
  for (const auto& [bin, expected] : expected_) {
    if (expected < 20) continue;
    const double difference = observed_[bin] - expected;
    chi_square += difference * difference / expected;
    ++bins;
  }
  ASSERT_GE(bins, 15);
  // Pooled multinomials have at most this variance; 4 sd of the statistic.
  EXPECT_LT(chi_square, bins + 4 * std::sqrt(2.0 * bins));
}

}  // namespace
}  // namespace miv::build
