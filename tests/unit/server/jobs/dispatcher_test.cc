#include "server/jobs/dispatcher.h"

#include <gmock/gmock.h>

#include "common/base/files.h"
#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class DispatcherTest : public ServerTest {
 protected:
  DispatcherTest()
      : desk_(*jobs_, *store_, launcher_, *workspace_, clock_,
              {.long_poll = absl::ZeroDuration()}),
        dispatcher_(DispatcherWith({.worker_path = "/opt/miv-worker",
                                    .socket_directory = "/tmp/s"})) {}

  Dispatcher DispatcherWith(GroupSettings groups) {
    return Dispatcher(
        *jobs_, *store_, plans_, launcher_, desk_, *workspace_, clock_,
        {.slots = 2, .resident_ranks = 4}, std::move(groups),
        [this](const std::string& mechanisms) {
          asked_.push_back(mechanisms);
          return library_;
        },
        [](std::function<void()> work) { work(); });
  }

  absl::Time Dispatch() {
    const auto wake = dispatcher_.RunOnce();
    EXPECT_TRUE(wake.ok()) << wake.status();
    return wake.value_or(absl::InfiniteFuture());
  }

  // What the newest group is told when it calls.
  v1::SynchronizeResponse CallOfNewestGroup() {
    const auto spec = launcher_.launched().back();
    v1::SynchronizeRequest request;
    request.set_token(
        ReadFile(spec.group.directory + "/token").value().substr(0, 64));
    const auto response = desk_.Synchronize(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::SynchronizeResponse());
  }

  std::vector<std::string> asked_;
  absl::StatusOr<std::string> library_ = std::string();
  WorkerDesk desk_;
  Dispatcher dispatcher_;
};

TEST_F(DispatcherTest, LaunchesAGroupAndOffersItTheTask) {
  const JobId job = Submit();
  Dispatch();
  ASSERT_THAT(launcher_.launched(), SizeIs(1));
  const GroupSpec spec = launcher_.launched()[0];
  EXPECT_EQ(spec.ranks, 1);
  EXPECT_TRUE(spec.mpirun);
  EXPECT_FALSE(spec.user_code);
  EXPECT_THAT(
      spec.command,
      testing::ElementsAre("/opt/miv-worker", "--socket", "/tmp/s/workers.sock",
                           "--token-file", spec.group.directory + "/token"));
  EXPECT_EQ(TaskOf(job, 0).state, TaskState::kLaunching);
  const auto response = CallOfNewestGroup();
  EXPECT_EQ(response.desired(), v1::SynchronizeResponse::DESIRED_RUN);
  EXPECT_EQ(response.assignment().kind(), "h5_types");
}

TEST_F(DispatcherTest, ReusesAWarmGroup) {
  const JobId job = Submit();
  Dispatch();
  CallOfNewestGroup();
  const AttemptId first{{job, 0}, 1};
  ASSERT_TRUE(ReportDone(first, {{"neuro.h5", "x"}}).ok());
  const auto published = artifacts_->PublishBytes("x");
  ASSERT_TRUE(
      jobs_->RecordPublished(first, {"neuro.h5", published->digest, 1}).ok());
  ASSERT_TRUE(jobs_->Publish(first).ok());
  Dispatch();
  EXPECT_THAT(launcher_.launched(), SizeIs(1));
  const auto response = CallOfNewestGroup();
  EXPECT_EQ(response.assignment().kind(), "network_architecture");
  ASSERT_EQ(response.assignment().inputs_size(), 1);
  EXPECT_EQ(ReadFile(response.assignment().inputs(0).path()).value(), "x");
}

TEST_F(DispatcherTest, TellsGroupsToLeaveThatWereIdleTooLong) {
  const JobId job = Submit();
  Dispatch();
  CallOfNewestGroup();
  ASSERT_TRUE(ReportFailed({{job, 0}, 1}, "x").ok());
  EXPECT_EQ(Dispatch(), clock_.Now() + absl::Seconds(30));
  clock_.Advance(absl::Seconds(30));
  Dispatch();
  EXPECT_EQ(CallOfNewestGroup().desired(),
            v1::SynchronizeResponse::DESIRED_EXIT);
}

TEST_F(DispatcherTest, ALaunchThatMayWorkLaterMakesANewAttempt) {
  const JobId job = Submit();
  launcher_.FailNextLaunch(absl::UnavailableError("busy"));
  Dispatch();
  EXPECT_EQ(States(job), "QUEUED WAITING WAITING");
  EXPECT_EQ(TaskOf(job, 0).attempts, 1);
  Dispatch();
  EXPECT_EQ(States(job), "LAUNCHING WAITING WAITING");
}

TEST_F(DispatcherTest, ALaunchThatCannotWorkFailsTheTask) {
  const JobId job = Submit();
  launcher_.FailNextLaunch(absl::FailedPreconditionError("no sandbox here"));
  Dispatch();
  EXPECT_EQ(JobOf(job).state, JobState::kFailed);
  EXPECT_EQ(TaskOf(job, 0).error->what, "no sandbox here");
  EXPECT_EQ(TaskOf(job, 0).error->reason, "LAUNCH_REFUSED");
}

TEST_F(DispatcherTest, FailsATaskWhoseInputIsGone) {
  const JobId job = Submit();
  Run(job, 0, "types");
  ASSERT_TRUE(artifacts_->Remove(TaskOf(job, 0).outputs[0].digest).ok());
  Dispatch();
  EXPECT_EQ(JobOf(job).state, JobState::kFailed);
  EXPECT_EQ(TaskOf(job, 1).error->reason, "INPUTS_UNAVAILABLE");
  EXPECT_THAT(TaskOf(job, 1).error->remedy, HasSubstr("Submit"));
}

TEST_F(DispatcherTest, GivesModelGroupsTheCompiledMechanisms) {
  library_ = artifacts_->PublishBytes("library")->digest;
  const auto files = UploadModel(*artifacts_);
  const JobId job = Submit(CachePolicy::kUse, ModelPipeline(), files);
  for (int i = 0; i < 4; ++i) Run(job, i, "content");
  Dispatch();
  EXPECT_TRUE(launcher_.launched().back().user_code);
  EXPECT_THAT(asked_, testing::ElementsAre(files[2].digest));
  bool found = false;
  const auto response = CallOfNewestGroup();
  for (const auto& input : response.assignment().inputs()) {
    found |= input.name() == "mechanism_library";
  }
  EXPECT_TRUE(found);
}

TEST_F(DispatcherTest, RunsTheOwnersModelsWithTheOwnersPrivileges) {
  library_ = artifacts_->PublishBytes("library")->digest;
  const JobId job =
      Submit(CachePolicy::kUse, ModelPipeline(), UploadModel(*artifacts_));
  for (int i = 0; i < 4; ++i) Run(job, i, "content");
  Dispatcher own = DispatcherWith({.worker_path = "/opt/miv-worker",
                                   .socket_directory = "/tmp/s",
                                   .serves_others = false});
  ASSERT_TRUE(own.RunOnce().ok());
  EXPECT_FALSE(launcher_.launched().back().user_code);
}

TEST_F(DispatcherTest, FailsATaskWhoseMechanismsDoNotCompile) {
  library_ = absl::InvalidArgumentError("a.mod: syntax error");
  const JobId job =
      Submit(CachePolicy::kUse, ModelPipeline(), UploadModel(*artifacts_));
  for (int i = 0; i < 4; ++i) Run(job, i, "content");
  Dispatch();
  EXPECT_EQ(TaskOf(job, 4).error->what, "a.mod: syntax error");
}

TEST_F(DispatcherTest, PreparesNothingForAnAttemptThatIsOver) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(jobs_->Cancel(job, "").ok());
  dispatcher_.Prepare(attempt, /*launch=*/true);
  EXPECT_THAT(launcher_.launched(), IsEmpty());
  EXPECT_EQ(GroupOf(GroupOn(attempt)).state, GroupState::kEnded);
}

}  // namespace
}  // namespace miv::server
