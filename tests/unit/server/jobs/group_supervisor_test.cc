#include "server/jobs/group_supervisor.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "common/base/fault.h"
#include "common/base/files.h"
#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class GroupSupervisorTest : public ServerTest {
 protected:
  GroupSupervisorTest()
      : desk_(*jobs_, *store_, launcher_, *workspace_, clock_,
              {.long_poll = absl::ZeroDuration()}),
        supervisor_(*jobs_, *store_, launcher_, desk_, *workspace_, clock_,
                    {}) {}

  // A task on a group that is up; with `heard`, it has called.
  AttemptId Up(const JobId& job, bool heard = true) {
    const AttemptId attempt = Start(job, 0);
    Launch(attempt);
    if (heard) Call(attempt, "");
    return attempt;
  }

  void Launch(const AttemptId& attempt) {
    ASSERT_TRUE(
        launcher_.Launch({.group = workspace_->RefOf(GroupOn(attempt))}).ok());
  }

  void Call(const AttemptId& attempt, const std::string& assignment) {
    v1::SynchronizeRequest request;
    request.set_token("token of " + GroupOn(attempt).text());
    request.set_assignment_id(assignment);
    ASSERT_TRUE(desk_.Synchronize(request).ok());
  }

  void Look() { ASSERT_TRUE(supervisor_.RunOnce().ok()); }

  WorkerDesk desk_;
  GroupSupervisor supervisor_;
};

TEST_F(GroupSupervisorTest, CountsGroupsThatAreUp) {
  EXPECT_EQ(supervisor_.RunOnce().value(), 0);
  Up(Submit());
  EXPECT_EQ(supervisor_.RunOnce().value(), 1);
}

TEST_F(GroupSupervisorTest, NoticesTheEndOfAGroup) {
  const JobId job = Submit();
  const AttemptId attempt = Up(job);
  launcher_.Exit(GroupOn(attempt).text(), 3);
  Look();
  EXPECT_EQ(GroupOf(GroupOn(attempt)).state, GroupState::kEnded);
  EXPECT_EQ(States(job), "QUEUED WAITING WAITING");
  EXPECT_EQ(supervisor_.RunOnce().value(), 0);
}

TEST_F(GroupSupervisorTest, NoticesAGroupThatVanished) {
  const AttemptId attempt = Up(Submit());
  launcher_.Vanish(GroupOn(attempt).text());
  Look();
  EXPECT_EQ(AttemptOf(attempt).outcome, AttemptOutcome::kLost);
}

TEST_F(GroupSupervisorTest, ShowsWhatTheGroupPrintedInTheError) {
  const JobId job = Submit();
  for (int i = 0; i < 3; ++i) {
    const AttemptId attempt = Up(job);
    const auto ref = workspace_->RefOf(GroupOn(attempt));
    ASSERT_TRUE(MakeDirectories(ref.directory).ok());
    ASSERT_TRUE(
        WriteFileAtomically(ref.directory + "/stderr", "bad \x1b gid 7\n")
            .ok());
    launcher_.Exit(ref.id, 1);
    Look();
  }
  EXPECT_EQ(TaskOf(job, 0).error->output, "bad   gid 7\n");
}

class LastWordsTest : public GroupSupervisorTest {
 protected:
  // The group's rank writes `words` and takes the group down.
  void DieWith(const AttemptId& attempt, const std::string& words) {
    const std::string output =
        workspace_->OutputDirectory(GroupOn(attempt), attempt);
    ASSERT_TRUE(MakeDirectories(output).ok());
    ASSERT_TRUE(
        WriteFileAtomically(JoinPath(output, kFailureFile), words).ok());
    launcher_.Exit(GroupOn(attempt).text(), 1);
    Look();
  }
};

TEST_F(LastWordsTest, OfARankFailTheTaskAtOnceWithItsFault) {
  const JobId job = Submit();
  Fault fault;
  fault.reason = "NEURON_ERROR";
  fault.what = "the simulation failed";
  fault.rank = 1;
  fault.output = "pump \x1b burst";
  DieWith(Up(job), FaultToJson(fault));
  const Task task = TaskOf(job, 0);
  EXPECT_EQ(task.state, TaskState::kFailed);
  EXPECT_EQ(task.attempts, 1);
  EXPECT_EQ(task.error->reason, "NEURON_ERROR");
  EXPECT_EQ(task.error->rank, 1);
  EXPECT_EQ(task.error->output, "pump   burst");
}

TEST_F(LastWordsTest, ThatAreNoFaultLeaveTheGroupLost) {
  const JobId job = Submit();
  DieWith(Up(job), "not a fault");
  EXPECT_EQ(States(job), "QUEUED WAITING WAITING");
}

TEST_F(LastWordsTest, ThatAreTooLongLeaveTheGroupLost) {
  const JobId job = Submit();
  Fault fault;
  fault.what = std::string(1 << 20, 'x');
  DieWith(Up(job), FaultToJson(fault));
  EXPECT_EQ(States(job), "QUEUED WAITING WAITING");
}

TEST_F(LastWordsTest, BehindALinkAreNotRead) {
  const JobId job = Submit();
  const AttemptId attempt = Up(job);
  const std::string elsewhere = directory_ / "elsewhere";
  ASSERT_TRUE(WriteFileAtomically(elsewhere, R"({"what":"a secret"})").ok());
  const std::string output =
      workspace_->OutputDirectory(GroupOn(attempt), attempt);
  ASSERT_TRUE(MakeDirectories(output).ok());
  std::filesystem::create_symlink(elsewhere, JoinPath(output, kFailureFile));
  launcher_.Exit(GroupOn(attempt).text(), 1);
  Look();
  EXPECT_EQ(States(job), "QUEUED WAITING WAITING");
}

TEST_F(GroupSupervisorTest, KillsHalfASecondAfterTheWishToCancel) {
  const JobId job = Submit();
  const AttemptId attempt = Up(job);
  ASSERT_TRUE(ReportStarted(attempt).ok());
  ASSERT_TRUE(jobs_->Cancel(job, "").ok());
  clock_.Advance(absl::Milliseconds(499));
  Look();
  EXPECT_THAT(launcher_.killed(), IsEmpty());
  clock_.Advance(absl::Milliseconds(1));
  Look();
  EXPECT_THAT(launcher_.killed(), ElementsAre(GroupOn(attempt).text()));
  Look();
  EXPECT_EQ(JobOf(job).state, JobState::kCancelled);
}

TEST_F(GroupSupervisorTest, KillsAGroupThatDoesNotLeave) {
  const JobId job = Submit();
  const AttemptId attempt = Up(job);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "x"}}).ok());
  ASSERT_TRUE(jobs_->Dismiss(GroupOn(attempt), "idle").ok());
  clock_.Advance(absl::Seconds(4));
  Look();
  EXPECT_THAT(launcher_.killed(), IsEmpty());
  clock_.Advance(absl::Seconds(1));
  Look();
  EXPECT_THAT(launcher_.killed(), ElementsAre(GroupOn(attempt).text()));
}

TEST_F(GroupSupervisorTest, KillsAGroupThatFellSilent) {
  const AttemptId attempt = Up(Submit());
  clock_.Advance(absl::Seconds(74));
  Look();
  EXPECT_THAT(launcher_.killed(), IsEmpty());
  clock_.Advance(absl::Seconds(1));
  Look();
  EXPECT_THAT(launcher_.killed(), ElementsAre(GroupOn(attempt).text()));
}

TEST_F(GroupSupervisorTest, CountsTheSilenceOfAnAdoptedGroupFromItsOwnStart) {
  const AttemptId attempt = Up(Submit(), /*heard=*/false);
  clock_.Advance(absl::Minutes(10));  // the server was away
  GroupSupervisor restarted(*jobs_, *store_, launcher_, desk_, *workspace_,
                            clock_, {});
  ASSERT_TRUE(restarted.RunOnce().ok());
  EXPECT_THAT(launcher_.killed(), IsEmpty());
  clock_.Advance(absl::Seconds(75));
  ASSERT_TRUE(restarted.RunOnce().ok());
  EXPECT_THAT(launcher_.killed(), ElementsAre(GroupOn(attempt).text()));
}

TEST_F(GroupSupervisorTest, KillsAGroupThatWorksOnWhatIsNotItsOwn) {
  const JobId job = Submit();
  const AttemptId attempt = Up(job);
  ASSERT_TRUE(jobs_->Cancel(job, "").ok());
  Call(attempt, attempt.text());
  clock_.Advance(absl::Milliseconds(500));
  Look();
  EXPECT_THAT(launcher_.killed(), ElementsAre(GroupOn(attempt).text()));
}

TEST_F(GroupSupervisorTest, KillsAGroupThatForgotItsTask) {
  const AttemptId attempt = Up(Submit());
  ASSERT_TRUE(ReportStarted(attempt).ok());
  Call(attempt, "");
  clock_.Advance(absl::Seconds(5));
  Look();
  EXPECT_THAT(launcher_.killed(), ElementsAre(GroupOn(attempt).text()));
}

class LaunchLimitTest : public GroupSupervisorTest {
 protected:
  // A group on record that has not called.
  GroupId NewGroup() {
    absl::BitGen random;
    const GroupId group = GroupId::New(random);
    EXPECT_TRUE(jobs_->AssignNew({{Submit(), 0}, group, "digest"}).ok());
    return group;
  }
};

TEST_F(LaunchLimitTest, KillsAGroupThatDoesNotComeUp) {
  const GroupId group = NewGroup();
  ASSERT_TRUE(launcher_.Launch({.group = workspace_->RefOf(group)}).ok());
  clock_.Advance(absl::Seconds(119));
  Look();
  EXPECT_THAT(launcher_.killed(), IsEmpty());
  clock_.Advance(absl::Seconds(1));
  Look();
  EXPECT_THAT(launcher_.killed(), ElementsAre(group.text()));
}

TEST_F(LaunchLimitTest, WaitsForAGroupThatIsOnItsWayToItsLaunch) {
  const GroupId group = NewGroup();
  Look();
  EXPECT_EQ(GroupOf(group).state, GroupState::kLaunching);
  clock_.Advance(absl::Seconds(120));
  Look();
  EXPECT_EQ(GroupOf(group).state, GroupState::kEnded);
}

TEST(DescribeEnd, SaysHowAGroupEnded) {
  const auto reason = [](ExitRecord exit) {
    return DescribeEnd(
               {.state = GroupStatus::State::kExited, .exit = std::move(exit)},
               "")
        .reason;
  };
  EXPECT_EQ(reason({.outcome = ExitOutcome::kExited, .code = 3}),
            "exit code 3");
  EXPECT_EQ(reason({.outcome = ExitOutcome::kSignalled,
                    .signal = 11,
                    .detail = "core\x01 dumped"}),
            "signal 11: core  dumped");
  EXPECT_EQ(
      reason({.outcome = ExitOutcome::kLaunchFailed, .detail = "no mpirun"}),
      "it could not be started: no mpirun");
  EXPECT_EQ(DescribeEnd({.state = GroupStatus::State::kGone}, "").reason,
            "it disappeared");
}

TEST(DescribeEnd, MakesPassedLimitsFaults) {
  for (const auto& [outcome, expected] :
       {std::pair(ExitOutcome::kWallLimit, "WALL_LIMIT"),
        std::pair(ExitOutcome::kMemoryLimit, "MEMORY_LIMIT")}) {
    const GroupEnd end = DescribeEnd({.state = GroupStatus::State::kExited,
                                      .exit = ExitRecord{.outcome = outcome}},
                                     "tail");
    ASSERT_TRUE(end.fault.has_value());
    EXPECT_EQ(end.fault->reason, expected);
    EXPECT_EQ(end.fault->output, "tail");
    EXPECT_THAT(end.fault->remedy, HasSubstr("limits."));
  }
}

}  // namespace
}  // namespace miv::server
