#include "worker/build/steps/junction_sites.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"
#include "common/neuroh5/trees.h"
#include "common/neuroh5/writer.h"
#include "tests/support/temp_directory.h"

namespace miv::worker {
namespace {

using neuroh5::Tree;
using ::testing::ElementsAre;

// A soma of 20 um along x and an apical dendrite of `length` um from its end.
Tree Cell(float length) {
  Tree tree;
  tree.x = {0, 10, 20, 20, 20 + length};
  tree.y = tree.z = {0, 0, 0, 0, 0};
  tree.radius = {5, 5, 5, 1, 1};
  tree.layer = {6, 6, 6, 6, 6};
  tree.swc_type = {1, 1, 1, 4, 4};
  tree.parent = {-1, 0, 1, 2, 3};
  tree.sections = {{0, 1, 2}, {3, 4}};
  tree.src = {0};
  tree.dst = {1};
  return tree;
}

class Sites : public testing::Test {
 protected:
  // Three cells of PVBC, gids 2 to 4; `shape_of`: of those with a tree.
  neuroh5::Reader Forest(const std::vector<std::uint32_t>& gids,
                         const std::vector<std::uint32_t>& shape_of) {
    const auto types = *neuroh5::MakeTypes({{"PYR", 0, 2}, {"PVBC", 1, 3}}, {});
    auto writer = *neuroh5::Writer::Create(directory_ / "forest.h5", {}, types);
    const std::vector<Tree> shapes = {Cell(100), Cell(60)};
    EXPECT_TRUE(
        neuroh5::WriteTrees(writer, "PVBC", gids, shape_of, shapes).ok());
    EXPECT_TRUE(writer.Close().ok());
    return *neuroh5::Reader::Open(directory_ / "forest.h5");
  }

  test::TempDirectory directory_;
};

TEST_F(Sites, AreThoseOfTheTreeOfTheCell) {
  const auto forest = Forest({2, 3, 4}, {0, 1, 0});
  SitesOfCells sites(forest, "PVBC");
  const auto loaded = sites.Load({4, 2, 3, 2});
  ASSERT_TRUE(loaded.ok()) << loaded;
  EXPECT_THAT(sites.Of(2).OfClass(4), ElementsAre(1));
  // By hand: half the soma, and the dendrite.
  EXPECT_DOUBLE_EQ(sites.Of(2).RootDistance(1, 1), 110);
  EXPECT_DOUBLE_EQ(sites.Of(3).RootDistance(1, 1), 70);
}

TEST_F(Sites, KeepEachMorphologyOnce) {
  const auto forest = Forest({2, 3, 4}, {0, 1, 0});
  SitesOfCells sites(forest, "PVBC");
  ASSERT_TRUE(sites.Load({2, 3, 4}).ok());
  EXPECT_EQ(&sites.Of(2), &sites.Of(4));
  EXPECT_NE(&sites.Of(2), &sites.Of(3));
}

TEST_F(Sites, StayWhereTheyAreWhenMoreAreLoaded) {
  const auto forest = Forest({2, 3, 4}, {0, 1, 0});
  SitesOfCells sites(forest, "PVBC");
  ASSERT_TRUE(sites.Load({2}).ok());
  const build::JunctionSites* first = &sites.Of(2);
  ASSERT_TRUE(sites.Load({3, 4}).ok());
  EXPECT_EQ(&sites.Of(2), first);
  EXPECT_EQ(&sites.Of(4), first);
}

TEST_F(Sites, OfACellWithoutATreeAreRefused) {
  const auto forest = Forest({2, 4}, {0, 1});
  SitesOfCells sites(forest, "PVBC");
  const auto status = sites.Load({2, 3});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const auto fault = FaultOf(status);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->reason, "MISSING_TREE");
  EXPECT_EQ(fault->gid, 3);
}

TEST_F(Sites, OfACellOfAnotherPopulationAreRefused) {
  const auto forest = Forest({2, 4}, {0, 1});
  SitesOfCells sites(forest, "PVBC");
  EXPECT_FALSE(sites.Load({1}).ok());
}

}  // namespace
}  // namespace miv::worker
