#include "server/launchers/group_user.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/files.h"
#include "tests/support/temp_directory.h"

namespace miv::server {
namespace {

constexpr uid_t kStranger = 61001;

TEST(UnusedUserRange, IsFarFromPeopleAndPackagesWhereAllIsMapped) {
  const UserRange range = UnusedUserRange("         0          0 4294967295\n");
  EXPECT_EQ(range.first, 0x70000000u);
  EXPECT_EQ(range.count, 1'000'000u);
}

TEST(UnusedUserRange, StaysInsideASmallContainer) {
  const UserRange range = UnusedUserRange("         0     100000      65536\n");
  EXPECT_EQ(range.first, 20'000u);
  EXPECT_EQ(range.count, 40'000u);
}

TEST(UnusedUserRange, TakesThePartThatIsMapped) {
  const UserRange range = UnusedUserRange("0 1000 1\n1 100000 25000\n");
  EXPECT_EQ(range.first, 20'000u);
  EXPECT_EQ(range.count, 5'001u);  // ids 1 to 25000 are mapped
}

TEST(UnusedUserRange, IsEmptyWhereOnlyOneUserIsMapped) {
  EXPECT_EQ(UnusedUserRange("0 1000 1\n").count, 0u);
  EXPECT_EQ(UnusedUserRange("").count, 0u);
  EXPECT_EQ(UnusedUserRange("nonsense").count, 0u);
}

// This process's user is in use, as is the owner of a neighbour's work/.
TEST(ChooseGroupUser, SkipsUsersOfProcesses) {
  const test::TempDirectory groups;
  const uid_t own = ::geteuid();
  EXPECT_EQ(ChooseGroupUser({"a", groups / "a"}, {own, 1}).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(ChooseGroupUser, IsTheSameForOneGroupAndSkipsTheNeighbours) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const test::TempDirectory groups;
  const UserRange two = {kStranger, 2};
  const GroupRef group{"a", groups / "a"};
  const auto alone = ChooseGroupUser(group, two);
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_EQ(ChooseGroupUser(group, two).value(), *alone);
  ASSERT_TRUE(MakeDirectories(groups / "b/work").ok());
  ASSERT_EQ(::chown((groups / "b/work").c_str(), *alone, *alone), 0);
  EXPECT_EQ(ChooseGroupUser(group, two).value(), 2 * kStranger + 1 - *alone);
}

TEST(GiveGroupFiles, GivesWorkTmpAndTokenAndNotTheInputs) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const test::TempDirectory group;
  for (const std::string name : {"work", "tmp", "inputs"})
    ASSERT_TRUE(MakeDirectories(group / name).ok());
  ASSERT_TRUE(GiveGroupFiles(group.path(), kStranger).ok());  // no token: fine
  ASSERT_TRUE(WriteFileAtomically(group / "token", "t", 0600).ok());
  ASSERT_TRUE(GiveGroupFiles(group.path(), kStranger).ok());
  const auto owner = [&](const std::string& name) {
    struct stat info {};
    EXPECT_EQ(::stat((group / name).c_str(), &info), 0);
    return info.st_uid;
  };
  EXPECT_EQ(owner("work"), kStranger);
  EXPECT_EQ(owner("tmp"), kStranger);
  EXPECT_EQ(owner("token"), kStranger);
  EXPECT_EQ(owner("inputs"), 0u);
}

TEST(PasswdFile, NamesRootNobodyAndTheUser) {
  EXPECT_EQ(PasswdFile(77),
            "root:x:0:0:root:/root:/usr/sbin/nologin\n"
            "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
            "miv:x:77:77:miv:/tmp:/bin/sh\n");
  EXPECT_EQ(GroupFile(77), "root:x:0:\nnogroup:x:65534:\nmiv:x:77:\n");
  EXPECT_EQ(GroupFile(0), "root:x:0:\nnogroup:x:65534:\n");
}

TEST(ClosedDirectory, IsTheTopmostThatCannotBePassed) {
  const test::TempDirectory directory(0755);
  ASSERT_TRUE(MakeDirectories(directory / "a/b/c").ok());
  EXPECT_EQ(ClosedDirectory(kStranger, directory / "a/b/c/file"), "");
  ASSERT_EQ(::chmod((directory / "a/b").c_str(), 0700), 0);
  EXPECT_EQ(ClosedDirectory(kStranger, directory / "a/b/c/file"),
            directory / "a/b");
  ASSERT_EQ(::chmod((directory / "a").c_str(), 0744), 0);
  EXPECT_EQ(ClosedDirectory(kStranger, directory / "a/b/c/file"),
            directory / "a");
  ASSERT_EQ(::chmod((directory / "a").c_str(), 0711), 0);
  EXPECT_EQ(ClosedDirectory(kStranger, directory / "a/file"), "");
  ASSERT_EQ(::chmod((directory / "a/b").c_str(), 0755), 0);
}

TEST(IsReadable, AsksForWhatTheKindOfFileNeeds) {
  const test::TempDirectory directory;
  const std::string file = directory / "file";
  const std::string folder = directory / "folder";
  ASSERT_TRUE(WriteFileAtomically(file, "x").ok());
  ASSERT_TRUE(MakeDirectories(folder).ok());
  const auto readable = [](const std::string& path, unsigned mode) {
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return IsReadable(kStranger, path);
  };
  EXPECT_TRUE(readable(file, 0644));
  EXPECT_FALSE(readable(file, 0640));
  EXPECT_TRUE(readable(file, 0755));
  EXPECT_FALSE(readable(file, 0744));  // a program, but not to others
  EXPECT_TRUE(readable(folder, 0755));
  EXPECT_FALSE(readable(folder, 0711));
  EXPECT_FALSE(IsReadable(kStranger, directory / "absent"));
}

}  // namespace
}  // namespace miv::server
