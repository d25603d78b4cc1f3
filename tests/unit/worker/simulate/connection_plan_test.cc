#include "worker/simulate/synapses/connection_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/base/fault.h"

namespace miv::simulate {
namespace {

using ::testing::HasSubstr;

// A block of the parts 0 and 1 for every type, or for one type only.
class Parts final : public SynapseParts {
 public:
  explicit Parts(int only_type = 0) : only_type_(only_type) {}
  const std::vector<SynapsePart>* For(int, int swc_type) const override {
    if (only_type_ != 0 && swc_type != only_type_) return nullptr;
    return &parts_;
  }

 private:
  int only_type_;
  std::vector<SynapsePart> parts_ = {{0, 10}, {1, 11}};
};

struct Tables {
  std::vector<std::uint32_t> ids = {7, 3, 5};
  std::vector<float> locs = {0.1f, 0.2f, 0.9f};
  std::vector<std::uint32_t> sections = {1, 1, 1};
  std::vector<std::uint8_t> types = {3, 3, 3};
  std::vector<std::uint32_t> src = {100, 101, 102};
  std::vector<std::uint32_t> syn_ids = {3, 7, 5};
  std::vector<float> distances = {50, 1000, 0};
  std::vector<int> nseg = {1, 3};
  PlanRules rules = {{250.0}, 0.025, false};

  CellSynapses synapses() const { return {ids, locs, sections, types}; }
  CellEdges edges(int source = 0) const {
    return {source, src, syn_ids, distances};
  }
  absl::StatusOr<ConnectionTable> Plan(const SynapseParts& parts) const {
    const std::vector<CellEdges> all = {edges()};
    return PlanConnections(synapses(), all, nseg, parts, rules);
  }
};

TEST(PlanConnections, SharesAPointProcessPerSegmentAndName) {
  const auto table = Tables().Plan(Parts());
  ASSERT_TRUE(table.ok()) << table.status();
  // Three segments: x = 0.1 and 0.2 lie in the first, 0.9 in the third.
  ASSERT_EQ(table->point_processes.size(), 4);
  EXPECT_EQ(table->point_processes[0].first_syn_id, 7);
  EXPECT_EQ(table->point_processes[0].variant, 10);
  EXPECT_EQ(table->point_processes[1].variant, 11);
  EXPECT_EQ(table->point_processes[2].first_syn_id, 5);
  ASSERT_EQ(table->connections.size(), 6);
  EXPECT_EQ(table->connections[2].point_process, 0);  // synapse 3, part 0
}

TEST(PlanConnections, FollowsTheOrderOfTheSynapsesNotOfTheEdges) {
  const auto table = Tables().Plan(Parts());
  EXPECT_EQ(table->connections[0].synapse, 0);  // id 7
  EXPECT_EQ(table->connections[0].src_gid, 101);
  EXPECT_EQ(table->connections[2].src_gid, 100);
  EXPECT_EQ(table->connections[4].src_gid, 102);
}

TEST(PlanConnections, RoundsDelaysToFloatAndKeepsTwoSteps) {
  const auto table = Tables().Plan(Parts());
  EXPECT_EQ(table->connections[0].delay_ms, 4.0);  // 1000 um at 250 um/ms
  EXPECT_EQ(table->connections[2].delay_ms, 0.2f);
  // 2 dt as float32: what the reference prints for its shortest delay.
  EXPECT_EQ(table->connections[4].delay_ms, 0.05000000074505806);
}

TEST(PlanConnections, ClipsLocationsInDoublePrecision) {
  Tables tables;
  tables.locs = {0.0f, 1.0f, 0.97f};
  const auto table = tables.Plan(Parts());
  EXPECT_EQ(table->point_processes[0].x, 0.05);
  EXPECT_EQ(table->point_processes[2].x, 0.95);
}

TEST(PlanConnections, MakesOnePointProcessPerSynapseIfUnique) {
  Tables tables;
  tables.rules.unique = true;
  EXPECT_EQ(tables.Plan(Parts())->point_processes.size(), 6);
}

TEST(PlanConnections, SharesBetweenApicalAndBasalButNotWithTheSoma) {
  Tables tables;
  tables.locs = {0.1f, 0.1f, 0.1f};
  tables.types = {3, 4, 1};
  EXPECT_EQ(tables.Plan(Parts())->point_processes.size(), 4);
}

TEST(PlanConnections, NeverSharesAcrossSources) {
  Tables tables;
  tables.locs = {0.1f, 0.1f, 0.1f};
  tables.rules.velocity = {250, 250};
  const std::vector<std::uint32_t> first = {3, 7}, second = {5};
  const std::vector<CellEdges> edges = {
      {0, absl::MakeConstSpan(tables.src).first(2), first,
       absl::MakeConstSpan(tables.distances).first(2)},
      {1, absl::MakeConstSpan(tables.src).first(1), second,
       absl::MakeConstSpan(tables.distances).first(1)}};
  const auto table = PlanConnections(tables.synapses(), edges, tables.nseg,
                                     Parts(), tables.rules);
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table->point_processes.size(), 4);
}

TEST(PlanConnections, CountsSynapsesWithoutAnEdge) {
  Tables tables;
  tables.syn_ids = {3};
  tables.src = {100};
  tables.distances = {50};
  const auto table = tables.Plan(Parts());
  EXPECT_EQ(table->unconnected, 2);
  EXPECT_EQ(table->connections.size(), 2);
}

struct Bad {
  const char* name;
  void (*spoil)(Tables*);
  const char* text;
};

class PlanConnectionsRefuses : public testing::TestWithParam<Bad> {};

TEST_P(PlanConnectionsRefuses, NamesTheSynapse) {
  Tables tables;
  GetParam().spoil(&tables);
  const auto table = tables.Plan(Parts(3));
  EXPECT_EQ(table.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(table.status().message()),
              HasSubstr(GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    All, PlanConnectionsRefuses,
    testing::Values(
        Bad{"UnknownSynapse", [](Tables* t) { t->syn_ids[0] = 99; },
            "synapse 99: an edge names a synapse that the cell does not have"},
        Bad{"TwoEdges", [](Tables* t) { t->syn_ids[0] = 7; },
            "synapse 7: two edges end on one synapse"},
        Bad{"RepeatedId", [](Tables* t) { t->ids[1] = 7; },
            "synapse 7: the id occurs twice"},
        Bad{"MissingSection", [](Tables* t) { t->sections[2] = 2; },
            "synapse 5: the cell lacks its section"},
        Bad{"NanLocation", [](Tables* t) { t->locs[2] = NAN; },
            "synapse 5: its location is no number"},
        Bad{"Tuft", [](Tables* t) { t->types[2] = 6; },
            "synapse 5: sections of its type cannot carry synapses"},
        Bad{"NoBlock", [](Tables* t) { t->types[2] = 1; },
            "synapse 5: its type has no block of mechanisms"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace miv::simulate
