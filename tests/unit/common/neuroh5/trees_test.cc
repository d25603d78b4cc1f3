// Reading of trees written by h5py; what is in them is drawn in odd_files.py.

#include "common/neuroh5/trees.h"

#include "common/base/fault.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/neuroh5/h5py_files.h"

namespace miv::neuroh5 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TreesTest : public testing::Test {
 protected:
  void SetUp() override { MIV_NEED_H5PY(); }
};

TEST_F(TreesTest, ReadsUnlinkedCopiesSortedByGid) {
  const Reader reader = Reader::Open(OddFile("good")).value();
  EXPECT_THAT(TreeGids(reader, "A").value(), ElementsAre(5, 1));
  const auto trees = ReadTrees(reader, "A", Selection::All());
  ASSERT_TRUE(trees.ok()) << trees.status();
  ASSERT_EQ(trees->size(), 2u);
  const Tree& tree = trees->front();
  EXPECT_EQ(tree.gid, 1u);
  EXPECT_THAT(tree.x, ElementsAre(0, 1, 2));
  EXPECT_THAT(tree.radius, ElementsAre(3, 1, 1));
  EXPECT_THAT(tree.layer, ElementsAre(-1, 0, 1));
  EXPECT_THAT(tree.swc_type, ElementsAre(1, 4, 4));
  EXPECT_THAT(tree.parent, ElementsAre(-1, 0, 1));
  EXPECT_THAT(tree.sections, ElementsAre(ElementsAre(0, 1), ElementsAre(1, 2)));
  EXPECT_THAT(tree.src, ElementsAre(0));
  EXPECT_THAT(tree.dst, ElementsAre(1));
}

TEST_F(TreesTest, SelectsByGidAndByRow) {
  const Reader reader = Reader::Open(OddFile("good")).value();
  const auto by_gid = ReadTrees(reader, "A", Selection::Gids({5, 0}));
  ASSERT_TRUE(by_gid.ok()) << by_gid.status();
  ASSERT_EQ(by_gid->size(), 1u);
  EXPECT_EQ(by_gid->front().gid, 5u);
  const auto by_row = ReadTrees(reader, "A", Selection::Rows(1, 1));
  ASSERT_TRUE(by_row.ok()) << by_row.status();
  EXPECT_EQ(by_row->front().gid, 1u);
}

TEST_F(TreesTest, FindsNoTreesWhereThereAreNone) {
  const Reader reader = Reader::Open(OddFile("good")).value();
  EXPECT_THAT(TreeGids(reader, "B").value(), IsEmpty());
  EXPECT_EQ(ReadTrees(reader, "B", Selection::All()).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(TreesTest, ReadsATreeOfOneSection) {
  const Reader reader = Reader::Open(OddFile("tree_one_section")).value();
  const auto trees = ReadTrees(reader, "A", Selection::All());
  ASSERT_TRUE(trees.ok()) << trees.status();
  EXPECT_THAT(trees->front().src, IsEmpty());
}

struct BadFile {
  const char* name;
  absl::StatusCode code;
  const char* what;
};
class RefusedTrees : public testing::TestWithParam<BadFile> {
 protected:
  void SetUp() override { MIV_NEED_H5PY(); }
};

TEST_P(RefusedTrees, WithFileAndReason) {
  const std::string path = OddFile(GetParam().name);
  const Reader reader = Reader::Open(path).value();
  const auto trees = ReadTrees(reader, "A", Selection::All());
  EXPECT_EQ(trees.status().code(), GetParam().code) << trees.status();
  EXPECT_THAT(std::string(trees.status().message()),
              HasSubstr(GetParam().what));
  EXPECT_EQ(FaultOrMessage(trees.status()).file, path);
}

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
INSTANTIATE_TEST_SUITE_P(
    Trees, RefusedTrees,
    testing::Values(
        BadFile{"tree_twice", kDataLoss, "the cell has two trees (gid 3)"},
        BadFile{"tree_cut_sections", kDataLoss, "section list does not add up"},
        BadFile{"tree_one_based", kDataLoss, "count from 1"},
        BadFile{"tree_layer_type", absl::StatusCode::kInvalidArgument,
                "expected i8, found i16"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace miv::neuroh5
