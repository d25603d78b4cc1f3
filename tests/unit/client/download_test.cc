#include "client/download.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/base/fault.h"
#include "common/base/files.h"
#include "tests/unit/client/fake_server.h"

namespace miv::client {
namespace {

using ::testing::ElementsAre;

class Download : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = JoinPath(
        ::testing::TempDir(),
        std::string("download/") +
            ::testing::UnitTest::GetInstance()->current_test_info()->name());
    ASSERT_TRUE(RemoveTree(path_).ok());
    ASSERT_TRUE(RemoveTree(path_ + ".part").ok());
  }

  FakeServer server_;
  std::unique_ptr<Connection> connection_ = server_.Connect();
  std::string path_;
  const std::string bytes_ = std::string(4500, 'd') + "end";
};

TEST_F(Download, BringsTheBytes) {
  const auto digest = server_.artifacts.Put(bytes_);
  std::int64_t moved = 0;
  const auto status =
      DownloadFile(*connection_, digest, path_,
                   {.progress = [&](std::int64_t n) { moved += n; }});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(*ReadFile(path_), bytes_);
  EXPECT_EQ(moved, 4503);
}

TEST_F(Download, BringsAnEmptyFile) {
  ASSERT_TRUE(
      DownloadFile(*connection_, server_.artifacts.Put(""), path_, {}).ok());
  EXPECT_EQ(*ReadFile(path_), "");
}

TEST_F(Download, GoesOnWhereAStreamWasCut) {
  const auto digest = server_.artifacts.Put(bytes_);
  server_.artifacts.cut_downloads_after = {2, 1};
  ASSERT_TRUE(DownloadFile(*connection_, digest, path_, {}).ok());
  EXPECT_EQ(*ReadFile(path_), bytes_);
  EXPECT_THAT(server_.artifacts.download_offsets, ElementsAre(0, 2000, 3000));
}

TEST_F(Download, GoesOnWithThePartOfAnEarlierRun) {
  const auto digest = server_.artifacts.Put(bytes_);
  ASSERT_TRUE(MakeDirectories(JoinPath(::testing::TempDir(), "download")).ok());
  ASSERT_TRUE(WriteFileAtomically(path_ + ".part", bytes_.substr(0, 123)).ok());
  std::int64_t moved = 0;
  ASSERT_TRUE(DownloadFile(*connection_, digest, path_,
                           {.progress = [&](std::int64_t n) { moved += n; }})
                  .ok());
  EXPECT_EQ(*ReadFile(path_), bytes_);
  EXPECT_THAT(server_.artifacts.download_offsets, ElementsAre(123));
  EXPECT_EQ(moved, 4503);
}

TEST_F(Download, StartsAgainWhenThePartIsOfSomethingElse) {
  const auto digest = server_.artifacts.Put(bytes_);
  ASSERT_TRUE(MakeDirectories(JoinPath(::testing::TempDir(), "download")).ok());
  ASSERT_TRUE(WriteFileAtomically(path_ + ".part", "other").ok());
  std::int64_t moved = 0;
  ASSERT_TRUE(DownloadFile(*connection_, digest, path_,
                           {.progress = [&](std::int64_t n) { moved += n; }})
                  .ok());
  EXPECT_EQ(*ReadFile(path_), bytes_);
  EXPECT_THAT(server_.artifacts.download_offsets, ElementsAre(5, 0));
  EXPECT_EQ(moved, 4503);
}

TEST_F(Download, StartsAgainWhenThePartIsTooLong) {
  const auto digest = server_.artifacts.Put("short");
  ASSERT_TRUE(MakeDirectories(JoinPath(::testing::TempDir(), "download")).ok());
  ASSERT_TRUE(WriteFileAtomically(path_ + ".part", "longer than that").ok());
  ASSERT_TRUE(DownloadFile(*connection_, digest, path_, {}).ok());
  EXPECT_EQ(*ReadFile(path_), "short");
}

TEST_F(Download, RefusesBytesOfAnotherDigest) {
  const auto digest = server_.artifacts.Put(bytes_);
  server_.artifacts.corrupt_downloads = true;
  const auto status = DownloadFile(*connection_, digest, path_, {});
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(FaultOf(status)->expected, digest);
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".part"));
}

TEST_F(Download, FailsWhenTheServerLacksIt) {
  const auto status =
      DownloadFile(*connection_, "sha256:" + std::string(64, '0'), path_, {});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
}

TEST_F(Download, SaysWhenAFileCannotBeWritten) {
  const auto digest = server_.artifacts.Put(bytes_);
  ASSERT_TRUE(MakeDirectories(path_ + ".part").ok());  // a directory in the way
  const auto status = DownloadFile(*connection_, digest, path_, {});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
}

TEST_F(Download, StatSaysThatAnArtifactIsGone) {
  const auto stat = StatArtifact(*connection_, "sha256:" + std::string(64, '1'),
                                 std::stop_token());
  EXPECT_EQ(FaultOf(stat.status())->reason, "ARTIFACT_GONE");
}

}  // namespace
}  // namespace miv::client
