// Uploads: resumable, verified, taken over by the newest.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/digest.h"
#include "common/base/directory_manifest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "server/artifacts/artifact_store.h"
#include "tests/support/temp_directory.h"

namespace miv::server {
namespace {

class UploadTest : public testing::Test {
 protected:
  void SetUp() override { Open(0); }

  void Open(std::int64_t low_water_bytes) {
    auto store = ArtifactStore::Open(
        {.root = root_ / "artifacts", .low_water_bytes = low_water_bytes});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  std::unique_ptr<ArtifactStore::Upload> Begin(const std::string& content,
                                               std::int64_t offset = 0,
                                               bool directory = false) {
    auto upload =
        store_->BeginUpload({.digest = DigestOf(content),
                             .size = static_cast<std::int64_t>(content.size()),
                             .offset = offset,
                             .directory = directory});
    EXPECT_TRUE(upload.ok()) << upload.status();
    return upload.ok() ? *std::move(upload) : nullptr;
  }

  absl::Status UploadWhole(const std::string& content, bool directory) {
    auto upload = Begin(content, 0, directory);
    absl::Status status = upload->Append(content);
    if (status.ok()) status = upload->Commit().status();
    return status;
  }

  static std::string Reason(const absl::Status& status) {
    const auto fault = FaultOf(status);
    return fault ? fault->reason : "";
  }

  test::TempDirectory root_;
  std::unique_ptr<ArtifactStore> store_;
};

TEST_F(UploadTest, PublishesWhatWasAppended) {
  auto upload = Begin("abcdef");
  ASSERT_TRUE(upload->Append("abc").ok());
  ASSERT_TRUE(upload->Append("def").ok());
  const auto info = upload->Commit();
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->digest, DigestOf("abcdef"));
  EXPECT_EQ(info->size, 6);
  EXPECT_EQ(store_->Read(info->digest, 0, 100).value(), "abcdef");
}

TEST_F(UploadTest, ResumesInALaterProcess) {
  ASSERT_TRUE(Begin("abcdef")->Append("abcd").ok());
  Open(0);
  EXPECT_EQ(store_->Stat(DigestOf("abcdef"))->committed, 4);
  EXPECT_FALSE(store_->Stat(DigestOf("abcdef"))->present);
  auto upload = Begin("abcdef", 4);
  ASSERT_TRUE(upload->Append("ef").ok());
  ASSERT_TRUE(upload->Commit().ok());
  EXPECT_EQ(store_->Stat(DigestOf("abcdef"))->committed, 0);
  EXPECT_TRUE(store_->Stat(DigestOf("abcdef"))->present);
}

TEST_F(UploadTest, SmallerOffsetOverwritesTheRest) {
  ASSERT_TRUE(Begin("abcdef")->Append("abXX").ok());
  auto upload = Begin("abcdef", 2);
  ASSERT_TRUE(upload->Append("cdef").ok());
  EXPECT_TRUE(upload->Commit().ok());
}

TEST_F(UploadTest, OffsetPastTheCommittedBytesIsOutOfRange) {
  ASSERT_TRUE(Begin("abcdef")->Append("ab").ok());
  const auto upload = store_->BeginUpload(
      {.digest = DigestOf("abcdef"), .size = 6, .offset = 3});
  EXPECT_EQ(upload.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(store_->Stat(DigestOf("abcdef"))->committed, 2);
}

TEST_F(UploadTest, WrongBytesAreDataLossAndThrownAway) {
  auto upload = Begin("abcdef");
  ASSERT_TRUE(upload->Append("abcdeX").ok());
  const auto info = upload->Commit();
  EXPECT_EQ(info.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Reason(info.status()), "DIGEST_MISMATCH");
  EXPECT_EQ(store_->Stat(DigestOf("abcdef"))->committed, 0);
  EXPECT_FALSE(store_->Contains(DigestOf("abcdef")));
}

TEST_F(UploadTest, TooFewAndTooManyBytesAreErrors) {
  auto upload = Begin("abcdef");
  EXPECT_EQ(upload->Append("abcdefg").code(), absl::StatusCode::kOutOfRange);
  ASSERT_TRUE(upload->Append("abc").ok());
  const auto info = upload->Commit();
  EXPECT_EQ(info.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Reason(info.status()), "UPLOAD_INCOMPLETE");
  EXPECT_EQ(store_->Stat(DigestOf("abcdef"))->committed, 3);
}

TEST_F(UploadTest, NewerUploadTakesOver) {
  auto first = Begin("abcdef");
  ASSERT_TRUE(first->Append("abc").ok());
  auto second = Begin("abcdef", 3);
  EXPECT_EQ(first->Append("d").code(), absl::StatusCode::kAborted);
  EXPECT_EQ(first->Commit().status().code(), absl::StatusCode::kAborted);
  first.reset();
  ASSERT_TRUE(second->Append("def").ok());
  EXPECT_TRUE(second->Commit().ok());
}

TEST_F(UploadTest, NothingFollowsACommit) {
  auto upload = Begin("abc");
  ASSERT_TRUE(upload->Append("abc").ok());
  ASSERT_TRUE(upload->Commit().ok());
  EXPECT_EQ(upload->Append("x").code(), absl::StatusCode::kAborted);
  EXPECT_EQ(upload->Commit().status().code(), absl::StatusCode::kAborted);
}

TEST_F(UploadTest, UploadOfWhatIsThereIsFine) {
  ASSERT_TRUE(UploadWhole("abc", false).ok());
  ASSERT_TRUE(UploadWhole("abc", false).ok());
  EXPECT_TRUE(std::filesystem::is_empty(root_ / "artifacts/incoming"));
}

TEST_F(UploadTest, BadHeadersAreInvalidArguments) {
  for (const ArtifactStore::UploadHeader& header :
       {ArtifactStore::UploadHeader{.digest = "sha256:../../x", .size = 1},
        ArtifactStore::UploadHeader{.digest = DigestOf(""), .size = -1},
        ArtifactStore::UploadHeader{
            .digest = DigestOf(""), .size = 17 << 20, .directory = true}})
    EXPECT_EQ(store_->BeginUpload(header).status().code(),
              absl::StatusCode::kInvalidArgument);
}

TEST_F(UploadTest, IsRefusedBelowTheLowWaterMark) {
  Open(std::int64_t{1} << 60);
  const auto upload =
      store_->BeginUpload({.digest = DigestOf("abc"), .size = 3});
  EXPECT_EQ(upload.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Reason(upload.status()), "DISK_LOW");
}

TEST_F(UploadTest, DirectoryNeedsItsMembers) {
  const std::string manifest =
      FormatDirectoryManifest({{"a.mod", DigestOf("abc"), 3, false}});
  const absl::Status early = UploadWhole(manifest, true);
  EXPECT_EQ(early.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FaultOf(early)->file, "a.mod");
  ASSERT_TRUE(UploadWhole("abc", false).ok());
  ASSERT_TRUE(UploadWhole(manifest, true).ok());
  EXPECT_TRUE(store_->Stat(DigestOf(manifest))->directory);
}

TEST_F(UploadTest, DirectoryWithAWrongSizeIsRefused) {
  ASSERT_TRUE(UploadWhole("abc", false).ok());
  const absl::Status status = UploadWhole(
      FormatDirectoryManifest({{"a", DigestOf("abc"), 4, false}}), true);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(UploadTest, UnsafeManifestIsInvalidAndThrownAway) {
  ASSERT_TRUE(UploadWhole("abc", false).ok());
  const std::string manifest =
      FormatDirectoryManifest({{"../a", DigestOf("abc"), 3, false}});
  const absl::Status status = UploadWhole(manifest, true);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Reason(status), "MALFORMED_MANIFEST");
  EXPECT_EQ(store_->Stat(DigestOf(manifest))->committed, 0);
}

TEST_F(UploadTest, FileThatReadsLikeAManifestIsOnlyAFile) {
  const std::string manifest = FormatDirectoryManifest({});
  ASSERT_TRUE(UploadWhole(manifest, false).ok());
  EXPECT_FALSE(store_->Stat(DigestOf(manifest))->directory);
}

TEST_F(UploadTest, StaleUploadsAreRemovedAndFreshOnesStay) {
  ASSERT_TRUE(Begin("abcdef")->Append("abc").ok());
  ASSERT_TRUE(store_->RemoveStaleUploads(3600).ok());
  EXPECT_EQ(store_->Stat(DigestOf("abcdef"))->committed, 3);
  ASSERT_TRUE(store_->RemoveStaleUploads(-1).ok());
  EXPECT_EQ(store_->Stat(DigestOf("abcdef"))->committed, 0);
}

TEST_F(UploadTest, ConcurrentUploadsOfOneFileEndWithOneGoodArtifact) {
  const std::string content(300'000, 'x');
  const auto upload_once = [&] {
    auto upload = store_->BeginUpload(
        {.digest = DigestOf(content),
         .size = static_cast<std::int64_t>(content.size())});
    if (!upload.ok()) return;
    for (std::size_t at = 0; at < content.size(); at += 10'000)
      if (!(*upload)->Append({content.data() + at, 10'000}).ok()) return;
    (*upload)->Commit().IgnoreError();
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(upload_once);
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(store_->Contains(DigestOf(content)));
  EXPECT_EQ(DigestOfFile(store_->PathOf(DigestOf(content)))->digest,
            DigestOf(content));
}

}  // namespace
}  // namespace miv::server
