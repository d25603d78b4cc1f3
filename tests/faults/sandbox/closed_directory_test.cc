// A server in directories that other users cannot pass, as under /root.

#include <filesystem>

#include "common/base/fault.h"
#include "server/launchers/group_files.h"
#include "tests/faults/sandbox/hostile_group.h"

namespace miv::server::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ClosedDirectory : public HostileGroup {
 protected:
  void SetUp() override {
    HostileGroup::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (::geteuid() != 0) GTEST_SKIP() << "only root runs groups as others";
    if (!groups_->launcher().abilities().private_mounts)
      GTEST_SKIP() << "this process may not rearrange mounts";
    ASSERT_EQ(::chmod(groups_->data().path().c_str(), 0700), 0);
  }

  /// A program beside which lies a file that it reads.
  std::string Program(const std::string& name, unsigned mode) {
    const std::string directory = programs_ / name;
    EXPECT_TRUE(MakeDirectories(directory).ok());
    EXPECT_TRUE(
        WriteFileAtomically(directory + "/beside", "beside\n", 0644).ok());
    EXPECT_TRUE(
        WriteFileAtomically(directory + "/worker",
                            "#!/bin/sh\nid -u; cat $(dirname $0)/beside "
                            "../inputs/model; touch wrote; ls / | head "
                            "-100\n",
                            mode)
            .ok());
    return directory + "/worker";
  }

  static std::string SpecFile(const GroupSpec& spec) {
    return LocalGroups::Content(spec, kSpecFile);
  }

  miv::test::TempDirectory programs_;  // 0700
};

INSTANTIATE_TEST_SUITE_P(Every, ClosedDirectory,
                         testing::Values(SandboxPolicy::kBwrap,
                                         SandboxPolicy::kNone),
                         PolicyTestName);

TEST_P(ClosedDirectory, GroupRunsAsItsOwnUserAllTheSame) {
  GroupSpec spec = groups_->Spec("");
  spec.command = {Program("a", 0755)};
  spec.user_code = true;
  ASSERT_TRUE(MakeDirectories(spec.group.directory + "/inputs").ok());
  ASSERT_TRUE(WriteFileAtomically(spec.group.directory + "/inputs/model",
                                  "model\n", 0444)
                  .ok());
  const std::string said = Said(spec);
  EXPECT_THAT(said, HasSubstr("beside\nmodel\n"));
  EXPECT_THAT(said, Not(testing::StartsWith("0\n")));
  struct stat info {};
  ASSERT_EQ(::stat((spec.group.directory + "/work/wrote").c_str(), &info), 0);
  EXPECT_NE(info.st_uid, 0u);
  EXPECT_THAT(SpecFile(spec), HasSubstr("\"closed\""));
}

TEST_P(ClosedDirectory, NothingElseOfItIsShown) {
  const std::string data = groups_->data().path();
  const std::string said = Said(absl::StrCat(
      "ls -R ", data, "; cat ", data, "/token ", data, "/groups/g0/token"));
  EXPECT_THAT(said, HasSubstr("work"));
  EXPECT_THAT(said, Not(HasSubstr(kSecret)));
  EXPECT_THAT(said, Not(HasSubstr("miv.sqlite")));
  // The machine's own view is as it was.
  EXPECT_EQ(ReadFile(data + "/token").value(), kSecret);
}

TEST_P(ClosedDirectory, ProgramThatOthersCannotReadIsRefusedForUserCode) {
  GroupSpec spec = groups_->Spec("");
  spec.command = {Program("b", 0700)};
  spec.user_code = true;
  const absl::Status status = groups_->launcher().Launch(spec);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FaultOf(status)->reason, "NO_SANDBOX");
  EXPECT_THAT(std::string(status.message()), HasSubstr("not readable"));
}

TEST_P(ClosedDirectory, OwnersCodeRunsAsTheServerWithAWarning) {
  GroupSpec spec = groups_->Spec("");
  spec.command = {Program("c", 0700)};
  EXPECT_THAT(Said(spec), testing::StartsWith("0\n"));
  EXPECT_THAT(LocalGroups::Content(spec, kLogFile),
              HasSubstr("warning: the group runs as root"));
}

// uid 0 of the machine owns /proc/sys: the sandbox has to cover it.
TEST_P(ClosedDirectory, RootInTheSandboxCannotTuneTheKernel) {
  if (!sandboxed()) GTEST_SKIP() << "without a sandbox root is root";
  GroupSpec spec = groups_->Spec("");
  const std::string program = Program("d", 0700);
  ASSERT_TRUE(WriteFileAtomically(
                  program,
                  "#!/bin/sh\nid -u\ncat /proc/sys/kernel/core_pattern > old\n"
                  "cat old > /proc/sys/kernel/core_pattern && echo WROTE\n"
                  "cat /etc/shadow && echo READ\n",
                  0700)
                  .ok());
  spec.command = {program};
  const std::string said = Said(spec);
  EXPECT_THAT(said, testing::StartsWith("0\n"));
  EXPECT_THAT(said, Not(HasSubstr("WROTE")));
  EXPECT_THAT(said, Not(HasSubstr("READ")));
}

}  // namespace
}  // namespace miv::server::test
