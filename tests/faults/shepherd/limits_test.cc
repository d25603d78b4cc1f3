// Limits end a group, and only it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "absl/strings/str_cat.h"
#include "tests/contract/launchers/local_group.h"

namespace miv::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Lt;
using ::testing::StartsWith;

constexpr std::int64_t kMiB = 1 << 20;

// Python holds `count` processes of `mib` MiB each, touched, for ever.
std::string Hold(int count, int mib) {
  return absl::StrCat(
      "exec /usr/bin/python3 -c '\nimport os, time\nfor _ in range(", count - 1,
      "):\n  if os.fork() == 0: break\n", "x = bytearray(b\"1\") * (", mib,
      " << 20)\ntime.sleep(1000)'");
}

class Limits : public testing::TestWithParam<SandboxPolicy> {
 protected:
  void SetUp() override {
    if (const absl::Status can = test::Available(GetParam()); !can.ok())
      GTEST_SKIP() << "bubblewrap does not work here: " << can.message();
    groups_ = std::make_unique<test::LocalGroups>(GetParam());
  }

  std::unique_ptr<test::LocalGroups> groups_;
};

TEST_P(Limits, WallTimeEndsTheGroup) {
  GroupSpec spec = groups_->Spec("exec sleep 1000");
  spec.limits.wall_s = 0.3;
  const auto start = std::chrono::steady_clock::now();
  const auto exit = groups_->Run(spec);
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(exit->outcome, ExitOutcome::kWallLimit);
  EXPECT_EQ(exit->detail, "ran for more than 0.3 s");
  EXPECT_THAT(std::chrono::steady_clock::now() - start,
              Lt(std::chrono::seconds(3)));
}

TEST_P(Limits, MemoryOfOneProcessEndsTheGroup) {
  GroupSpec spec = groups_->Spec(Hold(1, 400));
  spec.limits.memory_bytes = 200 * kMiB;
  const auto exit = groups_->Run(spec);
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(exit->outcome, ExitOutcome::kMemoryLimit);
  EXPECT_THAT(exit->detail, HasSubstr("of 200 MiB"));
}

TEST_P(Limits, MemoryIsTheSumOverProcesses) {
  GroupSpec spec = groups_->Spec(Hold(3, 100));
  spec.limits.memory_bytes = 250 * kMiB;
  const auto exit = groups_->Run(spec);
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(exit->outcome, ExitOutcome::kMemoryLimit);
}

// 150 MiB, then four children that only look at them: 150 MiB in all.
TEST_P(Limits, PagesSharedAfterAForkCountOnce) {
  GroupSpec spec = groups_->Spec(
      "exec /usr/bin/python3 -c '\nimport os, time\n"
      "x = bytearray(b\"1\") * (150 << 20)\n"
      "pids = [os.fork() for _ in range(1)]\n"
      "if pids[0] == 0: os.fork(); os.fork()\n"
      "time.sleep(0.5)'");
  spec.limits.memory_bytes = 300 * kMiB;
  const auto exit = groups_->Run(spec);
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(exit->outcome, ExitOutcome::kExited) << exit->detail;
}

TEST_P(Limits, SharedAnonymousMemoryCounts) {
  GroupSpec spec = groups_->Spec(
      "exec /usr/bin/python3 -c '\nimport mmap, time\n"
      "m = mmap.mmap(-1, 400 << 20)\n"
      "for i in range(0, 400 << 20, 4096): m[i] = 1\n"
      "time.sleep(1000)'");
  spec.limits.memory_bytes = 200 * kMiB;
  EXPECT_EQ(groups_->Run(spec)->outcome, ExitOutcome::kMemoryLimit);
}

TEST_P(Limits, FilesInMemoryCountInTheSandbox) {
  if (GetParam() == SandboxPolicy::kNone)
    GTEST_SKIP() << "without a sandbox /dev/shm is the machine's";
  GroupSpec spec = groups_->Spec(
      "head -c 100M /dev/zero > /dev/shm/a; head -c 100M /dev/zero > /tmp/b; "
      "head -c 100M /dev/zero > /dev/shm/c; exec sleep 1000");
  spec.limits.memory_bytes = 250 * kMiB;
  EXPECT_EQ(groups_->Run(spec)->outcome, ExitOutcome::kMemoryLimit);
}

TEST_P(Limits, OneHugeAllocationFailsInTheProcess) {
  GroupSpec spec = groups_->Spec(
      "exec /usr/bin/python3 -c '\ntry: bytearray(8 << 30)\n"
      "except MemoryError: raise SystemExit(42)'");
  spec.limits.memory_bytes = 500 * kMiB;
  EXPECT_EQ(groups_->Run(spec)->code, 42);
}

TEST_P(Limits, FileSizeIsBounded) {
  GroupSpec spec = groups_->Spec(
      "head -c 9000000 /dev/zero > big; echo code $?; "
      "wc -c < big");
  spec.limits.file_bytes = kMiB;
  ASSERT_TRUE(groups_->Run(spec).ok());
  EXPECT_THAT(groups_->Content(spec, "stdout"), EndsWith("1048576\n"));
}

TEST_P(Limits, ProcessorTimeIsBounded) {
  GroupSpec spec = groups_->Spec("while :; do :; done");
  spec.limits.cpu_s = 1;
  const auto exit = groups_->Run(spec);
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(exit->outcome, ExitOutcome::kSignalled);
}

TEST_P(Limits, ProcessesAreBoundedForAnyUser) {
  GroupSpec spec = groups_->Spec(
      "exec /usr/bin/python3 -c '\nimport os, time\n"
      "try:\n  for _ in range(300):\n    if os.fork() == 0: time.sleep(1000)\n"
      "except OSError: raise SystemExit(42)\ntime.sleep(1000)'");
  spec.limits.processes = 100;
  const auto exit = groups_->Run(spec);
  ASSERT_TRUE(exit.ok()) << exit.status();
  if (exit->outcome == ExitOutcome::kExited) {
    EXPECT_EQ(exit->code, 42);  // by the kernel
  } else {
    EXPECT_EQ(exit->outcome, ExitOutcome::kKilled);  // by the shepherd
    EXPECT_THAT(exit->detail, HasSubstr("100 are allowed"));
  }
}

TEST_P(Limits, ThereIsNoCoreFile) {
  const GroupSpec spec = groups_->Spec("ulimit -H -c");
  ASSERT_TRUE(groups_->Run(spec).ok());
  EXPECT_EQ(groups_->Content(spec, "stdout"), "0\n");
}

TEST_P(Limits, OutputKeepsItsStartAndItsEnd) {
  GroupSpec spec = groups_->Spec(
      "echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last");
  spec.limits.output_bytes = 100'000;
  ASSERT_TRUE(groups_->Run(spec).ok());
  const std::string out = groups_->Content(spec, "stdout");
  EXPECT_THAT(out.size(), Lt(100'001u));
  EXPECT_THAT(out, StartsWith("first\nxxx"));
  EXPECT_THAT(out, HasSubstr("bytes left out"));
  EXPECT_THAT(out, EndsWith("xxx\nlast\n"));
}

INSTANTIATE_TEST_SUITE_P(Every, Limits,
                         testing::Values(SandboxPolicy::kBwrap,
                                         SandboxPolicy::kNone),
                         [](const auto& info) {
                           return info.param == SandboxPolicy::kBwrap ? "Bwrap"
                                                                      : "None";
                         });

}  // namespace
}  // namespace miv::server
