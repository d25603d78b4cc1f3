// Projections written by h5py; what is in them is drawn in odd_files.py.

#include "common/neuroh5/projection.h"

#include "common/base/fault.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/neuroh5/h5py_files.h"

namespace miv::neuroh5 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const ProjectionName kBToA = {"A", "B"};

// Stored rows: 4 <- {9}, 0 <- {}, 1 <- {8, 6}, 4 <- {7, 7}; syn_id 0 to 4.
class ProjectionTest : public testing::Test {
 protected:
  void SetUp() override {
    MIV_NEED_H5PY();
    reader_.emplace(Reader::Open(OddFile("good")).value());
    projection_.emplace(Projection::Open(*reader_, kBToA).value());
  }

  std::optional<Reader> reader_;
  std::optional<Projection> projection_;
};

std::vector<std::uint32_t> Ids(const Edges& edges) {
  return std::get<std::vector<std::uint32_t>>(edges.attributes.at(0));
}

TEST_F(ProjectionTest, ExpandsBlocksToRows) {
  EXPECT_EQ(projection_->rows(), 4u);
  EXPECT_EQ(projection_->edges(), 5u);
  EXPECT_THAT(projection_->row_gids(), ElementsAre(4, 0, 1, 4));
  EXPECT_THAT(projection_->row_offsets(), ElementsAre(0, 1, 1, 3, 5));
  EXPECT_THAT(
      projection_->attributes(),
      ElementsAre(EdgeAttributeName{"Synapses", "syn_id", ValueType::kU32}));
}

TEST_F(ProjectionTest, SortsDestinationsAndJoinsTheirRows) {
  const auto edges =
      projection_->Read(Selection::All(), projection_->attributes());
  ASSERT_TRUE(edges.ok()) << edges.status();
  EXPECT_THAT(edges->dst_gids, ElementsAre(0, 1, 4));
  EXPECT_THAT(edges->offsets, ElementsAre(0, 0, 2, 5));
  EXPECT_THAT(edges->src_gids, ElementsAre(8, 6, 9, 7, 7));
  EXPECT_THAT(Ids(*edges), ElementsAre(1, 2, 0, 3, 4));
}

TEST_F(ProjectionTest, SelectsDestinationsThatExist) {
  const auto edges =
      projection_->Read(Selection::Gids({4, 2}), projection_->attributes());
  ASSERT_TRUE(edges.ok()) << edges.status();
  EXPECT_THAT(edges->dst_gids, ElementsAre(4));
  EXPECT_THAT(edges->src_gids, ElementsAre(9, 7, 7));
  EXPECT_THAT(Ids(*edges), ElementsAre(0, 3, 4));
}

TEST_F(ProjectionTest, ReadsRowsAsStoredWithoutUnwantedAttributes) {
  const auto edges = projection_->ReadRows(2, 2, {});
  ASSERT_TRUE(edges.ok()) << edges.status();
  EXPECT_THAT(edges->dst_gids, ElementsAre(1, 4));
  EXPECT_THAT(edges->offsets, ElementsAre(0, 2, 4));
  EXPECT_THAT(edges->src_gids, ElementsAre(8, 6, 7, 7));
  EXPECT_THAT(edges->attributes, IsEmpty());
}

TEST_F(ProjectionTest, CutsRowsIntoBlocksOfBoundedSize) {
  EXPECT_THAT(projection_->Blocks(2), ElementsAre(0, 2, 3, 4));
  EXPECT_THAT(projection_->Blocks(3), ElementsAre(0, 3, 4));
  EXPECT_THAT(projection_->Blocks(1), ElementsAre(0, 2, 3, 4));
  EXPECT_THAT(projection_->Blocks(~std::uint64_t{0}), ElementsAre(0, 4));
}

TEST_F(ProjectionTest, RefusesUnknownAttributesAndRows) {
  const std::vector<EdgeAttributeName> unknown = {
      {"Synapses", "weight", ValueType::kF32}};
  EXPECT_EQ(projection_->ReadRows(0, 1, unknown).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(projection_->ReadRows(3, 2, {}).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Projection::Open(*reader_, {"B", "A"}).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Projection::Open(*reader_, {"C", "A"}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(Projection, AcceptsTheReadmesSentinel) {
  MIV_NEED_H5PY();
  const Reader reader = Reader::Open(OddFile("readme")).value();
  const auto projection = Projection::Open(reader, kBToA);
  ASSERT_TRUE(projection.ok()) << projection.status();
  EXPECT_THAT(projection->row_gids(), ElementsAre(0, 1));
}

TEST(Projection, IsEmptyIfOnlyTheGroupExists) {
  MIV_NEED_H5PY();
  const Reader reader = Reader::Open(OddFile("empty_projection")).value();
  const auto projection = Projection::Open(reader, kBToA);
  ASSERT_TRUE(projection.ok()) << projection.status();
  EXPECT_EQ(projection->rows(), 0u);
  EXPECT_THAT(projection->Blocks(10), ElementsAre(0));
  const auto edges = projection->Read(Selection::All(), {});
  ASSERT_TRUE(edges.ok()) << edges.status();
  EXPECT_THAT(edges->offsets, ElementsAre(0));
}

struct BadFile {
  const char* name;
  absl::StatusCode code;
  const char* what;
};
class RefusedProjection : public testing::TestWithParam<BadFile> {
 protected:
  void SetUp() override { MIV_NEED_H5PY(); }
};

TEST_P(RefusedProjection, OnOpeningOrReading) {
  const Reader reader = Reader::Open(OddFile(GetParam().name)).value();
  const auto projection = Projection::Open(reader, kBToA);
  absl::Status status = projection.status();
  if (status.ok()) status = projection->Read(Selection::All(), {}).status();
  EXPECT_EQ(status.code(), GetParam().code) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().what));
}

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
INSTANTIATE_TEST_SUITE_P(
    Projection, RefusedProjection,
    testing::Values(
        BadFile{"no_cover", kDataLoss, "does not cover the destinations"},
        BadFile{"edge_length", kDataLoss, "one value per edge"},
        BadFile{"edge_f64", absl::StatusCode::kFailedPrecondition, "f64"},
        BadFile{"source_length", kDataLoss, "one value per edge"},
        BadFile{"beyond_sources", kDataLoss, "beyond population B"},
        BadFile{"beyond_destinations", kDataLoss, "population A does not have"},
        BadFile{"decreasing_edges", kDataLoss, "decreases"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace miv::neuroh5
