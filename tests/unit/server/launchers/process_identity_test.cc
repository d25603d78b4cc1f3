#include "server/launchers/process_identity.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace miv::server {
namespace {

/// A child that waits; its identity as it would write it itself.
ProcessIdentity StartChild() {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::pause();
    ::_exit(0);
  }
  ProcessIdentity identity = OwnIdentity().value();
  ProcessStat stat;
  EXPECT_TRUE(ReadProcessStat(pid, &stat));
  EXPECT_EQ(stat.parent, ::getpid());
  EXPECT_EQ(stat.threads, 1);
  identity.pid = pid;
  identity.start_time = stat.start_time;
  return identity;
}

TEST(ProcessIdentity, OfThisProcessIsAliveAndSurvivesJson) {
  const ProcessIdentity self = OwnIdentity().value();
  EXPECT_EQ(self.pid, ::getpid());
  EXPECT_TRUE(IsAlive(self));
  const auto read = ProcessIdentityFromJson(ToJson(self));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->pid, self.pid);
  EXPECT_EQ(read->start_time, self.start_time);
  EXPECT_EQ(read->boot_id, self.boot_id);
}

TEST(ProcessIdentity, ZombieIsDead) {
  const ProcessIdentity child = StartChild();
  EXPECT_TRUE(IsAlive(child));
  ASSERT_TRUE(Signal(child, SIGKILL).ok());
  siginfo_t info{};
  ASSERT_EQ(
      ::waitid(P_PID, static_cast<id_t>(child.pid), &info, WEXITED | WNOWAIT),
      0);
  ProcessStat stat;
  ASSERT_TRUE(ReadProcessStat(child.pid, &stat));
  EXPECT_EQ(stat.state, 'Z');
  EXPECT_FALSE(IsAlive(child));
  EXPECT_TRUE(Signal(child, SIGKILL).ok());
  ::waitpid(child.pid, nullptr, 0);
  EXPECT_FALSE(IsAlive(child));
  EXPECT_TRUE(Signal(child, SIGKILL).ok());
}

TEST(ProcessIdentity, NumberReusedOrMachineRestartedIsAnotherProcess) {
  const ProcessIdentity child = StartChild();
  ProcessIdentity later = child;
  later.start_time += 1;
  ProcessIdentity rebooted = child;
  rebooted.boot_id = "00000000-0000-0000-0000-000000000000";
  EXPECT_FALSE(IsAlive(later));
  EXPECT_FALSE(IsAlive(rebooted));
  ASSERT_TRUE(Signal(later, SIGKILL).ok());  // hits nobody
  EXPECT_TRUE(IsAlive(child));
  ::kill(child.pid, SIGKILL);
  ::waitpid(child.pid, nullptr, 0);
}

TEST(ProcessIdentity, DamagedRecordIsDataLoss) {
  for (const nlohmann::json& json :
       {nlohmann::json(1), nlohmann::json::object(),
        nlohmann::json{{"pid", "1"}, {"start_time", 1}, {"boot_id", ""}}})
    EXPECT_EQ(ProcessIdentityFromJson(json).status().code(),
              absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace miv::server
