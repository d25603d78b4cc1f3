// Publishing, reading and placing artifacts.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "common/base/digest.h"
#include "common/base/directory_manifest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "server/artifacts/artifact_store.h"
#include "tests/support/temp_directory.h"

namespace miv::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Publish = ArtifactStore::PublishMode;
using PlaceAs = ArtifactStore::PlaceMode;

// SHA-256 of "abc" (FIPS 180-2, B.1) and of nothing.
constexpr char kAbc[] =
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kEmpty[] =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    auto store = ArtifactStore::Open(
        {.root = root_ / "artifacts", .low_water_bytes = 0});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    ASSERT_TRUE(MakeDirectories(root_ / "work").ok());
  }

  void Write(const std::string& name, const std::string& content) {
    ASSERT_TRUE(
        MakeDirectories(
            std::filesystem::path(root_ / ("work/" + name)).parent_path())
            .ok());
    ASSERT_TRUE(WriteFileAtomically(root_ / ("work/" + name), content).ok());
  }

  std::string work() const { return root_ / "work"; }

  static struct stat StatOf(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
    return info;
  }

  test::TempDirectory root_;
  std::unique_ptr<ArtifactStore> store_;
};

TEST_F(StoreTest, RenamedFileLiesUnderItsDigestReadOnly) {
  Write("x", "abc");
  const auto info = store_->PublishFile(work(), "x", Publish::kRename);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->digest, kAbc);
  EXPECT_EQ(info->size, 3);
  const std::string path =
      root_ /
      "artifacts/sha256/ba/"
      "7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(store_->PathOf(kAbc), path);
  EXPECT_EQ(ReadFile(path).value(), "abc");
  EXPECT_EQ(StatOf(path).st_mode & 07777u, 0444u);
  EXPECT_EQ(StatOf(path).st_uid, ::geteuid());
  EXPECT_FALSE(std::filesystem::exists(work() + "/x"));
}

TEST_F(StoreTest, CopiedFileStaysAndSharesNothing) {
  Write("x", "abc");
  ASSERT_TRUE(store_->PublishFile(work(), "x", Publish::kCopy).ok());
  EXPECT_NE(StatOf(work() + "/x").st_ino, StatOf(store_->PathOf(kAbc)).st_ino);
  Write("x", "changed");
  EXPECT_EQ(store_->Read(kAbc, 0, 10).value(), "abc");
}

TEST_F(StoreTest, EmptyFileIsAnArtifact) {
  Write("x", "");
  EXPECT_EQ(store_->PublishFile(work(), "x", Publish::kCopy)->digest, kEmpty);
  EXPECT_EQ(store_->Read(kEmpty, 0, 10).value(), "");
}

TEST_F(StoreTest, SecondCopyOfTheSameBytesKeepsTheFirst) {
  Write("x", "abc");
  Write("y", "abc");
  ASSERT_TRUE(store_->PublishFile(work(), "x", Publish::kRename).ok());
  const auto inode = StatOf(store_->PathOf(kAbc)).st_ino;
  EXPECT_EQ(store_->PublishFile(work(), "y", Publish::kRename)->digest, kAbc);
  EXPECT_EQ(StatOf(store_->PathOf(kAbc)).st_ino, inode);
  store_->ForgetMoved(work(), "x");
  store_->ForgetMoved(work(), "y");
  EXPECT_TRUE(std::filesystem::is_empty(root_ / "artifacts/incoming"));
}

TEST_F(StoreTest, FileThatWasMovedBeforeACrashIsFoundAgain) {
  Write("x", "abc");
  ASSERT_TRUE(store_->PublishFile(work(), "x", Publish::kRename).ok());
  store_.reset();
  store_ =
      ArtifactStore::Open({.root = root_ / "artifacts", .low_water_bytes = 0})
          .value();
  const auto info = store_->PublishFile(work(), "x", Publish::kRename);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->digest, kAbc);
  EXPECT_EQ(StatOf(store_->PathOf(kAbc)).st_mode & 07777u, 0444u);
  store_->ForgetMoved(work(), "x");
  EXPECT_EQ(store_->PublishFile(work(), "x", Publish::kRename).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(StatOf(store_->PathOf(kAbc)).st_nlink, 1u);
}

// A second name would let its holder change the artifact.
TEST_F(StoreTest, FileWithTwoNamesIsCopiedEvenWhenRenameIsAsked) {
  Write("x", "abc");
  std::filesystem::create_hard_link(work() + "/x", work() + "/y");
  ASSERT_TRUE(store_->PublishFile(work(), "x", Publish::kRename).ok());
  EXPECT_NE(StatOf(work() + "/y").st_ino, StatOf(store_->PathOf(kAbc)).st_ino);
}

TEST_F(StoreTest, LinksPipesAndDirectoriesAreRefused) {
  Write("secret", "abc");
  Write("real/x", "abc");
  std::filesystem::create_symlink(work() + "/secret", work() + "/link");
  std::filesystem::create_directory_symlink(work() + "/real", work() + "/dir");
  ASSERT_EQ(::mkfifo((work() + "/pipe").c_str(), 0600), 0);
  for (const std::string name : {"link", "dir/x", "pipe", "real"}) {
    const auto info = store_->PublishFile(work(), name, Publish::kCopy);
    EXPECT_EQ(info.status().code(), absl::StatusCode::kInvalidArgument)
        << name << ": " << info.status();
    EXPECT_EQ(FaultOf(info.status())->reason, "NOT_A_REGULAR_FILE");
  }
  EXPECT_FALSE(store_->Contains(kAbc));
}

TEST_F(StoreTest, NamesThatLeaveTheDirectoryAreRefused) {
  Write("x", "abc");
  for (const std::string name : {"../work/x", "", "a//b"})
    EXPECT_EQ(store_->PublishFile(work(), name, Publish::kCopy).status().code(),
              absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->PublishFile(work(), work() + "/x", Publish::kCopy)
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(StoreTest, AbsentFileIsNotFound) {
  EXPECT_EQ(store_->PublishFile(work(), "x", Publish::kCopy).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(StoreTest, ReadsPartsAndRefusesWhatIsPastTheEnd) {
  ASSERT_TRUE(store_->PublishBytes("abc").ok());
  EXPECT_EQ(store_->Read(kAbc, 1, 1).value(), "b");
  EXPECT_EQ(store_->Read(kAbc, 2, 100).value(), "c");
  EXPECT_EQ(store_->Read(kAbc, 3, 100).value(), "");
  EXPECT_EQ(store_->Read(kAbc, 4, 1).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(store_->Read(kEmpty, 0, 1).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(store_->Read("../x", 0, 1).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(StoreTest, FindMissingKeepsTheOrder) {
  ASSERT_TRUE(store_->PublishBytes("abc").ok());
  EXPECT_THAT(store_->FindMissing({"nonsense", kAbc, kEmpty}),
              ElementsAre("nonsense", kEmpty));
}

TEST_F(StoreTest, LinkedFileSharesTheInodeAndCopyDoesNot) {
  ASSERT_TRUE(store_->PublishBytes("abc").ok());
  ASSERT_TRUE(store_->Materialise(kAbc, root_ / "in/a/x", PlaceAs::kLink).ok());
  ASSERT_TRUE(store_->Materialise(kAbc, root_ / "in/y", PlaceAs::kCopy).ok());
  const auto inode = StatOf(store_->PathOf(kAbc)).st_ino;
  EXPECT_EQ(StatOf(root_ / "in/a/x").st_ino, inode);
  EXPECT_NE(StatOf(root_ / "in/y").st_ino, inode);
  EXPECT_EQ(StatOf(root_ / "in/y").st_mode & 07777u, 0444u);
  EXPECT_EQ(ReadFile(root_ / "in/y").value(), "abc");
}

TEST_F(StoreTest, MaterialiseRefusesAnExistingDestinationAndUnknownDigests) {
  ASSERT_TRUE(store_->PublishBytes("abc").ok());
  Write("there", "x");
  EXPECT_EQ(store_->Materialise(kAbc, work() + "/there", PlaceAs::kLink).code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReadFile(work() + "/there").value(), "x");
  EXPECT_EQ(store_->Materialise(kEmpty, work() + "/y", PlaceAs::kLink).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(StoreTest, DirectoryComesBackAsItWas) {
  Write("d/a.mod", "abc");
  Write("d/sub/.hidden", "");
  Write("d/tool", "#!/bin/sh\n");
  ASSERT_EQ(::chmod((work() + "/d/tool").c_str(), 0755), 0);
  const auto info = store_->PublishDirectory(work(), "d");
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_TRUE(info->directory);
  EXPECT_EQ(
      store_->Read(info->digest, 0, 1000).value(),
      FormatDirectoryManifest({{"a.mod", kAbc, 3, false},
                               {"sub/.hidden", kEmpty, 0, false},
                               {"tool", DigestOf("#!/bin/sh\n"), 10, true}}));
  ASSERT_TRUE(
      store_->Materialise(info->digest, root_ / "out", PlaceAs::kLink).ok());
  EXPECT_EQ(ReadFile(root_ / "out/a.mod").value(), "abc");
  EXPECT_EQ(ReadFile(root_ / "out/sub/.hidden").value(), "");
  EXPECT_EQ(StatOf(root_ / "out/tool").st_mode & 0111u, 0111u);
  EXPECT_TRUE(store_->Stat(info->digest)->directory);
}

TEST_F(StoreTest, DirectoryIsReadableToOthersWhateverTheUmask) {
  Write("d/sub/a", "abc");
  const auto info = store_->PublishDirectory(work(), "d");
  const mode_t old = ::umask(077);
  const absl::Status status =
      store_->Materialise(info->digest, root_ / "in/out", PlaceAs::kLink);
  ::umask(old);
  ASSERT_TRUE(status.ok()) << status;
  for (const std::string name : {"in", "in/out", "in/out/sub"})
    EXPECT_EQ(StatOf(root_ / name).st_mode & 0777u, 0755u) << name;
  EXPECT_EQ(StatOf(root_ / "in/out/sub/a").st_mode & 0777u, 0444u);
}

TEST_F(StoreTest, DirectoryWithALinkIsRefused) {
  Write("d/a", "abc");
  std::filesystem::create_symlink("/etc/passwd", work() + "/d/b");
  EXPECT_EQ(store_->PublishDirectory(work(), "d").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(StoreTest, IncompleteDirectoryIsNotLeftBehind) {
  Write("d/a", "abc");
  Write("d/b", "xyz");
  const auto info = store_->PublishDirectory(work(), "d");
  ASSERT_TRUE(store_->Remove(DigestOf("xyz")).ok());
  EXPECT_EQ(
      store_->Materialise(info->digest, root_ / "out", PlaceAs::kLink).code(),
      absl::StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(root_ / "out"));
}

TEST_F(StoreTest, ListsAndRemoves) {
  ASSERT_TRUE(store_->PublishBytes("abc").ok());
  ASSERT_TRUE(store_->PublishBytes("").ok());
  Write("d/a", "abc");
  const auto directory = store_->PublishDirectory(work(), "d");
  ASSERT_TRUE(directory.ok());
  EXPECT_THAT(store_->List().value(), SizeIs(3));
  ASSERT_TRUE(store_->Remove(directory->digest).ok());
  ASSERT_TRUE(store_->Remove(kEmpty).ok());
  ASSERT_TRUE(store_->Remove(kEmpty).ok());  // absent is fine
  const auto left = store_->List();
  ASSERT_THAT(left.value(), SizeIs(1));
  EXPECT_EQ(left->front().digest, kAbc);
  EXPECT_EQ(left->front().size, 3);
  EXPECT_FALSE(store_->Stat(directory->digest)->directory);
}

TEST_F(StoreTest, LowWaterMarkIsResourceExhaustedWithARemedy) {
  auto full = ArtifactStore::Open(
      {.root = root_ / "artifacts", .low_water_bytes = std::int64_t{1} << 60});
  const absl::Status status = (*full)->CheckSpace(1);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(FaultOf(status)->reason, "DISK_LOW");
  EXPECT_NE(FaultOf(status)->remedy, "");
}

// A file-size limit stands in for a full disk: the write fails half-way.
TEST_F(StoreTest, WriteThatFailsHalfWayIsResourceExhaustedAndLeavesNothing) {
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{4096, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto info = store_->PublishBytes(std::string(10'000, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_EQ(info.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(FaultOf(info.status())->reason, "DISK_FULL");
  EXPECT_TRUE(std::filesystem::is_empty(root_ / "artifacts/incoming"));
  EXPECT_THAT(store_->List().value(), IsEmpty());
}

TEST_F(StoreTest, ReopeningClearsWhatAnEarlierProcessWasTakingIn) {
  const std::string left = root_ / "artifacts/incoming/publish-1-1";
  ASSERT_TRUE(WriteFileAtomically(left, "half").ok());
  ASSERT_TRUE(ArtifactStore::Open({.root = root_ / "artifacts"}).ok());
  EXPECT_FALSE(std::filesystem::exists(left));
}

}  // namespace
}  // namespace miv::server
