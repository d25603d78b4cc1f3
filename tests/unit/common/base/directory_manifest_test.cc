#include "common/base/directory_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace miv {
namespace {

using ::testing::HasSubstr;

std::string Digest(char digit) { return "sha256:" + std::string(64, digit); }

std::string Entry(const std::string& path, int size = 1) {
  return absl::StrCat(R"({"digest":")", Digest('a'),
                      R"(","executable":false,"path":")", path, R"(","size":)",
                      size, "}");
}

std::string Manifest(const std::string& entries) {
  return R"({"files":[)" + entries + "]}";
}

TEST(DirectoryManifest, IsTheTextWrittenByHandInOrderOfPath) {
  const std::string text = FormatDirectoryManifest(
      {{.path = "b", .digest = Digest('b'), .size = 2, .executable = true},
       {.path = "a/c.mod", .digest = Digest('a'), .size = 1}});
  EXPECT_EQ(text, R"({"files":[{"digest":")" + Digest('a') +
                      R"(","executable":false,"path":"a/c.mod","size":1},)" +
                      R"({"digest":")" + Digest('b') +
                      R"(","executable":true,"path":"b","size":2}]})");
}

TEST(DirectoryManifest, OfNoFilesIsAnEmptyList) {
  EXPECT_EQ(FormatDirectoryManifest({}), R"({"files":[]})");
  const auto files = ParseDirectoryManifest(R"({"files":[]})");
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_TRUE(files->empty());
}

TEST(DirectoryManifest, ParsesWhatItFormats) {
  const auto files = ParseDirectoryManifest(
      Manifest(Entry("a.x") + "," + Entry("a/b", 7) + "," + Entry("\xc3\xa9")));
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 3u);
  EXPECT_EQ((*files)[1].path, "a/b");
  EXPECT_EQ((*files)[1].size, 7);
  EXPECT_EQ((*files)[1].digest, Digest('a'));
  EXPECT_FALSE((*files)[1].executable);
}

struct BadManifest {
  std::string name;
  std::string text;
  std::string message;
};

class BadManifests : public testing::TestWithParam<BadManifest> {};

TEST_P(BadManifests, AreInvalidArguments) {
  const absl::Status status = ParseDirectoryManifest(GetParam().text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    DirectoryManifest, BadManifests,
    testing::Values(
        BadManifest{"NotJson", "{", "expected a JSON object"},
        BadManifest{"OtherKeys", R"({"files":[],"x":1})", "expected a JSON"},
        BadManifest{"MissingField", Manifest(R"({"path":"a"})"),
                    "files[0]: expected exactly"},
        BadManifest{"WrongType",
                    Manifest(R"({"digest":1,"executable":false,"path":"a",)"
                             R"("size":1})"),
                    "wrong type"},
        BadManifest{"NegativeSize", Manifest(Entry("a", -1)), "negative"},
        BadManifest{"Absolute", Manifest(Entry("/etc/x")), "is absolute"},
        BadManifest{"Parent", Manifest(Entry("a/../../x")), ".. component"},
        BadManifest{"Dot", Manifest(Entry("./x")), "component"},
        BadManifest{"EmptyPath", Manifest(Entry("")), "is empty"},
        BadManifest{"EmptyComponent", Manifest(Entry("a//b")), "empty"},
        BadManifest{"Newline", Manifest(Entry("a\\nb")), "control character"},
        BadManifest{"Duplicate", Manifest(Entry("a") + "," + Entry("a")),
                    "is there twice"},
        BadManifest{"Unsorted", Manifest(Entry("b") + "," + Entry("a")),
                    "not sorted"},
        BadManifest{
            "FileAndDirectory",
            Manifest(Entry("a") + "," + Entry("a.x") + "," + Entry("a/b")),
            "is a file and a directory"},
        BadManifest{"WhiteSpace", R"({"files": []})", "canonical form"}),
    [](const auto& info) { return info.param.name; });

TEST(CheckRelativePath, RefusesAPathThatIsTooLong) {
  EXPECT_TRUE(CheckRelativePath(std::string(1024, 'a')).ok());
  EXPECT_FALSE(CheckRelativePath(std::string(1025, 'a')).ok());
}

TEST(CheckRelativePath, AcceptsNamesThatOnlyLookDangerous) {
  EXPECT_TRUE(CheckRelativePath("..a/b..").ok());
  EXPECT_TRUE(CheckRelativePath(".hidden/$(x) y").ok());
}

}  // namespace
}  // namespace miv
