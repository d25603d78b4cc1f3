// Reading of files made by h5py; what is in them is drawn in odd_files.py.

#include "common/neuroh5/reader.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "common/base/fault.h"
#include "common/neuroh5/cell_counts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/neuroh5/h5py_files.h"

namespace miv::neuroh5 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ReaderTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { MIV_NEED_H5PY(); }

  Reader Good() const { return Reader::Open(OddFile(GetParam())).value(); }
};

TEST_P(ReaderTest, ReadsPopulationsInIndexOrder) {
  EXPECT_EQ(Good().types().populations,
            (std::vector<Population>{{"A", 0, 0, 6}, {"B", 5, 6, 4}}));
  EXPECT_EQ(Good().types().valid_projections,
            (std::vector<ProjectionName>{{"A", "B"}}));
}

TEST_P(ReaderTest, ListsWhatIsThere) {
  const Reader reader = Good();
  EXPECT_THAT(reader.PopulationNames().value(), ElementsAre("A"));
  EXPECT_THAT(reader.Namespaces("A").value(), ElementsAre("N", "Trees"));
  EXPECT_THAT(reader.Namespaces("B").value(), IsEmpty());
  EXPECT_THAT(reader.Projections().value(),
              ElementsAre(ProjectionName{"A", "B"}));
  EXPECT_TRUE(reader.HasNamespace("A", "N"));
  EXPECT_FALSE(reader.HasNamespace("A", "M"));
}

TEST_P(ReaderTest, ListsAttributesWithTypesAndSkipsLooseDatasets) {
  const auto attributes = Good().CellAttributes("A", "N");
  ASSERT_TRUE(attributes.ok()) << attributes.status();
  std::vector<std::string> found;
  for (const CellAttributeInfo& info : *attributes)
    found.push_back(info.name + " " + info.stored_type + " " +
                    std::to_string(info.cells) + " " +
                    std::to_string(info.values));
  EXPECT_THAT(found, ElementsAre("big_endian f32 2 3", "compressed i16 3 5",
                                 "flags u8 2 2", "no_index u8 0 1",
                                 "shared u8 2 3", "twice u32 3 4"));
}

TEST_P(ReaderTest, ConvertsByteOrderAndIntegerWidths) {
  const auto cells =
      Good().ReadCells<float>("A", "N", "big_endian", Selection::All());
  ASSERT_TRUE(cells.ok()) << cells.status();
  EXPECT_THAT(cells->gids, ElementsAre(1, 2));
  EXPECT_THAT((*cells)[0], ElementsAre(0.5f));
  EXPECT_THAT((*cells)[1], ElementsAre(1.5f, -2.5f));
}

TEST_P(ReaderTest, SortsCellsOfACompressedAttribute) {
  const auto cells =
      Good().ReadCells<std::int16_t>("A", "N", "compressed", Selection::All());
  ASSERT_TRUE(cells.ok()) << cells.status();
  // Stored 4: {0, 1}, 1: {}, 3: {2, 3, 4}.
  EXPECT_THAT(cells->gids, ElementsAre(1, 3, 4));
  EXPECT_THAT(cells->offsets, ElementsAre(0, 0, 3, 5));
  EXPECT_THAT(cells->values, ElementsAre(2, 3, 4, 0, 1));
}

TEST(Reader, ReadsLongCompressedValuesInPieces) {
  MIV_NEED_H5PY();
  const Reader reader = Reader::Open(OddFile("packed")).value();
  Ragged<std::uint32_t> cells;
  for (const std::uint32_t gid : {0u, 1u}) {
    ASSERT_EQ(reader.ReadCells("A", "N", "v", Selection::Gids({gid}), &cells),
              absl::OkStatus());
    ASSERT_EQ(cells.values.size(), gid == 0 ? 150'000u : 100'000u);
    EXPECT_EQ(cells.values.front(), gid == 0 ? 0u : 150'000u);
    EXPECT_EQ(cells.values.back(), gid == 0 ? 149'999u : 249'999u);
    EXPECT_TRUE(std::is_sorted(cells.values.begin(), cells.values.end()));
  }
}

TEST_P(ReaderTest, ReadsRowsAsStored) {
  const auto cells = Good().ReadCells<std::int16_t>("A", "N", "compressed",
                                                    Selection::Rows(0, 2));
  ASSERT_TRUE(cells.ok()) << cells.status();
  EXPECT_THAT(cells->gids, ElementsAre(4, 1));
  EXPECT_THAT(cells->values, ElementsAre(0, 1));
}

TEST_P(ReaderTest, RefusesRowsBeyondTheEnd) {
  EXPECT_EQ(Good()
                .ReadCells<std::int16_t>("A", "N", "compressed",
                                         Selection::Rows(2, 2))
                .status()
                .code(),
            absl::StatusCode::kOutOfRange);
}

TEST_P(ReaderTest, JoinsTheValuesOfACellStoredTwice) {
  const auto cells =
      Good().ReadCells<std::uint32_t>("A", "N", "twice", Selection::All());
  ASSERT_TRUE(cells.ok()) << cells.status();
  EXPECT_THAT(cells->gids, ElementsAre(0, 2));
  EXPECT_THAT((*cells)[1], ElementsAre(10, 30));
}

TEST_P(ReaderTest, SelectsGidsAndRangesThatExist) {
  const Reader reader = Good();
  const auto some = reader.ReadCells<std::uint32_t>(
      "A", "N", "twice", Selection::Gids({9, 2, 2, 5}));
  ASSERT_TRUE(some.ok()) << some.status();
  EXPECT_THAT(some->gids, ElementsAre(2));
  const auto range = reader.ReadCells<std::int16_t>("A", "N", "compressed",
                                                    Selection::Range(3, 5));
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_THAT(range->gids, ElementsAre(3, 4));
  EXPECT_THAT(range->values, ElementsAre(2, 3, 4, 0, 1));
}

TEST_P(ReaderTest, CountsTheValuesOfEveryCell) {
  const auto packed = CountCellValues(Good(), "A", "N", "compressed");
  ASSERT_TRUE(packed.ok()) << packed.status();
  EXPECT_THAT(packed->gids, ElementsAre(1, 3, 4));
  EXPECT_THAT(packed->counts, ElementsAre(0, 3, 2));
  const auto twice = CountCellValues(Good(), "A", "N", "twice");
  ASSERT_TRUE(twice.ok()) << twice.status();
  EXPECT_THAT(twice->gids, ElementsAre(0, 2, 2));
  EXPECT_THAT(twice->counts, ElementsAre(2, 1, 1));
  EXPECT_EQ(CountCellValues(Good(), "A", "N", "absent").status().code(),
            absl::StatusCode::kNotFound);
}

TEST_P(ReaderTest, ReadsIntoTheMemoryOfAnEarlierResult) {
  const Reader reader = Good();
  Ragged<std::uint32_t> cells;
  ASSERT_EQ(reader.ReadCells("A", "N", "twice", Selection::All(), &cells),
            absl::OkStatus());
  EXPECT_THAT(cells.values, ElementsAre(20, 21, 10, 30));
  const std::uint32_t* const memory = cells.values.data();
  ASSERT_EQ(reader.ReadCells("A", "N", "twice", Selection::Gids({2}), &cells),
            absl::OkStatus());
  EXPECT_THAT(cells.gids, ElementsAre(2));
  EXPECT_THAT(cells.offsets, ElementsAre(0, 2));
  EXPECT_THAT(cells.values, ElementsAre(10, 30));
  EXPECT_EQ(cells.values.data(), memory);
}

TEST_P(ReaderTest, ReadsIntoAnEarlierResultOfAnotherType) {
  const Reader reader = Good();
  RaggedValues cells;
  ASSERT_EQ(reader.ReadCellValues("A", "N", "twice", Selection::All(), &cells),
            absl::OkStatus());
  ASSERT_EQ(
      reader.ReadCellValues("A", "N", "big_endian", Selection::All(), &cells),
      absl::OkStatus());
  EXPECT_THAT(cells.gids, ElementsAre(1, 2));
  EXPECT_THAT(cells.offsets, ElementsAre(0, 1, 3));
  EXPECT_THAT(std::get<std::vector<float>>(cells.values),
              ElementsAre(0.5f, 1.5f, -2.5f));
  Ragged<float> wrong;
  EXPECT_EQ(
      reader.ReadCells("A", "N", "twice", Selection::All(), &wrong).code(),
      absl::StatusCode::kInvalidArgument);
}

TEST_P(ReaderTest, GivesEveryCellAllValuesWithoutPointer) {
  const auto cells =
      Good().ReadCells<std::uint8_t>("A", "N", "shared", Selection::All());
  ASSERT_TRUE(cells.ok()) << cells.status();
  EXPECT_THAT(cells->gids, ElementsAre(0, 5));
  EXPECT_THAT((*cells)[0], ElementsAre(1, 2, 3));
  EXPECT_THAT((*cells)[1], ElementsAre(1, 2, 3));
}

TEST_P(ReaderTest, GivesNoCellWithoutIndex) {
  const auto cells =
      Good().ReadCells<std::uint8_t>("A", "N", "no_index", Selection::All());
  ASSERT_TRUE(cells.ok()) << cells.status();
  EXPECT_EQ(cells->size(), 0u);
}

TEST_P(ReaderTest, ReadsFlagsAsBytes) {
  const auto cells =
      Good().ReadCells<std::uint8_t>("A", "N", "flags", Selection::All());
  ASSERT_TRUE(cells.ok()) << cells.status();
  EXPECT_THAT(cells->values, ElementsAre(1, 0));
}

TEST_P(ReaderTest, ReadsNumbersOfHdf5Attributes) {
  const Reader reader = Good();
  const std::string object = "/Populations/A/N";
  EXPECT_EQ(reader.NumberAttribute(object, "Reference U Min").value(), -3.25);
  EXPECT_EQ(reader.NumberAttribute(object, "Reference V Min").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(reader.NumberAttribute(object, "text").status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_P(ReaderTest, NamesFilePathAndTypesOfAWrongRequest) {
  const auto cells =
      Good().ReadCells<float>("A", "N", "twice", Selection::All());
  EXPECT_EQ(cells.status().code(), absl::StatusCode::kInvalidArgument);
  const Fault fault = FaultOf(cells.status()).value();
  EXPECT_EQ(fault.file, OddFile(GetParam()));
  EXPECT_EQ(fault.field, "/Populations/A/N/twice");
  EXPECT_EQ(fault.expected, "f32");
  EXPECT_EQ(fault.found, "u32");
}

TEST_P(ReaderTest, SaysWhichPopulationOrAttributeIsMissing) {
  const Reader reader = Good();
  EXPECT_EQ(
      reader.ReadCells<float>("C", "N", "v", Selection::All()).status().code(),
      absl::StatusCode::kNotFound);
  EXPECT_EQ(
      reader.ReadCells<float>("A", "N", "v", Selection::All()).status().code(),
      absl::StatusCode::kNotFound);
}

INSTANTIATE_TEST_SUITE_P(Libver, ReaderTest, testing::Values("good", "latest"),
                         [](const auto& info) { return info.param; });

struct BadFile {
  const char* name;
  absl::StatusCode code;
  const char* what;
};
class RefusedFile : public testing::TestWithParam<BadFile> {
 protected:
  void SetUp() override { MIV_NEED_H5PY(); }
};

TEST_P(RefusedFile, OnOpeningOrReading) {
  const auto reader = Reader::Open(OddFile(GetParam().name));
  absl::Status status = reader.status();
  if (status.ok())
    status = reader->ReadCellValues("A", "N", "v", Selection::All()).status();
  EXPECT_EQ(status.code(), GetParam().code) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().what));
  EXPECT_EQ(FaultOrMessage(status).file, OddFile(GetParam().name));
}

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;
INSTANTIATE_TEST_SUITE_P(
    Reader, RefusedFile,
    testing::Values(BadFile{"f64", kFailedPrecondition, "found f64"},
                    BadFile{"i64", kFailedPrecondition, "found i64"},
                    BadFile{"text", kFailedPrecondition, "found string"},
                    BadFile{"short_pointer", kDataLoss, "too short"},
                    BadFile{"decreasing", kDataLoss, "decreases at row 2"},
                    BadFile{"beyond_values", kDataLoss, "leaves the values"},
                    BadFile{"beyond_cells", kDataLoss, "does not have"},
                    BadFile{"external", kFailedPrecondition, "external link"},
                    BadFile{"huge", kDataLoss, "more values than it stores"},
                    BadFile{"no_types", kDataLoss, "which populations"},
                    BadFile{"no_label", kDataLoss, "without a label"},
                    BadFile{"no_rows", kDataLoss, "no population"},
                    BadFile{"float_rows", kDataLoss, "unusable type"},
                    BadFile{"too_many_cells", kDataLoss, "do not fit 32 bits"}),
    [](const auto& info) { return info.param.name; });

TEST(Reader, AcceptsRowsOfOtherWidths) {
  MIV_NEED_H5PY();
  const auto reader = Reader::Open(OddFile("wide_rows"));
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ(reader->types().populations[1], (Population{"B", 5, 6, 4}));
}

TEST(Reader, AcceptsRowsOfTheOtherByteOrder) {
  MIV_NEED_H5PY();
  const auto reader = Reader::Open(OddFile("big_endian_rows"));
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ(reader->types().populations,
            (std::vector<Population>{{"A", 0, 0, 6}, {"B", 5, 6, 4}}));
}

TEST(Reader, TakesTypesFromElsewhereForABareFile) {
  MIV_NEED_H5PY();
  const Types types = MakeTypes({{"A", 0, 1}}, {}).value();
  const auto reader = Reader::OpenWithTypes(OddFile("no_types"), types);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ(reader->types(), types);
}

TEST(Reader, ReadsAFileThatSomeoneHasLocked) {
  MIV_NEED_H5PY();
  const std::string path = OddFile("wide_rows");
  const int other = open(path.c_str(), O_RDONLY);
  ASSERT_EQ(flock(other, LOCK_EX | LOCK_NB), 0);
  EXPECT_TRUE(Reader::Open(path).ok());
  close(other);
}

TEST(Reader, SaysThatAFileIsMissingOrNotHdf5) {
  const std::string path = testing::TempDir() + "/not_hdf5.txt";
  std::ofstream(path) << "gid,x,y,z\n";
  EXPECT_EQ(Reader::Open(path).status().code(), kDataLoss);
  EXPECT_EQ(Reader::Open(path + ".absent").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace miv::neuroh5
