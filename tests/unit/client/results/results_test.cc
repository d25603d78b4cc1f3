// data/results.h5 was written by h5py: see data/generate.py, which also says
// where the numbers come from.

#include "client/results/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numbers>

#include "common/base/fault.h"
#include "common/base/files.h"

namespace miv::client {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::SizeIs;

const std::string kDirectory =
    std::string(MIV_SOURCE_DIR) + "/tests/unit/client/plot/data";
const std::string kFile = kDirectory + "/results.h5";

TEST(ReadSpikes, ReadsTrainsPopulationsAndDuration) {
  const auto trains = ReadSpikes(kFile);
  ASSERT_TRUE(trains.ok()) << trains.status();
  EXPECT_THAT(trains->gids, ElementsAre(0, 4, 5, 9, 3, 4));
  EXPECT_THAT(trains->times_ms, ElementsAre(1.5, 2, 2, 10.25, 12, 19));
  EXPECT_EQ(trains->duration_ms, 20);
  ASSERT_THAT(trains->populations, SizeIs(3));
  EXPECT_EQ(trains->populations[1].name, "PYR");
  EXPECT_EQ(trains->populations[1].start, 4u);
  EXPECT_EQ(trains->populations[1].count, 5u);
}

TEST(ReadElectrodes, ReadsTracesWithTheirCircumstances) {
  const auto electrodes = ReadElectrodes(kFile);
  ASSERT_TRUE(electrodes.ok()) << electrodes.status();
  ASSERT_THAT(*electrodes, SizeIs(2));
  const Electrode& deep = electrodes->front();
  EXPECT_EQ(deep.label, "deep");
  EXPECT_THAT(deep.position_um, ElementsAre(10, 20, 30));
  EXPECT_EQ(deep.rho_ohm_cm, 333);
  EXPECT_EQ(deep.mode, "exact");
  ASSERT_THAT(deep.times_ms, SizeIs(201));
  ASSERT_THAT(deep.parts, SizeIs(2));
  EXPECT_EQ(deep.parts[0].population, "PYR");
  EXPECT_EQ(deep.parts[0].order, 1u);
  // At t = 10 ms: 0.03 sin(2 pi 8 * 0.01) + 0.015 sin(2 pi 60 * 0.01).
  const double pyr = 0.03 * std::sin(2 * std::numbers::pi * 0.08);
  const double pvbc = 0.015 * std::sin(2 * std::numbers::pi * 0.6);
  EXPECT_NEAR(deep.parts[0].potential_mv[100], pyr, 1e-12);
  EXPECT_NEAR(deep.potential_mv[100], pyr + pvbc, 1e-12);
}

class FindResultsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = JoinPath(::testing::TempDir(), "find_results");
    ASSERT_TRUE(RemoveTree(root_).ok());
    ASSERT_TRUE(MakeDirectories(root_ + "/graph").ok());
  }
  void Put(const std::string& relative) {
    const std::string path = JoinPath(root_, relative);
    ASSERT_TRUE(MakeDirectories(path.substr(0, path.rfind('/'))).ok());
    ASSERT_TRUE(WriteFileAtomically(path, "x").ok());
  }
  std::string root_;
};

TEST_F(FindResultsTest, TakesAFileOrTheDirectoryOfOne) {
  EXPECT_EQ(*FindResults(kFile), kFile);
  EXPECT_EQ(*FindResults(kDirectory), kFile);
}

TEST_F(FindResultsTest, LooksIntoTheStepsOfAFetch) {
  Put("run/results.h5");
  EXPECT_THAT(*FindResults(root_), EndsWith("find_results/run/results.h5"));
}

TEST_F(FindResultsTest, DoesNotChooseAmongSeveral) {
  Put("run/results.h5");
  Put("other/results.h5");
  const auto fault = FaultOf(FindResults(root_).status());
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->reason, "SEVERAL_RESULTS");
}

TEST_F(FindResultsTest, SaysHowToGetResults) {
  EXPECT_EQ(FaultOf(FindResults(root_).status())->reason, "NO_RESULTS");
  EXPECT_EQ(FindResults(root_ + "/absent.h5").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(ReadSpikes, RefusesWhatIsNoResultsFile) {
  EXPECT_FALSE(ReadSpikes(std::string(MIV_SOURCE_DIR) + "/LICENSE").ok());
  EXPECT_FALSE(ReadElectrodes(std::string(MIV_SOURCE_DIR) + "/LICENSE").ok());
}

}  // namespace
}  // namespace miv::client
