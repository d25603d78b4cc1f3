#include "worker/build/steps/cell_plans.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "common/base/fault.h"
#include "common/neuroh5/trees.h"
#include "common/neuroh5/writer.h"
#include "tests/support/temp_directory.h"
#include "worker/build/steps/tree_conversion.h"

namespace miv::worker {
namespace {

using ::testing::HasSubstr;

/// Soma and one dendrite of this length, um.
neuroh5::Tree TreeOfLength(float length) {
  neuroh5::Tree tree;
  tree.x = {0, 0, 0, 0};
  tree.y = {0, 10, 10, 10};
  tree.z = {0, 0, 0, length};
  tree.radius = {5, 5, 1, 1};
  tree.layer = {6, 6, 5, 5};
  tree.swc_type = {1, 1, 3, 3};
  tree.parent = {-1, 0, 1, 2};
  tree.sections = {{0, 1}, {2, 3}};
  tree.src = {0};
  tree.dst = {1};
  return tree;
}

/// Counts what it is asked for.
class CountingProvider final : public GeometryProvider {
 public:
  absl::StatusOr<build::CellGeometry> GeometryOf(
      const std::string& population, const std::string& template_name,
      const neuroh5::Tree& tree) override {
    ++asked;
    if (tree.gid == failing_gid)
      return absl::InvalidArgumentError("the template does not like it");
    return native_.GeometryOf(population, template_name, tree);
  }
  int asked = 0;
  std::uint32_t failing_gid = 1000;

 private:
  NativeGeometryProvider native_;
};

class CellPlansTest : public ::testing::Test {
 protected:
  // A population of 60 cells; cell i has shape shape_of[i].
  neuroh5::Reader WriteForest(const std::vector<neuroh5::Tree>& shapes,
                              const std::vector<std::uint32_t>& shape_of) {
    const auto types = *neuroh5::MakeTypes(
        {{"PYR", 0, static_cast<std::uint32_t>(shape_of.size())}},
        {{"PYR", "PYR"}});
    auto writer = *neuroh5::Writer::Create(directory_ / "forest.h5", {}, types);
    std::vector<std::uint32_t> gids(shape_of.size());
    std::iota(gids.begin(), gids.end(), 0u);
    EXPECT_TRUE(
        neuroh5::WriteTrees(writer, "PYR", gids, shape_of, shapes).ok());
    EXPECT_TRUE(writer.Close().ok());
    gids_ = gids;
    return *neuroh5::Reader::Open(directory_ / "forest.h5");
  }

  test::TempDirectory directory_;
  CountingProvider geometry_;
  SynapseModel model_ = {
      "Small", {{3, build::kExcitatory, {{{}, 0.5, 0}}}}, {}};
  std::vector<std::uint32_t> gids_;
};

TEST_F(CellPlansTest, AsksOnceForASharedMorphology) {
  const auto forest =
      WriteForest({TreeOfLength(100)}, std::vector<std::uint32_t>(60, 0));
  CellPlans plans(forest, "PYR", gids_, model_, geometry_);
  for (int pass = 0; pass < 2; ++pass)
    for (std::size_t i = 0; i < 60; ++i) {
      const auto plan = plans.PlanOf(i);
      ASSERT_TRUE(plan.ok()) << plan.status();
      EXPECT_NEAR((*plan)->expected_synapses(), 50, 1e-5);
    }
  EXPECT_EQ(geometry_.asked, 1);
}

TEST_F(CellPlansTest, KeepsCellsOfDifferentMorphologiesApart) {
  std::vector<neuroh5::Tree> shapes;
  std::vector<std::uint32_t> shape_of;
  for (std::uint32_t s = 0; s < 20; ++s)
    shapes.push_back(TreeOfLength(10.0f + s));
  for (std::uint32_t i = 0; i < 60; ++i) shape_of.push_back(i % 20);
  const auto forest = WriteForest(shapes, shape_of);
  CellPlans plans(forest, "PYR", gids_, model_, geometry_);
  for (int pass = 0; pass < 2; ++pass)
    for (std::size_t i = 0; i < 60; ++i) {
      const auto plan = plans.PlanOf(i);
      ASSERT_TRUE(plan.ok()) << plan.status();
      EXPECT_NEAR((*plan)->expected_synapses(),
                  0.5 * (10.0 + static_cast<double>(i % 20)), 1e-4);
    }
}

TEST_F(CellPlansTest, NamesTheCellThatFails) {
  const auto forest =
      WriteForest({TreeOfLength(100), TreeOfLength(50)}, {0, 0, 1, 0});
  geometry_.failing_gid = 2;
  CellPlans plans(forest, "PYR", gids_, model_, geometry_);
  EXPECT_TRUE(plans.PlanOf(0).ok());
  const auto plan = plans.PlanOf(2);
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FaultOf(plan.status())->gid, 2);
  EXPECT_THAT(std::string(plan.status().message()),
              HasSubstr("the template does not like it (gid 2)"));
}

TEST(TreeConversion, KeepsEverything) {
  const neuroh5::Tree tree = TreeOfLength(30);
  EXPECT_TRUE(neuroh5::CheckTree(tree).ok());
  const build::Morphology morphology = MorphologyOf(tree);
  EXPECT_TRUE(build::ValidateMorphology(morphology).ok());
  EXPECT_EQ(TreeOf(morphology), tree);
}

}  // namespace
}  // namespace miv::worker
