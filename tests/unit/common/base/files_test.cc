#include "common/base/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace miv {
namespace {

std::string FreshDirectory(const std::string& name) {
  const std::string path = testing::TempDir() + "/files_test_" + name;
  EXPECT_TRUE(RemoveTree(path).ok());
  EXPECT_TRUE(MakeDirectories(path).ok());
  return path;
}

TEST(WriteFileAtomically, ReplacesTheContentAndLeavesNothingElse) {
  const std::string directory = FreshDirectory("atomic");
  ASSERT_TRUE(WriteFileAtomically(directory + "/a", "one").ok());
  ASSERT_TRUE(WriteFileAtomically(directory + "/a", "two").ok());
  EXPECT_EQ(ReadFile(directory + "/a").value(), "two");
  EXPECT_THAT(ListFiles(directory).value(), testing::ElementsAre("a"));
}

TEST(WriteFileAtomically, HonoursTheMode) {
  const std::string path = FreshDirectory("mode") + "/token";
  ASSERT_TRUE(WriteFileAtomically(path, "secret", 0600).ok());
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
}

TEST(ReadFile, ReportsAnAbsentFileAsNotFound) {
  EXPECT_EQ(ReadFile("/nowhere/at/all").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(ListFiles, IsRecursiveSortedAndSkipsHiddenEntries) {
  const std::string directory = FreshDirectory("list");
  ASSERT_TRUE(MakeDirectories(directory + "/b/.git").ok());
  for (const char* name : {"/b/z", "/a", "/b/.git/x", "/.hidden"})
    ASSERT_TRUE(WriteFileAtomically(directory + name, "").ok());
  EXPECT_THAT(ListFiles(directory).value(), testing::ElementsAre("a", "b/z"));
}

TEST(JoinPath, LetsAnAbsolutePartWin) {
  EXPECT_EQ(JoinPath("/a", "b"), "/a/b");
  EXPECT_EQ(JoinPath("/a/", "b"), "/a/b");
  EXPECT_EQ(JoinPath("/a", "/b"), "/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
}

}  // namespace
}  // namespace miv
