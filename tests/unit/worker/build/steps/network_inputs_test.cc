// Reading what other steps wrote: distances and synapses, with their faults.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/neuroh5/names.h"
#include "common/neuroh5/writer.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/worker/build/steps/build_chain.h"
#include "worker/build/steps/arc_positions.h"
#include "worker/build/steps/connection_summary.h"
#include "worker/build/steps/synapse_blocks.h"

namespace miv::worker {
namespace {

using neuroh5::CellColumn;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class NetworkInputs : public ::testing::Test {
 protected:
  // Three cells of PYR, gids 2 to 4.
  neuroh5::Reader Write(const std::string& name_space,
                        const std::vector<std::uint32_t>& gids,
                        const std::vector<CellColumn>& columns) {
    const auto types = *neuroh5::MakeTypes({{"STIM", 0, 2}, {"PYR", 100, 3}},
                                           {{"PYR", "STIM"}});
    auto writer = *neuroh5::Writer::Create(directory_ / "f.h5", {}, types);
    EXPECT_TRUE(writer.WriteCells("PYR", name_space, gids, columns).ok());
    EXPECT_TRUE(writer.Close().ok());
    return *neuroh5::Reader::Open(directory_ / "f.h5");
  }

  test::TempDirectory directory_;
};

using F32 = std::vector<float>;

TEST_F(NetworkInputs, ReadsThePositionOfEveryCell) {
  const auto reader = Write(neuroh5::kArcDistances, {2, 3, 4},
                            {{neuroh5::kUDistance, {}, F32{1, 2, 3}},
                             {neuroh5::kVDistance, {}, F32{4, 5, 6}}});
  const auto cells = ReadArcPositions(reader, "PYR", neuroh5::kArcDistances);
  ASSERT_TRUE(cells.ok()) << cells.status();
  EXPECT_EQ(cells->start, 2u);
  EXPECT_THAT(cells->u, ElementsAre(1, 2, 3));
  EXPECT_THAT(cells->v, ElementsAre(4, 5, 6));
}

TEST_F(NetworkInputs, NeedsOnePositionPerCell) {
  const auto two = Write(neuroh5::kArcDistances, {2, 4},
                         {{neuroh5::kUDistance, {}, F32{1, 3}},
                          {neuroh5::kVDistance, {}, F32{4, 6}}});
  EXPECT_THAT(
      std::string(ReadArcPositions(two, "PYR", neuroh5::kArcDistances)
                      .status()
                      .message()),
      HasSubstr("population PYR does not have one U Distance per cell"));
  EXPECT_FALSE(ReadArcPositions(two, "STIM", neuroh5::kArcDistances).ok());
}

std::vector<CellColumn> Synapses() {
  const std::vector<std::uint64_t> offsets = {0, 2, 2, 3};
  return {{neuroh5::kSynIds, offsets, std::vector<std::uint32_t>{0, 1, 0}},
          {neuroh5::kSynCdists, offsets, F32{10, 20, 30}},
          {neuroh5::kSynLayers, offsets, std::vector<std::int8_t>{5, -1, 8}},
          {neuroh5::kSynTypes, offsets, std::vector<std::uint8_t>{0, 1, 0}},
          {neuroh5::kSwcTypes, offsets, std::vector<std::uint8_t>{3, 4, 1}}};
}

TEST_F(NetworkInputs, ReadsSynapsesOfCells) {
  const auto reader = Write(neuroh5::kSynapseAttributes, {2, 3, 4}, Synapses());
  const SynapseSource source = {&reader, "PYR", neuroh5::kSynapseAttributes};
  EXPECT_THAT(CellsOf(source)->gids, ElementsAre(2, 3, 4));
  EXPECT_THAT(CellsOf(source)->counts, ElementsAre(2, 0, 1));
  SynapseBlock block;
  const absl::Status read = ReadSynapses(source, {2, 4}, &block);
  ASSERT_TRUE(read.ok()) << read;
  ASSERT_EQ(block.size(), 2u);
  const build::CellSynapses last = block.Cell(1, 7, 8);
  EXPECT_EQ(last.gid, 4u);
  EXPECT_EQ(last.u, 7);
  EXPECT_EQ(last.v, 8);
  EXPECT_THAT(last.syn_ids, ElementsAre(0));
  EXPECT_THAT(last.cdists, ElementsAre(30));
  EXPECT_THAT(last.layers, ElementsAre(8));
  EXPECT_THAT(block.Cell(0, 0, 0).types, ElementsAre(0, 1));
}

TEST_F(NetworkInputs, RefusesSynapseColumnsThatDisagree) {
  auto columns = Synapses();
  columns[1] = {neuroh5::kSynCdists, {0, 1, 2, 3}, F32{10, 20, 30}};
  const auto reader = Write(neuroh5::kSynapseAttributes, {2, 3, 4}, columns);
  const SynapseSource source = {&reader, "PYR", neuroh5::kSynapseAttributes};
  SynapseBlock block;
  const absl::Status read = ReadSynapses(source, {2, 3, 4}, &block);
  EXPECT_EQ(read.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(read.message()),
              HasSubstr("syn_cdists does not have one value per syn_ids"));
  EXPECT_EQ(ReadSynapses(source, {2, 3, 4, 5}, &block).code(),
            absl::StatusCode::kDataLoss);
}

TEST(ConnectionSummary, AddsUpAndWarns) {
  parallel::SingleRank ranks;
  RecordingObserver observer;
  StepContext ctx{{}, 0, {}, "", ranks, observer};
  ConnectionSummary summary(2);
  summary.Add(64, {{10, 10}, {0, 0}});
  summary.Add(65, {{20, 5}, {0, 0}});
  summary.Add(66, {{30, 0}, {4, 4}});
  const auto report =
      summary.Finish(ctx, "PYR", {{"STIM", 0, {}}, {"OLM", 1, {}}});
  EXPECT_EQ(report, nlohmann::json::parse(R"({
    "STIM": {"synapses": 60, "edges": 15, "unconnected": 45,
             "cells_unconnected": 2, "cells_without_synapses": 0},
    "OLM": {"synapses": 4, "edges": 4, "unconnected": 0,
            "cells_unconnected": 0, "cells_without_synapses": 2}})"));
  EXPECT_THAT(
      observer.warnings,
      ElementsAre(
          "Projection STIM -> PYR: 45 synapses on 2 of 3 cells (first gid 65) "
          "have no STIM cell within the axon extent and stay unconnected.",
          "Projection OLM -> PYR: 2 of 3 cells have no synapses for it."));
}

}  // namespace
}  // namespace miv::worker
