#include "server/store/data_directory.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "common/base/fault.h"
#include "common/base/files.h"

namespace miv::server {
namespace {

class DataDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/miv-data-directory-XXXXXX";
    root_ = ::mkdtemp(name);
  }
  void TearDown() override { ASSERT_TRUE(RemoveTree(root_).ok()); }
  std::string root_;
};

TEST_F(DataDirectoryTest, IsMadeWithItsParents) {
  const auto directory = DataDirectory::Open(root_ + "/a/b");
  ASSERT_TRUE(directory.ok()) << directory.status();
  EXPECT_EQ((*directory)->path(), root_ + "/a/b");
  EXPECT_EQ((*directory)->database(), root_ + "/a/b/miv.sqlite");
}

TEST_F(DataDirectoryTest, KeepsASecondHolderOut) {
  const auto first = DataDirectory::Open(root_);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = DataDirectory::Open(root_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FaultOf(second.status())->reason, "DATA_DIRECTORY_IN_USE");
}

TEST_F(DataDirectoryTest, IsFreeAgainOnceItsHolderIsGone) {
  ASSERT_TRUE(DataDirectory::Open(root_).ok());
  EXPECT_TRUE(DataDirectory::Open(root_).ok());
}

TEST_F(DataDirectoryTest, IsTheSameThroughASymbolicLink) {
  const std::string link = root_ + "/link";
  ASSERT_TRUE(MakeDirectories(root_ + "/real").ok());
  ASSERT_EQ(::symlink("real", link.c_str()), 0);
  std::string socket;
  {
    const auto real = DataDirectory::Open(root_ + "/real");
    ASSERT_TRUE(real.ok()) << real.status();
    socket = (*real)->socket_directory();
    EXPECT_FALSE(DataDirectory::Open(link).ok());
  }
  const auto linked = DataDirectory::Open(link);
  ASSERT_TRUE(linked.ok()) << linked.status();
  EXPECT_EQ((*linked)->socket_directory(), socket);
}

TEST_F(DataDirectoryTest, HasAShortSocketDirectoryHoweverLongItsPathIs) {
  const auto directory =
      DataDirectory::Open(root_ + "/" + std::string(200, 'x'));
  ASSERT_TRUE(directory.ok()) << directory.status();
  EXPECT_LT((*directory)->socket_directory().size(), 60u);
}

TEST(IsNetworkFileSystem, KnowsNfsAndCifsFromExt4AndTmpfs) {
  EXPECT_TRUE(IsNetworkFileSystem(0x6969));
  EXPECT_TRUE(IsNetworkFileSystem(0xFF534D42));
  EXPECT_FALSE(IsNetworkFileSystem(0xEF53));      // ext4
  EXPECT_FALSE(IsNetworkFileSystem(0x01021994));  // tmpfs
  EXPECT_FALSE(IsNetworkFileSystem(0x58465342));  // xfs
  EXPECT_FALSE(IsNetworkFileSystem(0x794c7630));  // overlayfs
}

}  // namespace
}  // namespace miv::server
