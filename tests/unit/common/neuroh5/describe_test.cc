#include "common/neuroh5/describe.h"

#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/neuroh5/h5py_files.h"

namespace miv::neuroh5 {
namespace {

using testing::ElementsAre;

TEST(Describe, ListsPopulationsNamespacesAndProjections) {
  MIV_NEED_H5PY();
  const std::string path = OddFile("good");
  const auto file = Describe(path);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->path, path);
  EXPECT_EQ(file->bytes, std::filesystem::file_size(path));
  EXPECT_EQ(file->types.total(), 10u);
  ASSERT_EQ(file->populations.size(), 1u);
  EXPECT_EQ(file->populations[0].name, "A");
  EXPECT_EQ(file->populations[0].trees, 2u);
  ASSERT_EQ(file->populations[0].namespaces.size(), 1u);
  EXPECT_EQ(file->populations[0].namespaces[0].name, "N");
  EXPECT_EQ(file->populations[0].namespaces[0].attributes.size(), 6u);
  ASSERT_EQ(file->projections.size(), 1u);
  const ProjectionSummary& projection = file->projections[0];
  EXPECT_EQ(projection.name, (ProjectionName{"A", "B"}));
  EXPECT_TRUE(projection.listed);
  EXPECT_EQ(projection.destinations, 4u);
  EXPECT_EQ(projection.blocks, 3u);
  EXPECT_EQ(projection.edges, 5u);
  EXPECT_EQ(projection.attributes.size(), 1u);
  EXPECT_THAT(file->other_groups, ElementsAre("Somewhere Else"));
}

TEST(Describe, SaysWhichTypesAreNotReadable) {
  MIV_NEED_H5PY();
  const auto file = Describe(OddFile("f64"));
  ASSERT_TRUE(file.ok()) << file.status();
  const CellAttributeInfo& info =
      file->populations[0].namespaces[0].attributes[0];
  EXPECT_FALSE(info.readable);
  EXPECT_EQ(info.stored_type, "f64");
}

TEST(Describe, MarksUnlistedProjections) {
  MIV_NEED_H5PY();
  const auto file = Describe(OddFile("unlisted"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_FALSE(file->projections[0].listed);
}

TEST(Describe, RefusesWhatIsNotNeuroh5) {
  MIV_NEED_H5PY();
  EXPECT_EQ(Describe(OddFile("no_types")).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace miv::neuroh5
