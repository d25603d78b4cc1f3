#include "server/store/spare_space.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temp_directory.h"

namespace miv::server {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

// Bytes that the file takes on disk; -1 if there is none.
std::int64_t Allocated(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 ? info.st_blocks * 512 : -1;
}

TEST(SpareSpace, TakesRoomAndGivesItBack) {
  const test::TempDirectory directory;
  SpareSpace spare(directory / "spare", 1 << 20);
  spare.Reserve(kNow);
  EXPECT_GE(Allocated(directory / "spare"), 1 << 20);
  EXPECT_TRUE(spare.Release());
  EXPECT_EQ(Allocated(directory / "spare"), -1);
  EXPECT_FALSE(spare.Release());
}

TEST(SpareSpace, TakesItAgainAfterAWhile) {
  const test::TempDirectory directory;
  SpareSpace spare(directory / "spare", 4096);
  spare.Reserve(kNow);
  spare.Release();
  spare.Reserve(kNow + absl::Seconds(9));
  EXPECT_EQ(Allocated(directory / "spare"), -1);
  spare.Reserve(kNow + absl::Seconds(10));
  EXPECT_GE(Allocated(directory / "spare"), 4096);
}

TEST(SpareSpace, LeavesADiskAloneThatHasTooLittle) {
  const test::TempDirectory directory;
  SpareSpace spare(directory / "spare", std::int64_t{1} << 60);
  spare.Reserve(kNow);
  EXPECT_EQ(Allocated(directory / "spare"), -1);
  EXPECT_FALSE(spare.Release());
}

TEST(SpareSpace, DoesWithoutInADirectoryThatCannotBeWritten) {
  SpareSpace spare("/nonexistent/spare", 4096);
  spare.Reserve(kNow);
  EXPECT_FALSE(spare.Release());
}

}  // namespace
}  // namespace miv::server
