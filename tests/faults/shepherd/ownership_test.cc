// Whatever is killed, a group has one owner or none of its processes lives.

#include <dirent.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/launchers/group_files.h"
#include "tests/contract/launchers/local_group.h"

namespace miv::server {
namespace {

using ::testing::HasSubstr;
using State = GroupStatus::State;

/// Living processes of this machine with `word` among their arguments.
int CountProcesses(const std::string& word) {
  int count = 0;
  DIR* proc = ::opendir("/proc");
  while (const dirent* entry = ::readdir(proc)) {
    const std::string line =
        ReadFile(absl::StrCat("/proc/", entry->d_name, "/cmdline"))
            .value_or("");
    ProcessStat stat;
    if (absl::StrContains(line, word) &&
        ReadProcessStat(std::atoi(entry->d_name), &stat) && stat.state != 'Z')
      ++count;
  }
  ::closedir(proc);
  return count;
}

/// A duration to sleep that no other process of the machine sleeps.
std::string UniqueSleep() {
  static int count = 0;
  return absl::StrCat("1000.", ::getpid(), "00", ++count);
}

class Ownership : public testing::TestWithParam<SandboxPolicy> {
 protected:
  void SetUp() override {
    if (const absl::Status can = test::Available(GetParam()); !can.ok())
      GTEST_SKIP() << "bubblewrap does not work here: " << can.message();
    groups_ = std::make_unique<test::LocalGroups>(GetParam());
  }

  Launcher& launcher() { return groups_->launcher(); }

  GroupStatus AwaitRunning(const GroupRef& group) {
    GroupStatus status;
    EXPECT_TRUE(test::Eventually([&] {
      status = launcher().Poll(group).value();
      return status.state != State::kStarting;
    }));
    return status;
  }

  std::unique_ptr<test::LocalGroups> groups_;
};

TEST_P(Ownership, GroupSurvivesTheServersDeath) {
  const GroupSpec spec = groups_->Spec("exec sleep 1000");
  const pid_t server = ::fork();
  if (server == 0) {
    test::LocalGroups* groups = groups_.get();
    groups->launcher().Launch(spec).IgnoreError();
    ::raise(SIGKILL);
  }
  ASSERT_EQ(::waitpid(server, nullptr, 0), server);
  groups_->Restart();
  EXPECT_EQ(AwaitRunning(spec.group).state, State::kRunning);
  ASSERT_TRUE(launcher().Kill(spec.group).ok());
  EXPECT_EQ(groups_->AwaitEnd(spec.group)->outcome, ExitOutcome::kKilled);
}

TEST_P(Ownership, ShepherdIsNobodysChildAndLeadsNoSession) {
  const GroupSpec spec = groups_->Spec("exec sleep 1000");
  ASSERT_TRUE(launcher().Launch(spec).ok());
  const pid_t pid = static_cast<pid_t>(AwaitRunning(spec.group).pid);
  EXPECT_NE(::getsid(pid), ::getsid(0));
  EXPECT_NE(::getsid(pid), pid);
  ProcessStat stat;
  ASSERT_TRUE(ReadProcessStat(pid, &stat));
  EXPECT_NE(stat.parent, ::getpid());
}

TEST_P(Ownership, NoProcessSurvivesItsShepherd) {
  const std::string unique = UniqueSleep();
  const GroupSpec spec = groups_->Spec(
      absl::StrCat("setsid -f sleep ", unique, "; setsid -f sleep ", unique,
                   "; exec sleep ", unique));
  ASSERT_TRUE(launcher().Launch(spec).ok());
  ASSERT_TRUE(test::Eventually([&] { return CountProcesses(unique) >= 3; }));
  const pid_t shepherd = static_cast<pid_t>(AwaitRunning(spec.group).pid);
  ASSERT_EQ(::kill(shepherd, SIGKILL), 0);
  EXPECT_TRUE(test::Eventually([&] { return CountProcesses(unique) == 0; }));
  EXPECT_EQ(launcher().Poll(spec.group)->state, State::kGone);
}

// Also while the sandbox is being set up: whatever of the group exists when its
// shepherd dies.
TEST_P(Ownership, NoProcessSurvivesAShepherdThatDiesEarly) {
  for (int attempt = 0; attempt < 8; ++attempt) {
    const std::string unique = UniqueSleep();
    const GroupSpec spec = groups_->Spec("exec sleep " + unique);
    ASSERT_TRUE(launcher().Launch(spec).ok());
    // The command is in the arguments of every wrapper, from the first.
    ASSERT_TRUE(test::Eventually([&] { return CountProcesses(unique) > 0; }));
    const pid_t shepherd = static_cast<pid_t>(AwaitRunning(spec.group).pid);
    ASSERT_EQ(::kill(shepherd, SIGKILL), 0);
    EXPECT_TRUE(test::Eventually([&] { return CountProcesses(unique) == 0; }));
  }
}

TEST_P(Ownership, NoProcessSurvivesAKill) {
  const std::string unique = UniqueSleep();
  const GroupSpec spec = groups_->Spec(absl::StrCat(
      "trap '' TERM HUP INT; setsid -f sleep ", unique, "; sleep ", unique));
  ASSERT_TRUE(launcher().Launch(spec).ok());
  ASSERT_TRUE(test::Eventually([&] { return CountProcesses(unique) >= 2; }));
  ASSERT_TRUE(launcher().Kill(spec.group).ok());
  EXPECT_EQ(groups_->AwaitEnd(spec.group)->outcome, ExitOutcome::kKilled);
  EXPECT_EQ(CountProcesses(unique), 0);
}

TEST_P(Ownership, NoProcessSurvivesTheFirstOne) {
  const std::string unique = UniqueSleep();
  const GroupSpec spec =
      groups_->Spec(absl::StrCat("setsid -f sleep ", unique, "; exit 3"));
  const auto exit = groups_->Run(spec);
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(exit->code, 3);
  EXPECT_EQ(CountProcesses(unique), 0);
}

TEST_P(Ownership, ShepherdThatIgnoresAnOldKillIsKilledWithItsGroup) {
  const std::string unique = UniqueSleep();
  const GroupSpec spec = groups_->Spec("exec sleep " + unique);
  ASSERT_TRUE(launcher().Launch(spec).ok());
  ASSERT_TRUE(test::Eventually([&] { return CountProcesses(unique) >= 1; }));
  const pid_t shepherd = static_cast<pid_t>(AwaitRunning(spec.group).pid);
  ASSERT_EQ(::kill(shepherd, SIGSTOP), 0);
  ASSERT_TRUE(launcher().Kill(spec.group).ok());
  EXPECT_EQ(launcher().Poll(spec.group)->state, State::kRunning);
  // Sixteen seconds later.
  const std::string request =
      absl::StrCat(spec.group.directory, "/", kKillFile);
  const timespec past[2] = {{::time(nullptr) - 16, 0},
                            {::time(nullptr) - 16, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, request.c_str(), past, 0), 0);
  ASSERT_TRUE(launcher().Kill(spec.group).ok());
  EXPECT_TRUE(test::Eventually([&] { return CountProcesses(unique) == 0; }));
  // The shepherd dies with the group, maybe a moment later.
  EXPECT_TRUE(test::Eventually([&] {
    return launcher().Poll(spec.group)->state == State::kGone;
  }));
}

TEST_P(Ownership, KillBeforeTheShepherdsRecordEndsTheGroupBeforeItRuns) {
  const GroupSpec spec = groups_->Spec("touch ran");
  // As if Kill had come between spec.json and shepherd.json.
  ASSERT_TRUE(WriteFileAtomically(
                  absl::StrCat(spec.group.directory, "/", kKillFile), "")
                  .ok());
  EXPECT_EQ(groups_->Run(spec)->outcome, ExitOutcome::kKilled);
  EXPECT_NE(::access((spec.group.directory + "/work/ran").c_str(), F_OK), 0);
}

TEST_P(Ownership, LaunchThatNeverReachedItsShepherdIsGone) {
  const GroupSpec spec = groups_->Spec("exit 0");
  ASSERT_TRUE(WriteFileAtomically(
                  absl::StrCat(spec.group.directory, "/", kSpecFile), "{}")
                  .ok());
  EXPECT_EQ(launcher().Poll(spec.group)->state, State::kGone);
}

TEST_P(Ownership, LaunchOnItsWayIsStarting) {
  const GroupSpec spec = groups_->Spec("exit 0");
  ASSERT_TRUE(WriteFileAtomically(
                  absl::StrCat(spec.group.directory, "/", kSpecFile), "{}")
                  .ok());
  const auto lock = TakeGroupLock(spec.group.directory);
  ASSERT_TRUE(lock.ok()) << lock.status();
  EXPECT_EQ(launcher().Poll(spec.group)->state, State::kStarting);
  ::close(*lock);
}

// The number of an ended shepherd may belong to another process by now.
TEST_P(Ownership, AnotherProcessWithTheShepherdsNumberIsNotTheShepherd) {
  const GroupSpec spec = groups_->Spec("exit 0");
  ProcessIdentity other = OwnIdentity().value();
  other.start_time -= 1;
  ASSERT_TRUE(WriteFileAtomically(
                  absl::StrCat(spec.group.directory, "/", kShepherdFile),
                  ToJson(other).dump())
                  .ok());
  EXPECT_EQ(launcher().Poll(spec.group)->state, State::kGone);
  EXPECT_TRUE(launcher().Kill(spec.group).ok());  // and we are still here
}

// As a power cut leaves them.
TEST_P(Ownership, GroupWithDamagedRecordsIsGone) {
  for (const std::string content : {"", "{}", "{\"outc"}) {
    const GroupSpec spec = groups_->Spec("exit 0");
    for (const char* file : {kSpecFile, kShepherdFile, kExitFile})
      ASSERT_TRUE(
          WriteRecord(absl::StrCat(spec.group.directory, "/", file), content)
              .ok());
    EXPECT_EQ(launcher().Poll(spec.group)->state, State::kGone) << content;
    EXPECT_TRUE(launcher().Kill(spec.group).ok());
  }
}

TEST_P(Ownership, WrapperThatFailsIsALaunchFailureWithItsWords) {
  const auto exit =
      groups_->Run(groups_->Spec("echo 'bwrap: no such thing' >&2; exit 1"));
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(exit->outcome, ExitOutcome::kLaunchFailed);
  EXPECT_EQ(exit->detail, "bwrap: no such thing");
}

TEST_P(Ownership, BadSpecsAreRefusedBeforeAnythingStarts) {
  GroupSpec absent = groups_->Spec("exit 0");
  absent.command = {"/nowhere/miv-worker"};
  GroupSpec relative = groups_->Spec("exit 0");
  relative.command = {"sh"};
  GroupSpec no_ranks = groups_->Spec("exit 0");
  no_ranks.ranks = 0;
  GroupSpec no_input = groups_->Spec("exit 0");
  no_input.read_only = {"/nowhere/at/all"};
  GroupSpec spy = groups_->Spec("exit 0");
  spy.read_only = {groups_->data().path()};
  for (const GroupSpec& spec : {absent, relative, no_ranks, no_input, spy}) {
    EXPECT_EQ(launcher().Launch(spec).code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(launcher().Poll(spec.group).status().code(),
              absl::StatusCode::kNotFound);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Ownership,
                         testing::Values(SandboxPolicy::kBwrap,
                                         SandboxPolicy::kNone),
                         [](const auto& info) {
                           return info.param == SandboxPolicy::kBwrap ? "Bwrap"
                                                                      : "None";
                         });

}  // namespace
}  // namespace miv::server
