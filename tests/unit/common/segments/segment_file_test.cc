#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/segments/segment_reader.h"
#include "common/segments/segment_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace miv::segments {
namespace {

class SegmentFileTest : public testing::Test {
 protected:
  SegmentFileTest()
      : folder_(absl::StrCat(
            testing::TempDir(), "/segment_file_", ::getpid(), "_",
            testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(folder_);
  }
  ~SegmentFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_, "/", name);
  }

  // Three frames with the payloads "one", "two" and "three".
  std::string WriteThree() {
    const std::string path = Path(SegmentName(2));
    auto writer = SegmentWriter::Create(path, 2);
    EXPECT_TRUE(writer.ok()) << writer.status();
    for (const char* payload : {"one", "two", "three"}) {
      const auto place = writer->Append({.kind = FrameKind::kSpikes}, payload);
      EXPECT_TRUE(place.ok()) << place.status();
      places_.push_back(*place);
    }
    EXPECT_TRUE(writer->Close().ok());
    return path;
  }

  static std::vector<std::string> Payloads(SegmentReader& reader) {
    std::vector<std::string> payloads;
    while (auto frame = reader.Next()) payloads.push_back(frame->payload);
    return payloads;
  }

  const std::string folder_;
  std::vector<FramePlace> places_;
};

using testing::ElementsAre;

TEST_F(SegmentFileTest, GivesTheFramesInOrder) {
  auto reader = SegmentReader::Open(WriteThree());
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ(reader->rank(), 2u);
  EXPECT_THAT(Payloads(*reader), ElementsAre("one", "two", "three"));
  EXPECT_TRUE(reader->lost().ok()) << reader->lost();
}

TEST_F(SegmentFileTest, GivesAFrameByItsPlace) {
  auto reader = SegmentReader::Open(WriteThree());
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ(reader->Read(places_[1])->payload, "two");
  EXPECT_TRUE(absl::IsDataLoss(
      reader->Read({places_[1].offset + 1, places_[1].length}).status()));
  EXPECT_TRUE(absl::IsDataLoss(reader->Read({16, 3}).status()));
  EXPECT_TRUE(absl::IsOutOfRange(
      reader->Read({places_[2].offset, places_[2].length + 1}).status()));
  EXPECT_TRUE(absl::IsOutOfRange(
      reader->Read({~std::uint64_t{0} - 3, places_[2].length}).status()));
}

TEST_F(SegmentFileTest, ShowsWhatWasAppendedSinceTheEndWasReached) {
  auto writer = SegmentWriter::Create(Path("rank-00000.seg"), 0);
  ASSERT_TRUE(writer.ok()) << writer.status();
  auto reader = SegmentReader::Open(Path("rank-00000.seg"));
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_FALSE(reader->Next().has_value());
  ASSERT_TRUE(writer->Append({.kind = FrameKind::kMark}, "late").ok());
  EXPECT_THAT(Payloads(*reader), ElementsAre("late"));
}

TEST_F(SegmentFileTest, IsGoodUpToACutAtAnyByteOfTheLastFrame) {
  const std::string whole = *ReadFile(WriteThree());
  const std::string cut_path = Path("cut");
  for (std::size_t size = places_[2].offset + 1; size < whole.size(); ++size) {
    std::ofstream(cut_path, std::ios::binary) << whole.substr(0, size);
    auto reader = SegmentReader::Open(cut_path);
    ASSERT_TRUE(reader.ok()) << reader.status();
    EXPECT_THAT(Payloads(*reader), ElementsAre("one", "two")) << size;
    EXPECT_TRUE(absl::IsDataLoss(reader->lost())) << size;
    EXPECT_TRUE(absl::StrContains(
        reader->lost().message(),
        absl::StrCat("the last ", size - places_[2].offset, " bytes are lost")))
        << reader->lost();
  }
}

TEST_F(SegmentFileTest, EndsBeforeADamagedFrameEvenIfGoodOnesFollow) {
  std::string bytes = *ReadFile(WriteThree());
  bytes[places_[1].offset + kFrameHeadBytes] = 'T';
  ASSERT_TRUE(WriteFileAtomically(Path("damaged"), bytes).ok());
  auto reader = SegmentReader::Open(Path("damaged"));
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_THAT(Payloads(*reader), ElementsAre("one"));
  EXPECT_TRUE(absl::StrContains(reader->lost().message(), "checksum"))
      << reader->lost();
}

TEST_F(SegmentFileTest, DoesNotOpenWhatIsNoSegmentFile) {
  EXPECT_TRUE(absl::IsNotFound(SegmentReader::Open(Path("absent")).status()));
  ASSERT_TRUE(WriteFileAtomically(Path("short"), "MIVSEG").ok());
  EXPECT_TRUE(absl::IsDataLoss(SegmentReader::Open(Path("short")).status()));
  ASSERT_TRUE(WriteFileAtomically(Path("other"), std::string(99, 'x')).ok());
  EXPECT_TRUE(absl::IsDataLoss(SegmentReader::Open(Path("other")).status()));
}

TEST_F(SegmentFileTest, IsNeverWrittenOver) {
  const std::string path = WriteThree();
  EXPECT_TRUE(absl::IsAlreadyExists(SegmentWriter::Create(path, 2).status()));
  EXPECT_TRUE(absl::IsUnavailable(
      SegmentWriter::Create(Path("no/such/folder"), 0).status()));
}

}  // namespace
}  // namespace miv::segments
