// What every launcher promises, held against each of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "server/launchers/fake_launcher.h"
#include "server/launchers/launcher.h"
#include "tests/contract/launchers/local_group.h"

namespace miv::server {
namespace {

using State = GroupStatus::State;

/// What a group does once it is launched.
struct Behaviour {
  std::string script;  ///< for launchers of real processes
  ExitRecord ending;   ///< what a fake is told to report
  bool ends = true;    ///< by itself
};

const Behaviour kSucceeds = {.script = "exit 0"};
const Behaviour kEndsWithSeven = {.script = "exit 7", .ending = {.code = 7}};
const Behaviour kIsKilled = {
    .script = "kill -KILL $$",
    .ending = {.outcome = ExitOutcome::kSignalled, .signal = 9}};
const Behaviour kRunsForEver = {.script = "exec sleep 1000", .ends = false};

/// A launcher under test and the world that it launches into.
class World {
 public:
  virtual ~World() = default;
  virtual Launcher& launcher() = 0;
  virtual GroupSpec Spec(const Behaviour& behaviour) = 0;
  /// Lets a launched group do what it does.
  virtual void Play(const GroupSpec& spec, const Behaviour& behaviour) = 0;
  /// Another launcher object over the same groups; false if it cannot.
  virtual bool Restart() = 0;
  /// The group's owner dies without a word.
  virtual void KillOwner(const GroupSpec& spec, std::int64_t pid) = 0;
};

class FakeWorld : public World {
 public:
  Launcher& launcher() override { return launcher_; }
  GroupSpec Spec(const Behaviour&) override {
    const std::string id = "g" + std::to_string(count_++);
    return {.group = {id, "/nowhere/" + id}, .command = {"/bin/worker"}};
  }
  void Play(const GroupSpec& spec, const Behaviour& behaviour) override {
    if (behaviour.ends) launcher_.Exit(spec.group.id, behaviour.ending);
  }
  bool Restart() override { return false; }
  void KillOwner(const GroupSpec& spec, std::int64_t) override {
    launcher_.Vanish(spec.group.id);
  }

 private:
  FakeLauncher launcher_;
  int count_ = 0;
};

class LocalWorld : public World {
 public:
  explicit LocalWorld(SandboxPolicy policy) : groups_(policy) {}
  Launcher& launcher() override { return groups_.launcher(); }
  GroupSpec Spec(const Behaviour& behaviour) override {
    return groups_.Spec(behaviour.script);
  }
  void Play(const GroupSpec&, const Behaviour&) override {}
  bool Restart() override {
    groups_.Restart();
    return true;
  }
  void KillOwner(const GroupSpec&, std::int64_t pid) override {
    ASSERT_EQ(::kill(static_cast<pid_t>(pid), SIGKILL), 0);
  }

 private:
  test::LocalGroups groups_;
};

class LauncherContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "Fake") {
      world_ = std::make_unique<FakeWorld>();
      return;
    }
    const SandboxPolicy policy =
        GetParam() == "Bwrap" ? SandboxPolicy::kBwrap : SandboxPolicy::kNone;
    if (const absl::Status can = test::Available(policy); !can.ok())
      GTEST_SKIP() << "bubblewrap does not work here: " << can.message();
    world_ = std::make_unique<LocalWorld>(policy);
  }

  Launcher& launcher() { return world_->launcher(); }

  /// Launched and past kStarting.
  GroupStatus Start(const GroupSpec& spec, const Behaviour& behaviour) {
    const absl::Status launched = launcher().Launch(spec);
    EXPECT_TRUE(launched.ok()) << launched;
    world_->Play(spec, behaviour);
    GroupStatus status;
    EXPECT_TRUE(test::Eventually([&] {
      status = launcher().Poll(spec.group).value();
      return status.state != State::kStarting;
    }));
    return status;
  }

  GroupStatus AwaitEnd(const GroupSpec& spec) {
    GroupStatus status;
    EXPECT_TRUE(test::Eventually([&] {
      status = launcher().Poll(spec.group).value();
      return status.state == State::kExited || status.state == State::kGone;
    }));
    return status;
  }

  std::unique_ptr<World> world_;
};

TEST_P(LauncherContract, ReportsSuccess) {
  const GroupSpec spec = world_->Spec(kSucceeds);
  Start(spec, kSucceeds);
  const GroupStatus status = AwaitEnd(spec);
  ASSERT_EQ(status.state, State::kExited);
  EXPECT_EQ(status.exit->outcome, ExitOutcome::kExited);
  EXPECT_EQ(status.exit->code, 0);
}

TEST_P(LauncherContract, ReportsTheExitCode) {
  const GroupSpec spec = world_->Spec(kEndsWithSeven);
  Start(spec, kEndsWithSeven);
  const GroupStatus status = AwaitEnd(spec);
  ASSERT_EQ(status.state, State::kExited);
  EXPECT_EQ(status.exit->outcome, ExitOutcome::kExited);
  EXPECT_EQ(status.exit->code, 7);
}

TEST_P(LauncherContract, ReportsTheSignal) {
  const GroupSpec spec = world_->Spec(kIsKilled);
  Start(spec, kIsKilled);
  const GroupStatus status = AwaitEnd(spec);
  ASSERT_EQ(status.state, State::kExited);
  EXPECT_EQ(status.exit->outcome, ExitOutcome::kSignalled);
  EXPECT_EQ(status.exit->signal, SIGKILL);
}

TEST_P(LauncherContract, IsRunningUntilItEnds) {
  const GroupSpec spec = world_->Spec(kRunsForEver);
  const GroupStatus status = Start(spec, kRunsForEver);
  EXPECT_EQ(status.state, State::kRunning);
  EXPECT_GT(status.pid, 0);
}

TEST_P(LauncherContract, KillEndsTheGroupAndMayBeRepeated) {
  const GroupSpec spec = world_->Spec(kRunsForEver);
  Start(spec, kRunsForEver);
  ASSERT_TRUE(launcher().Kill(spec.group).ok());
  ASSERT_TRUE(launcher().Kill(spec.group).ok());
  const GroupStatus status = AwaitEnd(spec);
  ASSERT_EQ(status.state, State::kExited);
  EXPECT_EQ(status.exit->outcome, ExitOutcome::kKilled);
  EXPECT_TRUE(launcher().Kill(spec.group).ok());
}

TEST_P(LauncherContract, KillAfterTheEndChangesNothing) {
  const GroupSpec spec = world_->Spec(kSucceeds);
  Start(spec, kSucceeds);
  AwaitEnd(spec);
  ASSERT_TRUE(launcher().Kill(spec.group).ok());
  EXPECT_EQ(AwaitEnd(spec).exit->outcome, ExitOutcome::kExited);
}

TEST_P(LauncherContract, SecondLaunchOfAGroupIsAlreadyExists) {
  const GroupSpec running = world_->Spec(kRunsForEver);
  Start(running, kRunsForEver);
  EXPECT_EQ(launcher().Launch(running).code(),
            absl::StatusCode::kAlreadyExists);
  const GroupSpec ended = world_->Spec(kSucceeds);
  Start(ended, kSucceeds);
  AwaitEnd(ended);
  EXPECT_EQ(launcher().Launch(ended).code(), absl::StatusCode::kAlreadyExists);
}

TEST_P(LauncherContract, PollOfWhatWasNeverLaunchedIsNotFound) {
  const GroupSpec spec = world_->Spec(kSucceeds);
  EXPECT_EQ(launcher().Poll(spec.group).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_TRUE(launcher().Kill(spec.group).ok());
}

TEST_P(LauncherContract, GroupWhoseOwnerDiesIsGone) {
  const GroupSpec spec = world_->Spec(kRunsForEver);
  const GroupStatus status = Start(spec, kRunsForEver);
  world_->KillOwner(spec, status.pid);
  EXPECT_EQ(AwaitEnd(spec).state, State::kGone);
  EXPECT_TRUE(launcher().Kill(spec.group).ok());
  EXPECT_EQ(AwaitEnd(spec).state, State::kGone);
}

TEST_P(LauncherContract, GroupsAreIndependent) {
  const GroupSpec first = world_->Spec(kRunsForEver);
  const GroupSpec second = world_->Spec(kRunsForEver);
  Start(first, kRunsForEver);
  Start(second, kRunsForEver);
  ASSERT_TRUE(launcher().Kill(first.group).ok());
  AwaitEnd(first);
  EXPECT_EQ(launcher().Poll(second.group)->state, State::kRunning);
}

TEST_P(LauncherContract, LaterLauncherFindsRunningAndEndedGroups) {
  const GroupSpec running = world_->Spec(kRunsForEver);
  const GroupSpec ended = world_->Spec(kEndsWithSeven);
  const std::int64_t pid = Start(running, kRunsForEver).pid;
  Start(ended, kEndsWithSeven);
  AwaitEnd(ended);
  if (!world_->Restart()) GTEST_SKIP() << "keeps its groups in memory";
  const auto status = launcher().Poll(running.group);
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->state, State::kRunning);
  EXPECT_EQ(status->pid, pid);
  EXPECT_EQ(launcher().Poll(ended.group)->exit->code, 7);
  ASSERT_TRUE(launcher().Kill(running.group).ok());
  EXPECT_EQ(AwaitEnd(running).exit->outcome, ExitOutcome::kKilled);
}

INSTANTIATE_TEST_SUITE_P(Every, LauncherContract,
                         testing::Values("Fake", "Bwrap", "None"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace miv::server
