// Files of the original library kept in tests/golden/neuroh5.

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "common/neuroh5/describe.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/trees.h"
#include "common/neuroh5/validate.h"
#include "common/neuroh5/writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/neuroh5_json.h"

namespace miv::neuroh5 {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string Golden(const std::string& name) {
  return MIV_SOURCE_DIR "/tests/golden/neuroh5/" + name;
}

std::string Bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class GoldenFile : public testing::TestWithParam<const char*> {};

TEST_P(GoldenFile, MeansWhatTheOriginalLibraryRead) {
  const auto reader = Reader::Open(Golden(GetParam() + std::string(".h5")));
  ASSERT_TRUE(reader.ok()) << reader.status();
  const auto meaning = MeaningOf(*reader);
  ASSERT_TRUE(meaning.ok()) << meaning.status();
  std::ifstream in(Golden(GetParam() + std::string(".json")));
  const json expected = json::parse(in);
  EXPECT_EQ(*meaning, expected) << json::diff(expected, *meaning).dump(1);
}

TEST_P(GoldenFile, CopiesToTheSameMeaning) {
  const std::string path = testing::TempDir() + "/neuroh5_golden_copy.h5";
  const std::string source = Golden(GetParam() + std::string(".h5"));
  const Reader reader = Reader::Open(source).value();
  Writer writer = Writer::Create(path, FileAccess(), reader.types()).value();
  for (const std::string group : {"/Populations", "/Projections"}) {
    const absl::Status copied = writer.CopyFrom(source, group);
    if (absl::IsNotFound(copied)) continue;
    ASSERT_EQ(copied, absl::OkStatus());
  }
  ASSERT_EQ(writer.Close(), absl::OkStatus());
  const Reader copy = Reader::Open(path).value();
  EXPECT_EQ(MeaningOf(copy).value(), MeaningOf(reader).value());
  std::remove(path.c_str());
}

TEST_P(GoldenFile, CutShortIsRefusedAtAnyLength) {
  const std::string whole = Bytes(Golden(GetParam() + std::string(".h5")));
  const std::string path = testing::TempDir() + "/neuroh5_cut.h5";
  for (std::size_t length = 0; length < whole.size();
       length += whole.size() / 37) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, length);
    EXPECT_EQ(Reader::Open(path).status().code(), absl::StatusCode::kDataLoss)
        << "at " << length;
  }
  std::remove(path.c_str());
}

// HDF5 crashes on some of these; Validate and Describe must not.
TEST_P(GoldenFile, DamagedBytesNeverEndTheProcess) {
  const std::string whole = Bytes(Golden(GetParam() + std::string(".h5")));
  const std::string path = testing::TempDir() + "/neuroh5_damaged.h5";
  std::mt19937 random(20240229);
  int refused = 0;
  for (int round = 0; round < 25; ++round) {
    std::string damaged = whole;
    for (int i = 0; i < 20; ++i)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    std::ofstream(path, std::ios::binary) << damaged;
    if (HasErrors(Validate(path))) ++refused;
    (void)Describe(path);
  }
  EXPECT_GT(refused, 10);
  std::remove(path.c_str());
}

INSTANTIATE_TEST_SUITE_P(Neuroh5, GoldenFile,
                         testing::Values("connections", "small_chunks"),
                         [](const auto& info) { return info.param; });

TEST(Golden, OneBasedTreesAreRefusedByName) {
  const Reader reader = Reader::Open(Golden("trees_base1.h5")).value();
  const auto trees = ReadTrees(reader, "PYR", Selection::All());
  EXPECT_EQ(trees.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(trees.status().message()), HasSubstr("count from 1"));
}

}  // namespace
}  // namespace miv::neuroh5
