// What the writer refuses, and what our reader finds in what it writes.

#include "common/neuroh5/writer.h"

#include <filesystem>
#include <optional>

#include "common/base/fault.h"
#include "common/neuroh5/cell_stream.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/projection_stream.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/trees.h"
#include "common/neuroh5/validate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/neuroh5_json.h"
#include "tests/support/neuroh5_sample.h"

namespace miv::neuroh5 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
using Gids = std::vector<std::uint32_t>;
using Floats = std::vector<float>;

class WriterTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "/neuroh5_writer_test.h5";
    sample_ = path_ + ".sample";
    writer_.emplace(Writer::Create(path_, FileAccess(), SampleTypes()).value());
  }
  void TearDown() override {
    std::filesystem::remove(path_);
    std::filesystem::remove(sample_);
  }

  absl::Status WriteCells(const Gids& gids, const CellColumn& column) {
    return writer_->WriteCells("PYR", "N", gids,
                               absl::MakeConstSpan(&column, 1));
  }

  std::string path_, sample_;
  std::optional<Writer> writer_;
};

TEST_F(WriterTest, RefusesADirectoryThatIsNotThere) {
  const auto writer =
      Writer::Create("/nonexistent/x.h5", FileAccess(), SampleTypes());
  EXPECT_EQ(writer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(FaultOrMessage(writer.status()).file, "/nonexistent/x.h5");
}

TEST_F(WriterTest, RefusesTypesThatNeuroh5CannotUse) {
  EXPECT_EQ(Writer::Create(path_ + "2", FileAccess(), Types()).status().code(),
            kInvalid);
  EXPECT_FALSE(std::filesystem::exists(path_ + "2"));
}

TEST_F(WriterTest, RefusesCellsOutOfOrderOrRange) {
  const CellColumn two{"v", {}, Floats{1, 2}};
  EXPECT_EQ(WriteCells({4, 3}, two).code(), kInvalid);
  EXPECT_EQ(WriteCells({4, 4}, two).code(), kInvalid);
  EXPECT_EQ(WriteCells({22, 23}, two).code(), kInvalid);
}

TEST_F(WriterTest, RefusesColumnsThatDoNotFit) {
  EXPECT_EQ(WriteCells({1, 2}, {"v", {}, Floats{1}}).code(), kInvalid);
  EXPECT_EQ(WriteCells({1, 2}, {"v", {0, 1}, Floats{1}}).code(), kInvalid);
  EXPECT_EQ(WriteCells({1, 2}, {"v", {0, 2, 1}, Floats{1}}).code(), kInvalid);
  EXPECT_EQ(WriteCells({1, 2}, {"v", {1, 1, 1}, Floats{1}}).code(), kInvalid);
  EXPECT_EQ(WriteCells({1}, {"a/b", {}, Floats{1}}).code(), kInvalid);
  EXPECT_EQ(WriteCells({1}, {std::string(128, 'x'), {}, Floats{1}}).code(),
            kInvalid);
  const std::vector<CellColumn> twins(2, CellColumn{"v", {}, Floats{1}});
  EXPECT_EQ(writer_->WriteCells("PYR", "N", Gids{1}, twins).code(), kInvalid);
}

TEST_F(WriterTest, RefusesToWriteANamespaceTwice) {
  EXPECT_EQ(WriteCells({1}, {"v", {}, Floats{1}}), absl::OkStatus());
  EXPECT_EQ(WriteCells({1}, {"w", {}, Floats{1}}).code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(WriterTest, RefusesUnknownPopulationsAndObjects) {
  EXPECT_EQ(writer_->WriteCells("XYZ", "N", {}, {}).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(writer_->SetAttribute("/Populations/PYR", "a", 1.0).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(WriterTest, StreamRefusesWhatWasNotAnnounced) {
  const std::vector<ColumnName> names = {{"v", ValueType::kF32}};
  const Gids gids = {1};
  const std::vector<std::uint64_t> counts = {2};
  EXPECT_EQ(
      CellStream::Create(*writer_, "PYR", "S", names, gids, {}).status().code(),
      kInvalid);
  auto stream = CellStream::Create(*writer_, "PYR", "S", names, gids, counts);
  ASSERT_TRUE(stream.ok()) << stream.status();
  const Floats three = {1, 2, 3};
  const Gids other_type = {1};
  EXPECT_EQ(stream->Write({absl::MakeConstSpan(three)}).code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(stream->Write({absl::MakeConstSpan(other_type)}).code(), kInvalid);
  EXPECT_EQ(stream->Write({}).code(), kInvalid);
  EXPECT_EQ(stream->Finish().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(WriterTest, TreesOfOneSectionAreRefused) {
  Tree tree = SampleTree(0);
  tree.sections = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}};
  tree.src = tree.dst = {};
  const absl::Status status =
      WriteTrees(*writer_, "PYR", {{1}}, {{0}}, {{tree}});
  EXPECT_EQ(status.code(), kInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr("single section"));
}

TEST_F(WriterTest, TreesThatDoNotFitAreRefused) {
  const std::vector<Tree> shapes = {SampleTree(0)};
  EXPECT_EQ(WriteTrees(*writer_, "PYR", {{1}}, {{1}}, shapes).code(), kInvalid);
  EXPECT_EQ(WriteTrees(*writer_, "PYR", {{1}}, {}, shapes).code(), kInvalid);
  EXPECT_EQ(WriteTrees(*writer_, "PYR", {{1}}, {{0}}, shapes),
            absl::OkStatus());
  EXPECT_EQ(WriteTrees(*writer_, "PYR", {{2}}, {{0}}, shapes).code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(WriterTest, ProjectionsRefuseWhatWasNotAnnounced) {
  const std::vector<std::uint64_t> counts = {1};
  EXPECT_EQ(ProjectionStream::Create(*writer_, {"STIM", "PYR"}, {}, {}, {})
                .status()
                .code(),
            kInvalid);  // not a valid projection
  auto stream =
      ProjectionStream::Create(*writer_, {"PYR", "STIM"}, Gids{5}, counts, {});
  ASSERT_TRUE(stream.ok()) << stream.status();
  Edges edges;
  edges.dst_gids = {5};
  edges.offsets = {0, 1};
  edges.src_gids = {29};  // a PVBC cell
  EXPECT_EQ(stream->Write(edges).code(), kInvalid);
  edges.src_gids = {30};
  edges.dst_gids = {6};
  EXPECT_EQ(stream->Write(edges).code(), kInvalid);
  edges.dst_gids = {5};
  edges.attributes = {Floats{1}};
  EXPECT_EQ(stream->Write(edges).code(), kInvalid);
  EXPECT_EQ(stream->Finish().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(WriterTest, ReaderFindsWhatWasWritten) {
  ASSERT_EQ(WriteSample(sample_, FileAccess()), absl::OkStatus());
  EXPECT_THAT(Validate(sample_), IsEmpty());
  const Reader reader = Reader::Open(sample_).value();
  EXPECT_EQ(reader.types(), SampleTypes());
  EXPECT_EQ(
      reader.NumberAttribute("/Populations/STIM/Arc Distances", kReferenceUMax)
          .value(),
      2.25);
  const auto ids = reader.ReadCells<std::uint32_t>(
      "PYR", kSynapseAttributes, kSynIds, Selection::Gids({6, 7, 8}));
  ASSERT_TRUE(ids.ok()) << ids.status();
  EXPECT_THAT(ids->offsets, ElementsAre(0, 0, 9000, 9009));
  for (std::uint32_t i = 0; i < 9000; ++i) ASSERT_EQ((*ids)[1][i], i);
  // Across the chunk border at 525,004, in the values 450,003 to 600,003.
  const auto many = reader.ReadCells<std::uint8_t>("PVBC", "Many", "v",
                                                   Selection::Gids({26}));
  ASSERT_TRUE(many.ok()) << many.status();
  EXPECT_EQ(many->values, std::vector<std::uint8_t>(150'001, 26));
  const auto trees = ReadTrees(reader, "PYR", Selection::Gids({11}));
  ASSERT_TRUE(trees.ok()) << trees.status();
  Tree expected = SampleTree(100);
  expected.gid = 11;
  EXPECT_EQ(trees->front(), expected);
}

TEST_F(WriterTest, PopulationsNeedNoProjections) {
  const Types types = MakeTypes({{"A", 3, 5}}, {}).value();
  auto writer = Writer::Create(sample_, FileAccess(), types);
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_EQ(writer->Close(), absl::OkStatus());
  EXPECT_EQ(Reader::Open(sample_).value().types(), types);
  EXPECT_THAT(Validate(sample_), IsEmpty());
}

TEST_F(WriterTest, CopiesMeanWhatTheirSourceMeans) {
  ASSERT_EQ(WriteSample(sample_, FileAccess()), absl::OkStatus());
  const std::string copy = path_ + ".copy";
  ASSERT_EQ(CopySample(sample_, copy, FileAccess()), absl::OkStatus());
  EXPECT_THAT(Validate(copy), IsEmpty());
  const Reader from = Reader::Open(sample_).value();
  const Reader to = Reader::Open(copy).value();
  const auto expected = MeaningOf(from).value();
  const auto found = MeaningOf(to).value();
  EXPECT_EQ(found["projections"], expected["projections"]);
  EXPECT_EQ(found["cell_attributes"]["PYR"]["Trees"],
            expected["cell_attributes"]["PYR"]["Trees"]);
  EXPECT_EQ(found["cell_attributes"]["PVBC"]["Many"],
            expected["cell_attributes"]["PVBC"]["Many"]);
  EXPECT_EQ(
      to.NumberAttribute("/Populations/PVBC/Arc Distances", kReferenceUMin)
          .value(),
      -1.5);
  std::filesystem::remove(copy);
}

TEST_F(WriterTest, CopyRefusesWhatIsMissingOrPresent) {
  ASSERT_EQ(WriteSample(sample_, FileAccess()), absl::OkStatus());
  EXPECT_EQ(writer_->CopyFrom(sample_, "/Populations/OLM").code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(writer_->CopyFrom(sample_, "/H5Types").code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(writer_->CopyFrom(sample_ + ".absent", "/Projections").code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace miv::neuroh5
