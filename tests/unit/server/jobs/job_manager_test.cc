#include "server/jobs/job_manager.h"

#include <gmock/gmock.h>

#include <limits>

#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class JobManagerTest : public ServerTest {
 protected:
  NewJob Request(const std::string& id, const std::string& body) {
    NewJob request;
    request.request_id = id;
    request.body_digest = body;
    request.plan = std::make_shared<const JobPlan>(PlanOf(CorePipeline()));
    request.ranks = {1, 1, 1};
    return request;
  }
};

TEST_F(JobManagerTest, AcceptsAJobWithItsFirstTaskQueued) {
  const JobId job = Submit();
  EXPECT_EQ(States(job), "QUEUED WAITING WAITING");
  EXPECT_EQ(JobOf(job).state, JobState::kQueued);
  EXPECT_EQ(JobOf(job).created, clock_.Now());
  EXPECT_THAT(LogOf(job), ElementsAre("job QUEUED", "types QUEUED"));
  EXPECT_GT(listener_.queue_changes, 0);
}

TEST_F(JobManagerTest, MakesOneJobOfARepeatedRequest) {
  const auto first = jobs_->Create(Request("r1", "body"));
  const auto second = jobs_->Create(Request("r1", "body"));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(jobs_->FindCreated("r1", "body").value(), *first);
  EXPECT_EQ(jobs_->FindCreated("r2", "body").value(), std::nullopt);
}

TEST_F(JobManagerTest, RefusesARequestIdWithAnotherBody) {
  ASSERT_TRUE(jobs_->Create(Request("r1", "body")).ok());
  const auto other = jobs_->Create(Request("r1", "another"));
  EXPECT_EQ(other.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(FaultOf(other.status())->reason, "REQUEST_ID_REUSED");
  EXPECT_FALSE(jobs_->FindCreated("r1", "another").ok());
}

TEST_F(JobManagerTest, MakesAJobOfEachRequestWithoutAnId) {
  EXPECT_NE(*jobs_->Create(Request("", "body")),
            *jobs_->Create(Request("", "body")));
}

TEST_F(JobManagerTest, RunsAPipelineToItsEnd) {
  const JobId job = Submit();
  Run(job, 0, "types");
  EXPECT_EQ(States(job), "SUCCEEDED QUEUED WAITING");
  EXPECT_EQ(JobOf(job).state, JobState::kRunning);
  Run(job, 1, "coordinates");
  Run(job, 2, "distances");
  EXPECT_EQ(States(job), "SUCCEEDED SUCCEEDED SUCCEEDED");
  EXPECT_EQ(JobOf(job).state, JobState::kSucceeded);
  const auto log = LogOf(job);
  EXPECT_THAT(std::vector<std::string>(log.begin(), log.begin() + 8),
              ElementsAre("job QUEUED", "types QUEUED", "job RUNNING",
                          "types LAUNCHING", "types RUNNING",
                          "types progress publish outputs",
                          "types artifact neuro.h5", "types SUCCEEDED"));
  EXPECT_EQ(log[log.size() - 2], "job SUCCEEDED");
  EXPECT_EQ(log.back(), "end SUCCEEDED");
}

TEST_F(JobManagerTest, KeepsOutputsAndReportOfASuccess) {
  const JobId job = Submit();
  Run(job, 0, "hello");
  const Task task = TaskOf(job, 0);
  ASSERT_THAT(task.outputs, SizeIs(1));
  EXPECT_EQ(task.outputs[0].name, "neuro.h5");
  // printf hello | sha256sum
  EXPECT_EQ(task.outputs[0].digest,
            "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e"
            "1b161e5c1fa7425e73043362938b9824");
  EXPECT_EQ(task.outputs[0].size, 5);
  EXPECT_EQ(task.report_json, R"({"cells":[5]})");
  EXPECT_EQ(task.attempts, 1);
}

TEST_F(JobManagerTest, TellsWhichGroupRunsATask) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportStarted(attempt).ok());
  const auto events = log_->Read(job, 0, 100).value();
  const auto& running = events.back().task_state();
  EXPECT_EQ(running.group(), GroupOn(attempt).text());
  EXPECT_EQ(running.group_pid(), 4711);
  EXPECT_EQ(events.back().attempt(), 1);
}

TEST_F(JobManagerTest, DoesNotAssignATwiceWantedTaskOrABusyGroup) {
  const JobId first = Submit(CachePolicy::kBypass);
  const JobId second = Submit(CachePolicy::kBypass);
  const GroupId group = GroupOn(Start(first, 0));
  EXPECT_EQ(jobs_->Assign({second, 0}, group).value(), std::nullopt);
  EXPECT_EQ(jobs_->Assign({first, 0}, group).value(), std::nullopt);
  EXPECT_EQ(TaskOf(first, 0).attempts, 1);
}

TEST_F(JobManagerTest, TakesEachEventOnce) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  std::vector<v1::WorkerEvent> events(2);
  events[0].set_number(1);
  events[0].set_assignment_id(attempt.text());
  events[0].mutable_started();
  events[1].set_number(2);
  events[1].set_assignment_id(attempt.text());
  events[1].mutable_log()->set_text("hello");
  EXPECT_EQ(jobs_->Take(GroupOn(attempt), events).value(), 2);
  EXPECT_EQ(jobs_->Take(GroupOn(attempt), events).value(), 2);
  const auto log = LogOf(job);
  EXPECT_EQ(std::count(log.begin(), log.end(), "types log hello"), 1);
}

TEST_F(JobManagerTest, RefusesEventsWithAGap) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  v1::WorkerEvent event;
  event.set_number(2);
  event.set_assignment_id(attempt.text());
  event.mutable_started();
  EXPECT_EQ(jobs_->Take(GroupOn(attempt), {event}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(TaskOf(job, 0).state, TaskState::kLaunching);
}

TEST_F(JobManagerTest, IgnoresWhatAGroupSaysOfOthersWork) {
  const JobId mine = Submit(CachePolicy::kBypass);
  const JobId other = Submit(CachePolicy::kBypass);
  const AttemptId attempt = Start(mine, 0);
  const AttemptId victim = Start(other, 0);
  v1::WorkerEvent event;
  event.set_number(1);
  event.set_assignment_id(victim.text());
  event.mutable_finished()->set_outcome(v1::Finished::OUTCOME_SUCCEEDED);
  EXPECT_EQ(jobs_->Take(GroupOn(attempt), {event}).value(), 1);
  EXPECT_EQ(TaskOf(other, 0).state, TaskState::kLaunching);
}

TEST_F(JobManagerTest, SuccessIsDurableBeforeItIsPublished) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "x"}}).ok());
  EXPECT_EQ(AttemptOf(attempt).state, AttemptState::kReported);
  EXPECT_EQ(TaskOf(job, 0).state, TaskState::kRunning);
  EXPECT_THAT(listener_.reported, ElementsAre(attempt));
  // The group is free for the next task meanwhile.
  const JobId next = Submit(CachePolicy::kBypass);
  EXPECT_TRUE(jobs_->Assign({next, 0}, GroupOn(attempt)).value().has_value());
}

TEST_F(JobManagerTest, FailureKeepsTheFirstErrorAndCancelsTheRest) {
  const JobId job = Submit();
  Run(job, 0, "types");
  const AttemptId attempt = Start(job, 1);
  ASSERT_TRUE(ReportStarted(attempt).ok());
  ASSERT_TRUE(ReportFailed(attempt, "no room for 3 cells").ok());
  EXPECT_EQ(States(job), "SUCCEEDED FAILED CANCELLED");
  EXPECT_EQ(JobOf(job).state, JobState::kFailed);
  EXPECT_EQ(JobOf(job).error->what, "no room for 3 cells");
  EXPECT_EQ(JobOf(job).error->step, "network");
  EXPECT_EQ(TaskOf(job, 1).error->what, "no room for 3 cells");
  EXPECT_EQ(LogOf(job).back(), "end FAILED");
}

TEST_F(JobManagerTest, AFailureOnAFullDiskSaysSo) {
  const auto full = ArtifactStore::Open(
      {.root = directory_ / "full",
       .low_water_bytes = std::numeric_limits<std::int64_t>::max()});
  ASSERT_TRUE(full.ok()) << full.status();
  ResultCache results(**full);
  jobs_ = std::make_unique<JobManager>(*store_, results, plans_, *log_, clock_);
  const JobId job = Submit();
  ASSERT_TRUE(ReportFailed(Start(job, 0), "cannot write").ok());
  EXPECT_EQ(TaskOf(job, 0).error->what, "cannot write");
  EXPECT_THAT(TaskOf(job, 0).error->remedy,
              HasSubstr("The server's disk is full"));
}

TEST_F(JobManagerTest, AFailureStopsWhatRunsBesideIt) {
  pipeline::PipelineSpec spec = CorePipeline();
  spec.steps.push_back(spec.steps[1]);
  spec.steps.back().name = "other";
  spec.steps.back().seed = 7;
  spec.steps[2].uses = {"types", "network"};
  const JobId job = Submit(CachePolicy::kUse, spec);
  Run(job, 0, "types");
  const AttemptId first = Start(job, 1);
  const AttemptId second = Start(job, 3);
  ASSERT_TRUE(ReportStarted(first).ok());
  ASSERT_TRUE(ReportStarted(second).ok());
  ASSERT_TRUE(ReportFailed(first, "boom").ok());
  EXPECT_EQ(JobOf(job).state, JobState::kRunning) << "one is still at work";
  EXPECT_EQ(AttemptOf(second).cancel_asked, clock_.Now());
  ASSERT_TRUE(ReportCancelled(second).ok());
  EXPECT_EQ(States(job), "SUCCEEDED FAILED CANCELLED CANCELLED");
  EXPECT_EQ(JobOf(job).state, JobState::kFailed);
}

TEST_F(JobManagerTest, CancelEndsAQueuedJobAtOnce) {
  const JobId job = Submit();
  ASSERT_TRUE(jobs_->Cancel(job, "typo").ok());
  EXPECT_EQ(States(job), "CANCELLED CANCELLED CANCELLED");
  EXPECT_EQ(JobOf(job).state, JobState::kCancelled);
  EXPECT_EQ(LogOf(job).back(), "end CANCELLED");
}

TEST_F(JobManagerTest, CancelAsksARunningTaskAndWaitsForIt) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportStarted(attempt).ok());
  ASSERT_TRUE(jobs_->Cancel(job, "").ok());
  EXPECT_EQ(States(job), "RUNNING CANCELLED CANCELLED");
  EXPECT_EQ(AttemptOf(attempt).cancel_asked, clock_.Now());
  EXPECT_THAT(listener_.groups, Contains(GroupOn(attempt)));
  ASSERT_TRUE(ReportCancelled(attempt).ok());
  EXPECT_EQ(JobOf(job).state, JobState::kCancelled);
  EXPECT_EQ(AttemptOf(attempt).outcome, AttemptOutcome::kCancelled);
}

TEST_F(JobManagerTest, CancelTakesAnAssignmentBackThatWasNotBegun) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(jobs_->Cancel(job, "").ok());
  EXPECT_EQ(JobOf(job).state, JobState::kCancelled);
  EXPECT_EQ(AttemptOf(attempt).state, AttemptState::kEnded);
  EXPECT_EQ(GroupOf(GroupOn(attempt)).state, GroupState::kReady);
}

TEST_F(JobManagerTest, ASuccessThatCrossesTheCancelStands) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "x"}}).ok());
  ASSERT_TRUE(jobs_->Cancel(job, "").ok());
  EXPECT_EQ(States(job), "RUNNING CANCELLED CANCELLED");
  ASSERT_TRUE(
      jobs_->RecordPublished(attempt, {"neuro.h5", "sha256:1", 1}).ok());
  ASSERT_TRUE(jobs_->Publish(attempt).ok());
  EXPECT_EQ(States(job), "SUCCEEDED CANCELLED CANCELLED");
  EXPECT_EQ(JobOf(job).state, JobState::kCancelled);
}

TEST_F(JobManagerTest, CancelLeavesAnEndedJobAlone) {
  const JobId job = Submit();
  ASSERT_TRUE(jobs_->Cancel(job, "").ok());
  const auto before = LogOf(job);
  ASSERT_TRUE(jobs_->Cancel(job, "again").ok());
  EXPECT_EQ(LogOf(job), before);
  EXPECT_EQ(JobOf(job).cancel_reason, "");
}

TEST_F(JobManagerTest, CancelOfAnUnknownJobIsNotFound) {
  absl::BitGen random;
  EXPECT_EQ(jobs_->Cancel(JobId::New(random), "").code(),
            absl::StatusCode::kNotFound);
}

TEST_F(JobManagerTest, ALostGroupMakesANewAttempt) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportStarted(attempt).ok());
  ASSERT_TRUE(jobs_->EndGroup(GroupOn(attempt), {.reason = "signal 9"}).ok());
  EXPECT_EQ(States(job), "QUEUED WAITING WAITING");
  EXPECT_EQ(AttemptOf(attempt).outcome, AttemptOutcome::kLost);
  EXPECT_THAT(listener_.ended, ElementsAre(GroupOn(attempt)));
  const auto events = log_->Read(job, 0, 100).value();
  EXPECT_EQ(events.back().task_state().reason(), "group lost: signal 9");
  EXPECT_EQ(Start(job, 0).number, 2);
}

TEST_F(JobManagerTest, TheThirdLostGroupFailsTheTask) {
  const JobId job = Submit();
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(TaskOf(job, 0).state, TaskState::kQueued);
    const AttemptId attempt = Start(job, 0);
    ASSERT_TRUE(jobs_
                    ->EndGroup(GroupOn(attempt),
                               {.reason = "signal 11", .output = "segfault"})
                    .ok());
  }
  EXPECT_EQ(JobOf(job).state, JobState::kFailed);
  const Fault error = *TaskOf(job, 0).error;
  EXPECT_EQ(error.reason, "WORKER_LOST");
  EXPECT_THAT(error.what, AllOf(HasSubstr("3 times"), HasSubstr("signal 11")));
  EXPECT_EQ(error.output, "segfault");
}

TEST_F(JobManagerTest, APassedLimitFailsTheTaskAtOnce) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  GroupEnd end{.reason = "it used too much memory"};
  end.fault = Fault{.reason = "MEMORY_LIMIT", .what = end.reason};
  ASSERT_TRUE(jobs_->EndGroup(GroupOn(attempt), end).ok());
  EXPECT_EQ(TaskOf(job, 0).attempts, 1);
  EXPECT_EQ(TaskOf(job, 0).error->reason, "MEMORY_LIMIT");
  EXPECT_EQ(JobOf(job).state, JobState::kFailed);
}

TEST_F(JobManagerTest, AGroupKilledForACancelCancelsItsTask) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportStarted(attempt).ok());
  ASSERT_TRUE(jobs_->Cancel(job, "").ok());
  ASSERT_TRUE(jobs_->EndGroup(GroupOn(attempt), {.reason = "killed"}).ok());
  EXPECT_EQ(JobOf(job).state, JobState::kCancelled);
}

TEST_F(JobManagerTest, AWorkerThatGivesUpUnaskedIsTriedAgain) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportStarted(attempt).ok());
  ASSERT_TRUE(ReportCancelled(attempt).ok());
  EXPECT_EQ(States(job), "QUEUED WAITING WAITING");
}

TEST_F(JobManagerTest, AnEndedGroupDoesNotUndoAReportedSuccess) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "x"}}).ok());
  ASSERT_TRUE(jobs_->EndGroup(GroupOn(attempt), {.reason = "exit"}).ok());
  EXPECT_EQ(TaskOf(job, 0).state, TaskState::kRunning);
  EXPECT_EQ(AttemptOf(attempt).state, AttemptState::kReported);
}

TEST_F(JobManagerTest, DismissesOnlyIdleGroups) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(jobs_->Dismiss(GroupOn(attempt), "idle").ok());
  EXPECT_EQ(GroupOf(GroupOn(attempt)).state, GroupState::kReady);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "x"}}).ok());
  ASSERT_TRUE(jobs_->Dismiss(GroupOn(attempt), "idle").ok());
  EXPECT_EQ(GroupOf(GroupOn(attempt)).state, GroupState::kLeaving);
  EXPECT_EQ(GroupOf(GroupOn(attempt)).leaving_since, clock_.Now());
}

TEST_F(JobManagerTest, ACoreGroupStaysAfterAFailureAModelGroupLeaves) {
  const JobId core = Submit();
  const AttemptId failing = Start(core, 0);
  ASSERT_TRUE(ReportFailed(failing, "x").ok());
  EXPECT_EQ(GroupOf(GroupOn(failing)).state, GroupState::kReady);

  const auto files = UploadModel(*artifacts_);
  const JobId model = Submit(CachePolicy::kBypass, ModelPipeline(), files);
  for (int i = 0; i < 4; ++i) Run(model, i, "content");
  const AttemptId synapses = Start(model, 4);
  EXPECT_EQ(GroupOf(GroupOn(synapses)).group_class, GroupClass::kModel);
  ASSERT_TRUE(ReportFailed(synapses, "x").ok());
  EXPECT_EQ(GroupOf(GroupOn(synapses)).state, GroupState::kLeaving);
}

}  // namespace
}  // namespace miv::server
