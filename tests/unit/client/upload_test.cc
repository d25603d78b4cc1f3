#include "client/upload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "tests/unit/client/fake_server.h"

namespace miv::client {
namespace {

using ::testing::ElementsAre;

class Upload : public ::testing::Test {
 protected:
  Blob FileWith(const std::string& name, const std::string& bytes) {
    const std::string path = JoinPath(::testing::TempDir(), name);
    EXPECT_TRUE(WriteFileAtomically(path, bytes).ok());
    return *BlobOfFile(path, name);
  }

  FakeServer server_;
  std::unique_ptr<Connection> connection_ = server_.Connect();
};

TEST_F(Upload, SendsOnlyWhatTheServerLacksAndEachDigestOnce) {
  server_.artifacts.Put("here already");
  const auto sent =
      UploadMissing(*connection_,
                    {FileWith("a", "here already"), FileWith("b", "new"),
                     FileWith("c", "new"), FileWith("empty", "")},
                    {});
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(*sent, 2);
  EXPECT_THAT(server_.artifacts.upload_offsets, ElementsAre(0, 0));
  EXPECT_EQ(server_.artifacts.held.at(DigestOf("new")).bytes, "new");
  EXPECT_TRUE(server_.artifacts.held.contains(DigestOf("")));
}

TEST_F(Upload, GoesOnAtTheCommittedOffsetWhenTheStreamIsCut) {
  const Blob blob = FileWith("long", std::string(1000, 'x') + "tail");
  server_.artifacts.cut_uploads_after = {3, 2};
  const auto sent = UploadMissing(*connection_, {blob}, {.chunk_bytes = 100});
  ASSERT_TRUE(sent.ok()) << sent.status();
  // 3 chunks of 100, then 2 more, then the rest.
  EXPECT_THAT(server_.artifacts.upload_offsets, ElementsAre(0, 300, 500));
  EXPECT_EQ(server_.artifacts.held.at(blob.digest).bytes.size(), 1004u);
  EXPECT_EQ(server_.artifacts.longest_chunk, 100u);
}

TEST_F(Upload, GoesOnWithWhatAnEarlierRunLeft) {
  const Blob blob = FileWith("long", std::string(1000, 'y'));
  server_.artifacts.committed[blob.digest] = std::string(700, 'y');
  ASSERT_TRUE(UploadMissing(*connection_, {blob}, {.chunk_bytes = 100}).ok());
  EXPECT_THAT(server_.artifacts.upload_offsets, ElementsAre(700));
}

TEST_F(Upload, RetriesASmallFileWithoutAskingFirst) {
  server_.artifacts.cut_uploads_after = {0};
  ASSERT_TRUE(UploadMissing(*connection_, {FileWith("s", "small")}, {}).ok());
  EXPECT_EQ(server_.artifacts.stats, 1);  // only after the cut
}

TEST_F(Upload, SendsManifestsAfterTheirFiles) {
  const std::string directory =
      JoinPath(::testing::TempDir(), "upload_manifest_dir");
  ASSERT_TRUE(MakeDirectories(directory).ok());
  ASSERT_TRUE(WriteFileAtomically(JoinPath(directory, "a.mod"), "A").ok());
  auto blobs = *BlobsOfDirectory(directory, "mechanisms");
  std::swap(blobs.front(), blobs.back());
  std::vector<std::string> order;
  const auto sent = UploadMissing(*connection_, blobs,
                                  {.progress = [&](const TransferProgress& p) {
                                    if (order.empty() || order.back() != p.name)
                                      order.push_back(p.name);
                                  }});
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_THAT(order, ElementsAre("mechanisms/a.mod", "mechanisms"));
  EXPECT_TRUE(server_.artifacts.held.at(blobs.front().digest).directory);
}

TEST_F(Upload, ReportsProgressUpToTheTotal) {
  TransferProgress last;
  ASSERT_TRUE(
      UploadMissing(
          *connection_,
          {FileWith("p", std::string(250, 'p')), FileWith("q", "q")},
          {.progress = [&](const auto& p) { last = p; }, .chunk_bytes = 100})
          .ok());
  EXPECT_EQ(last.done_bytes, 251);
  EXPECT_EQ(last.total_bytes, 251);
  EXPECT_EQ(last.done_files, 2);
  EXPECT_EQ(last.total_files, 2);
}

TEST_F(Upload, SaysWhenAFileChangedMeanwhile) {
  const Blob blob = FileWith("changing", "before");
  FileWith("changing", "behind");
  const auto sent = UploadMissing(*connection_, {blob}, {});
  EXPECT_EQ(sent.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FaultOf(sent.status())->reason, "FILE_CHANGED");
}

TEST_F(Upload, SaysWhenAFileShrankMeanwhile) {
  const Blob blob = FileWith("shrinking", std::string(300, 's'));
  FileWith("shrinking", "s");
  const auto sent = UploadMissing(*connection_, {blob}, {.chunk_bytes = 100});
  EXPECT_EQ(FaultOf(sent.status())->reason, "FILE_CHANGED");
}

TEST_F(Upload, StopsWhenAsked) {
  std::stop_source stop;
  const auto sent =
      UploadMissing(*connection_, {FileWith("stop", std::string(1000, 'z'))},
                    {.progress = [&](const auto&) { stop.request_stop(); },
                     .stop = stop.get_token(),
                     .chunk_bytes = 10});
  EXPECT_EQ(sent.status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace miv::client
