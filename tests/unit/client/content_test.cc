#include "client/content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "common/base/digest.h"
#include "common/base/directory_manifest.h"
#include "common/base/files.h"

namespace miv::client {
namespace {

using ::testing::ElementsAre;

std::string FreshDirectory(const std::string& name) {
  const std::string path = JoinPath(::testing::TempDir(), name);
  EXPECT_TRUE(RemoveTree(path).ok());
  EXPECT_TRUE(MakeDirectories(path).ok());
  return path;
}

void Write(const std::string& path, const std::string& bytes) {
  const auto slash = path.rfind('/');
  ASSERT_TRUE(MakeDirectories(path.substr(0, slash)).ok());
  ASSERT_TRUE(WriteFileAtomically(path, bytes).ok());
}

// `printf abc | sha256sum`, `printf x | sha256sum`.
constexpr char kAbc[] =
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kX[] =
    "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

TEST(BlobOfFile, HasDigestAndSize) {
  const auto directory = FreshDirectory("content_file");
  Write(directory + "/f", "abc");
  const auto blob = BlobOfFile(directory + "/f", "f");
  ASSERT_TRUE(blob.ok()) << blob.status();
  EXPECT_EQ(blob->digest, kAbc);
  EXPECT_EQ(blob->size, 3);
  EXPECT_FALSE(blob->directory());
}

TEST(BlobsOfDirectory, ListsFilesThenTheManifestAndSkipsBuildProducts) {
  const auto directory = FreshDirectory("content_directory");
  Write(directory + "/sub/b.mod", "x");
  Write(directory + "/a.sh", "abc");
  ASSERT_EQ(::chmod((directory + "/a.sh").c_str(), 0755), 0);
  Write(directory + "/x86_64/special", "binary");
  Write(directory + "/__pycache__/m.pyc", "binary");
  Write(directory + "/.git/config", "hidden");
  const auto blobs = BlobsOfDirectory(directory, "mods");
  ASSERT_TRUE(blobs.ok()) << blobs.status();
  std::vector<std::string> labels;
  for (const auto& blob : *blobs) labels.push_back(blob.label);
  EXPECT_THAT(labels, ElementsAre("mods/a.sh", "mods/sub/b.mod", "mods"));
  EXPECT_EQ(
      blobs->back().manifest,
      FormatDirectoryManifest(
          {{.path = "a.sh", .digest = kAbc, .size = 3, .executable = true},
           {.path = "sub/b.mod", .digest = kX, .size = 1}}));
  EXPECT_EQ(blobs->back().digest, DigestOf(blobs->back().manifest));
  EXPECT_TRUE(blobs->back().directory());
}

TEST(BlobsOfDirectory, FailsWithoutTheDirectory) {
  EXPECT_EQ(BlobsOfDirectory("/nowhere/at/all", "x").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace miv::client
