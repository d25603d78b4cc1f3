// Which enclosure a launch gets, and the command that makes it.

#include "server/launchers/sandbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_join.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "server/launchers/mpirun.h"
#include "tests/support/temp_directory.h"

namespace miv::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

SandboxAbilities Root() {
  return {.root = true, .users = {5000, 10}, .private_mounts = true};
}

SandboxAbilities Ordinary() { return {}; }

SandboxAbilities Without(SandboxAbilities abilities, absl::Status why) {
  abilities.bwrap = std::move(why);
  return abilities;
}

const absl::Status kNoBwrap = absl::UnavailableError("setting up uid map");

class PlanLaunchTest : public testing::Test {
 protected:
  PlanLaunchTest() {
    for (const std::string name : {"g/inputs", "g/work", "g/tmp", "g/etc"})
      EXPECT_TRUE(MakeDirectories(root_ / name).ok());
    spec_ = {.group = {"g", root_ / "g"}, .command = {"/bin/sh"}};
  }

  absl::StatusOr<LocalLaunch> Plan(SandboxPolicy policy,
                                   const SandboxAbilities& abilities,
                                   bool user_code = false) {
    spec_.sandbox = policy;
    spec_.user_code = user_code;
    return PlanLaunch(spec_, abilities);
  }

  static void ExpectRefused(const absl::StatusOr<LocalLaunch>& plan) {
    EXPECT_EQ(plan.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(FaultOf(plan.status())->reason, "NO_SANDBOX");
    EXPECT_NE(FaultOf(plan.status())->remedy, "");
  }

  test::TempDirectory root_{0755};
  GroupSpec spec_;
};

TEST_F(PlanLaunchTest, AutoTakesBwrapWhereItWorks) {
  const auto plan = Plan(SandboxPolicy::kAuto, Ordinary(), true);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->backend, SandboxBackend::kBwrap);
  EXPECT_FALSE(plan->user.has_value());
  EXPECT_EQ(plan->warning, "");
}

TEST_F(PlanLaunchTest, AutoFallsBackWithAWarningForTheOwnersCode) {
  const auto plan = Plan(SandboxPolicy::kAuto, Without(Ordinary(), kNoBwrap));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->backend, SandboxBackend::kNone);
  EXPECT_EQ(plan->warning, "no sandbox: setting up uid map");
}

TEST_F(PlanLaunchTest, AutoRefusesOthersCodeThatNothingWouldConfine) {
  ExpectRefused(
      Plan(SandboxPolicy::kAuto, Without(Ordinary(), kNoBwrap), true));
}

TEST_F(PlanLaunchTest, NoneIsTheOperatorsChoice) {
  const auto plan = Plan(SandboxPolicy::kNone, Ordinary(), true);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->backend, SandboxBackend::kNone);
}

TEST_F(PlanLaunchTest, BwrapIsRefusedWhereItDoesNotWork) {
  const auto plan = Plan(SandboxPolicy::kBwrap, Without(Ordinary(), kNoBwrap));
  ExpectRefused(plan);
  EXPECT_THAT(std::string(plan.status().message()),
              HasSubstr("setting up uid map"));
}

TEST_F(PlanLaunchTest, RootGivesEachGroupAUser) {
  const auto plan = Plan(SandboxPolicy::kAuto, Root(), true);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_TRUE(plan->user.has_value());
  EXPECT_GE(*plan->user, 5000u);
  EXPECT_LT(*plan->user, 5010u);
  EXPECT_TRUE(plan->exposed.empty());
}

TEST_F(PlanLaunchTest, RootWithoutBwrapStillConfinesByUser) {
  const auto plan = Plan(SandboxPolicy::kAuto, Without(Root(), kNoBwrap), true);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_TRUE(plan->user.has_value());
  EXPECT_THAT(plan->warning, HasSubstr("no sandbox"));
}

TEST_F(PlanLaunchTest, RootThatCannotDropRefusesOthersCode) {
  SandboxAbilities abilities = Root();
  abilities.users = {};
  ExpectRefused(Plan(SandboxPolicy::kAuto, abilities, true));
  const auto own = Plan(SandboxPolicy::kAuto, abilities, false);
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_FALSE(own->user.has_value());
  EXPECT_THAT(own->warning, HasSubstr("runs as root"));
}

TEST_F(PlanLaunchTest, ClosedDirectoriesAreExposedByMounts) {
  ASSERT_EQ(::chmod(root_.path().c_str(), 0700), 0);
  const auto plan = Plan(SandboxPolicy::kAuto, Root(), true);
  ASSERT_TRUE(plan.ok()) << plan.status();
  std::vector<std::string> paths;
  for (const ExposedPath& entry : plan->exposed) {
    EXPECT_EQ(entry.closed, root_.path());
    paths.push_back(entry.path);
  }
  EXPECT_THAT(
      paths, testing::UnorderedElementsAre(root_ / "g/inputs", root_ / "g/work",
                                           root_ / "g/tmp", root_ / "g/etc"));
}

TEST_F(PlanLaunchTest, ClosedDirectoriesWithoutMountsAreRefused) {
  ASSERT_EQ(::chmod(root_.path().c_str(), 0700), 0);
  SandboxAbilities abilities = Root();
  abilities.private_mounts = false;
  ExpectRefused(Plan(SandboxPolicy::kAuto, abilities, true));
}

TEST_F(PlanLaunchTest, SurvivesJson) {
  LocalLaunch launch{.spec = spec_,
                     .backend = SandboxBackend::kBwrap,
                     .user = 5003,
                     .exposed = {{"/root", "/root/x"}},
                     .warning = "careful"};
  const auto read = LocalLaunchFromJson(ToJson(launch));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->spec.group.directory, spec_.group.directory);
  EXPECT_EQ(read->backend, SandboxBackend::kBwrap);
  EXPECT_EQ(read->user, 5003u);
  ASSERT_EQ(read->exposed.size(), 1u);
  EXPECT_EQ(read->exposed[0].closed, "/root");
  EXPECT_EQ(read->exposed[0].path, "/root/x");
  EXPECT_EQ(read->warning, "careful");
  EXPECT_FALSE(LocalLaunchFromJson(nlohmann::json::object()).ok());
}

TEST_F(PlanLaunchTest, CommandDropsEnclosesLimitsAndStarts) {
  spec_.limits = {.memory_bytes = std::int64_t{4} << 30,
                  .cpu_s = 60,
                  .file_bytes = 1000,
                  .processes = 64};
  spec_.read_only = {"/models"};
  spec_.socket_directory = "/tmp/sockets";
  const std::string command = absl::StrJoin(
      SandboxCommand(
          {.spec = spec_, .backend = SandboxBackend::kBwrap, .user = 5003}),
      " ");
  // In this order: the privileges go first, the limits are set inside.
  EXPECT_THAT(
      command,
      testing::MatchesRegex(
          "/usr/bin/setpriv .*--reuid 5003 --regid 5003 --clear-groups "
          "/usr/bin/bwrap .*--unshare-all.* -- /usr/bin/prlimit --core=0:0 "
          "--data=6442450944:6442450944 --cpu=60:60 --fsize=1000:1000 "
          "--nproc=64:64 /usr/bin/mpirun .*/bin/sh"));
  for (const std::string& part :
       {std::string("--die-with-parent"), std::string("--new-session"),
        std::string("--cap-drop ALL"), std::string("--disable-userns"),
        std::string("--ro-bind /models /models"),
        std::string("--ro-bind /tmp/sockets /tmp/sockets"),
        "--bind " + (root_ / "g/work") + " " + (root_ / "g/work"),
        "--ro-bind " + (root_ / "g/inputs") + " " + (root_ / "g/inputs"),
        std::string("--size 4294967296 --perms 1777 --tmpfs /tmp")})
    EXPECT_THAT(command, HasSubstr(part));
  EXPECT_THAT(command, Not(HasSubstr("/etc/shadow")));
  EXPECT_THAT(command, Not(HasSubstr("--ro-bind /etc /etc")));
  EXPECT_THAT(command, Not(HasSubstr("--allow-run-as-root")));
}

TEST_F(PlanLaunchTest, ProcessCountIsLimitedOnlyWhereItIsTheGroupsOwn) {
  spec_.limits.processes = 64;
  const std::string command = absl::StrJoin(
      SandboxCommand({.spec = spec_, .backend = SandboxBackend::kNone}), " ");
  EXPECT_THAT(command, Not(HasSubstr("--nproc")));
}

TEST_F(PlanLaunchTest, ProgramsDirectoryIsShownUnlessItHoldsTheGroups) {
  ASSERT_TRUE(MakeDirectories(root_ / "bin").ok());
  spec_.command = {root_ / "bin/worker"};
  EXPECT_THAT(PathsOf(spec_).read_only,
              ElementsAre(root_ / "bin", root_ / "g/inputs"));
  spec_.command = {root_ / "worker"};
  EXPECT_THAT(PathsOf(spec_).read_only,
              ElementsAre(root_ / "worker", root_ / "g/inputs"));
}

TEST(GroupCommand, RootHasToSaySo) {
  const GroupSpec spec{.ranks = 2, .command = {"/bin/worker", "-x"}};
  const auto argv = GroupCommand(spec, 0);
  EXPECT_EQ(std::count(argv.begin(), argv.end(), "--allow-run-as-root"), 1);
  const auto other = GroupCommand(spec, 1000);
  EXPECT_EQ(std::count(other.begin(), other.end(), "--allow-run-as-root"), 0);
  EXPECT_THAT(absl::StrJoin(other, " "),
              testing::EndsWith("-n 2 /bin/worker -x"));
}

TEST(GroupCommand, WithoutMpirunIsTheCommand) {
  const GroupSpec spec{.mpirun = false, .command = {"/bin/worker", "-x"}};
  EXPECT_THAT(GroupCommand(spec, 0), ElementsAre("/bin/worker", "-x"));
}

TEST(GroupEnvironment, IsSmallAndTheSpecsVariablesWin) {
  const GroupSpec spec{.environment = {{"OMP_NUM_THREADS", "2"}, {"A", "b"}}};
  const auto environment = GroupEnvironment(spec, "/t");
  EXPECT_EQ(environment.at("TMPDIR"), "/t");
  EXPECT_EQ(environment.at("HDF5_USE_FILE_LOCKING"), "FALSE");
  EXPECT_EQ(environment.at("OPENBLAS_NUM_THREADS"), "1");
  EXPECT_EQ(environment.at("OMP_NUM_THREADS"), "2");
  EXPECT_EQ(environment.at("A"), "b");
}

}  // namespace
}  // namespace miv::server
