// Jobs from submission to their end.

#include <gmock/gmock.h>

#include <filesystem>

#include "common/base/fault.h"
#include "common/rpc/status.h"
#include "tests/integration/server/server_test.h"

namespace miv::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Flow : public ServerIntegration {
 protected:
  // Works until it is told to stop.
  static v1::Finished::Outcome WorkForEver(FakeWork& work) {
    while (work.Report(1, 2)) {
    }
    return v1::Finished::OUTCOME_CANCELLED;
  }

  void Cancel(const std::string& id) {
    v1::CancelJobRequest request;
    request.set_job_id(id);
    v1::Job job;
    const grpc::Status status =
        jobs().CancelJob(Context().get(), request, &job);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
};

TEST_F(Flow, RunsAPipelineOnOneGroup) {
  const v1::Job job = Finish(Submit().id());
  EXPECT_EQ(job.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(States(job), "SUCCEEDED SUCCEEDED SUCCEEDED");
  EXPECT_THAT(fleet_.launched(), SizeIs(1));
  EXPECT_EQ(job.tasks(0).outputs(0).name(), "neuro.h5");
  EXPECT_EQ(job.tasks(0).attempts(), 1);
  EXPECT_EQ(job.tasks(0).ranks(), 2);
  EXPECT_EQ(job.tasks(2).group(), job.tasks(0).group());
  EXPECT_GT(job.tasks(0).group_pid(), 0);
  EXPECT_EQ(job.tasks(0).report_json(), R"({"cells":[1]})");
}

TEST_F(Flow, EventsAreDenseAndTellTheWholeStory) {
  const auto events = Watch(Submit().id());
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence(), static_cast<int>(i) + 1);
  }
  int artifacts = 0, progress = 0, moves = 0;
  for (const auto& event : events) {
    artifacts += event.has_artifact();
    progress += event.has_progress();
    moves += event.has_task_state();
  }
  EXPECT_EQ(artifacts, 3);
  EXPECT_GE(progress, 3);
  EXPECT_EQ(moves, 12);  // QUEUED LAUNCHING RUNNING SUCCEEDED, three times
  EXPECT_EQ(events.back().end().state(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(Flow, AnUnchangedPipelineIsAnsweredAtOnce) {
  const v1::Job first = Finish(Submit().id());
  const absl::Time start = absl::Now();
  const v1::Job again = Submit();
  EXPECT_LT(absl::Now() - start, absl::Milliseconds(500));
  EXPECT_EQ(again.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(States(again), "CACHED CACHED CACHED");
  EXPECT_TRUE(again.tasks(0).cached());
  EXPECT_EQ(again.tasks(2).outputs(0).digest(),
            first.tasks(2).outputs(0).digest());
  EXPECT_THAT(fleet_.begun(), SizeIs(3));
}

TEST_F(Flow, ARepeatedRequestReturnsTheSameJob) {
  const v1::Job first = Submit(CoreRequest("r1"));
  const v1::Job second = Submit(CoreRequest("r1"));
  EXPECT_EQ(first.id(), second.id());
  v1::SubmitJobRequest other = CoreRequest("r1");
  other.mutable_pipeline()->set_seed(5);
  v1::SubmitJobResponse response;
  const auto status = FromGrpcStatus(TrySubmit(other, &response));
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(FaultOf(status)->reason, "REQUEST_ID_REUSED");
  Finish(first.id());
  EXPECT_THAT(fleet_.begun(), ElementsAre("types", "network", "distances"));
}

TEST_F(Flow, TwoJobsShareTheirWork) {
  const v1::Job first = Submit();
  const v1::Job second = Submit();
  EXPECT_EQ(Finish(first.id()).state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(Finish(second.id()).state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(fleet_.begun(), SizeIs(3));
}

TEST_F(Flow, ValidateOnlyAnswersWithThePlan) {
  v1::SubmitJobRequest request = CoreRequest();
  request.set_validate_only(true);
  v1::SubmitJobResponse response;
  ASSERT_TRUE(TrySubmit(request, &response).ok());
  EXPECT_FALSE(response.has_job());
  ASSERT_EQ(response.plan().steps_size(), 3);
  EXPECT_EQ(response.plan().steps(0).reason(), "first time");
  Finish(Submit().id());
  ASSERT_TRUE(TrySubmit(request, &response).ok());
  EXPECT_TRUE(response.plan().steps(2).cached());
}

TEST_F(Flow, ARefusedPipelineLeavesNothingBehind) {
  v1::SubmitJobRequest request = CoreRequest();
  request.mutable_pipeline()->mutable_steps(1)->set_kind("network_architectur");
  v1::SubmitJobResponse response;
  const auto status = FromGrpcStatus(TrySubmit(request, &response));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FaultOf(status)->reason, "UNKNOWN_KIND");
  v1::ListJobsResponse jobs_found;
  ASSERT_TRUE(jobs()
                  .ListJobs(Context().get(), v1::ListJobsRequest(), &jobs_found)
                  .ok());
  EXPECT_EQ(jobs_found.jobs_size(), 0);
  EXPECT_THAT(fleet_.launched(), IsEmpty());
}

TEST_F(Flow, AFailureEndsTheJobWithItsError) {
  fleet_.SetBody("network",
                 [](FakeWork&) { return v1::Finished::OUTCOME_FAILED; });
  const v1::Job job = Finish(Submit().id());
  EXPECT_EQ(job.state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(States(job), "SUCCEEDED FAILED CANCELLED");
  EXPECT_EQ(job.error().step(), "network");
  EXPECT_EQ(job.error().message(), "the test wanted it so");
  EXPECT_EQ(job.tasks(1).error().message(), "the test wanted it so");
}

TEST_F(Flow, CancelStopsAWorkerThatListens) {
  fleet_.SetBody("network", WorkForEver);
  const std::string id = Submit().id();
  WaitFor(id, [](const v1::Event& event) {
    return event.step() == "network" && event.has_progress();
  });
  EXPECT_EQ(Get(id).tasks(1).progress().phase(), "work");
  Cancel(id);
  const v1::Job job = Finish(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(States(job), "SUCCEEDED CANCELLED CANCELLED");
  EXPECT_THAT(fleet_.killed(), IsEmpty());
}

TEST_F(Flow, CancelKillsAWorkerThatDoesNotListenWithinASecond) {
  fleet_.SetBody("types", [](FakeWork& work) {
    while (!work.Killed()) work.Report(1, 2);
    return v1::Finished::OUTCOME_CANCELLED;
  });
  const std::string id = Submit().id();
  WaitFor(id, [](const v1::Event& event) {
    return IsMove(event, "types", v1::TASK_STATE_RUNNING);
  });
  const absl::Time start = absl::Now();
  Cancel(id);
  EXPECT_EQ(Finish(id).state(), v1::JOB_STATE_CANCELLED);
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(500));
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  EXPECT_THAT(fleet_.killed(), testing::Not(IsEmpty()));
}

TEST_F(Flow, ALostGroupIsReplaced) {
  fleet_.SetBody("network", [this](FakeWork& work) {
    if (work.assignment().attempt() == 1) {
      fleet_.Vanish(fleet_.launched().back().group.id);
      return v1::Finished::OUTCOME_CANCELLED;
    }
    return WriteOutputs(work);
  });
  const v1::Job job = Finish(Submit().id());
  EXPECT_EQ(job.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(job.tasks(1).attempts(), 2);
  EXPECT_THAT(fleet_.launched(), SizeIs(2));
}

TEST_F(Flow, WorkFoldersAreRemovedOnceTheyAreOfNoUse) {
  const v1::Job job = Finish(Submit().id());
  const std::string folder = data_->groups() + "/" + job.tasks(0).group();
  for (int i = 0; i < 500; ++i) {
    bool empty = true;
    for (const char* name : {"/work", "/inputs"}) {
      empty &= !std::filesystem::exists(folder + name) ||
               std::filesystem::is_empty(folder + name);
    }
    if (empty) return;
    absl::SleepFor(absl::Milliseconds(10));
  }
  ADD_FAILURE() << "folders of ended attempts stay";
}

}  // namespace
}  // namespace miv::server
