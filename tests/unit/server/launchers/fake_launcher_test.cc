#include "server/launchers/fake_launcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace miv::server {
namespace {

using ::testing::ElementsAre;
using State = GroupStatus::State;

const GroupSpec kSpec = {.group = {"a", "/a"}};

TEST(FakeLauncher, FailsOnceWhenTold) {
  FakeLauncher launcher;
  launcher.FailNextLaunch(absl::ResourceExhaustedError("full"));
  EXPECT_EQ(launcher.Launch(kSpec).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(launcher.Launch(kSpec).ok());
  ASSERT_EQ(launcher.launched().size(), 1u);
  EXPECT_EQ(launcher.launched()[0].group.id, "a");
}

TEST(FakeLauncher, StartsSlowlyWhenTold) {
  FakeLauncher launcher;
  launcher.StartSlowly(true);
  ASSERT_TRUE(launcher.Launch(kSpec).ok());
  EXPECT_EQ(launcher.Poll(kSpec.group)->state, State::kStarting);
  launcher.MarkRunning("a");
  EXPECT_EQ(launcher.Poll(kSpec.group)->state, State::kRunning);
}

TEST(FakeLauncher, RecordsKillsAlsoWhenItIgnoresThem) {
  FakeLauncher launcher;
  launcher.IgnoreKills(true);
  ASSERT_TRUE(launcher.Launch(kSpec).ok());
  ASSERT_TRUE(launcher.Kill(kSpec.group).ok());
  EXPECT_EQ(launcher.Poll(kSpec.group)->state, State::kRunning);
  launcher.IgnoreKills(false);
  ASSERT_TRUE(launcher.Kill(kSpec.group).ok());
  EXPECT_EQ(launcher.Poll(kSpec.group)->exit->outcome, ExitOutcome::kKilled);
  EXPECT_THAT(launcher.killed(), ElementsAre("a", "a"));
}

}  // namespace
}  // namespace miv::server
