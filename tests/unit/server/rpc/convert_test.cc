#include "server/rpc/convert.h"

#include <gtest/gtest.h>

#include "common/base/fault.h"
#include "server/rpc/server_host.h"
#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

class ConvertTest : public ServerTest {
 protected:
  ConvertTest()
      : desk_(*jobs_, *store_, launcher_, *workspace_, clock_,
              {.long_poll = absl::ZeroDuration()}) {}
  WorkerDesk desk_;
};

TEST_F(ConvertTest, AJobHasTimesStatesAndTasks) {
  const JobId id = Submit();
  clock_.Advance(absl::Milliseconds(1500));
  Run(id, 0, "types");
  const v1::Job job = ToProto(ReadJobView(*store_, id).value(), desk_);
  EXPECT_EQ(job.id(), id.text());
  EXPECT_EQ(job.name(), "core");
  EXPECT_EQ(job.state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(job.created().seconds(), 1'700'000'000);
  EXPECT_EQ(job.started().seconds(), 1'700'000'001);
  EXPECT_EQ(job.started().nanos(), 500'000'000);
  EXPECT_FALSE(job.has_ended());
  ASSERT_EQ(job.tasks_size(), 3);
  EXPECT_EQ(job.tasks(0).state(), v1::TASK_STATE_SUCCEEDED);
  EXPECT_EQ(job.tasks(0).outputs(0).name(), "neuro.h5");
  EXPECT_EQ(job.tasks(0).outputs(0).size(), 5);
  EXPECT_EQ(job.tasks(0).group_pid(), 4711);
  EXPECT_EQ(job.tasks(1).state(), v1::TASK_STATE_QUEUED);
  EXPECT_EQ(job.tasks(1).group(), "");
}

TEST_F(ConvertTest, ATaskKnowsHowLongItTook) {
  const JobId id = Submit();
  const AttemptId attempt = Start(id, 0);
  ASSERT_TRUE(ReportStarted(attempt).ok());
  clock_.Advance(absl::Seconds(3));
  ASSERT_TRUE(ReportFailed(attempt, "boom").ok());
  const v1::Job job = ToProto(ReadJobView(*store_, id).value(), desk_);
  EXPECT_DOUBLE_EQ(job.tasks(0).duration_s(), 3);
  EXPECT_EQ(job.tasks(0).error().message(), "boom");
  EXPECT_EQ(job.error().step(), "types");
}

TEST_F(ConvertTest, ARunningTaskShowsItsProgress) {
  const JobId id = Submit();
  const AttemptId attempt = Start(id, 0);
  desk_.Adopt(attempt);
  v1::SynchronizeRequest request;
  request.set_token("token of " + GroupOn(attempt).text());
  request.set_assignment_id(attempt.text());
  v1::WorkerEvent& event = *request.add_events();
  event.set_number(1);
  event.set_assignment_id(attempt.text());
  event.mutable_progress()->set_phase("cells");
  ASSERT_TRUE(desk_.Synchronize(request).ok());
  const v1::Job job = ToProto(ReadJobView(*store_, id).value(), desk_);
  EXPECT_EQ(job.tasks(0).progress().phase(), "cells");
}

TEST(PlanToProto, GivesTheResultOfACachedStepAndWarnings) {
  StepForecast step{.step = "types", .kind = "h5_types", .cached = true};
  step.outputs.push_back({"neuro.h5", "sha256:1", 5});
  Submitted submitted;
  submitted.plan.push_back(step);
  submitted.warnings.push_back({"types", "steps.types.config.a", "Odd."});
  const v1::Plan plan = ToProto(submitted);
  ASSERT_EQ(plan.steps_size(), 1);
  ASSERT_EQ(plan.steps(0).outputs_size(), 1);
  EXPECT_EQ(plan.steps(0).outputs(0).name(), "neuro.h5");
  EXPECT_EQ(plan.steps(0).outputs(0).digest(), "sha256:1");
  EXPECT_EQ(plan.steps(0).outputs(0).size(), 5);
  ASSERT_EQ(plan.warnings_size(), 1);
  EXPECT_EQ(plan.warnings(0).step(), "types");
  EXPECT_EQ(plan.warnings(0).field(), "steps.types.config.a");
  EXPECT_EQ(plan.warnings(0).text(), "Odd.");
}

TEST(ResolvedToProto, HoldsConfigsFilesAndWarnings) {
  pipeline::ResolvedPipeline resolved;
  resolved.steps.push_back(
      {.name = "forest",
       .kind = "generate_synapse_forest",
       .config = {{"population", "PYR"}},
       .seed = 7,
       .uses = {"types"},
       .inputs = {{.role = "morphology",
                   .path = "PYR.swc",
                   .field = "steps.forest.config.morphology"}},
       .outputs = {"forest.h5"}});
  resolved.warnings.push_back({"forest", "steps.forest.config.mpi", "Odd."});
  const v1::ResolvePipelineResponse proto = ToProto(resolved);
  ASSERT_EQ(proto.steps_size(), 1);
  EXPECT_EQ(proto.steps(0).step(), "forest");
  EXPECT_EQ(proto.steps(0).kind(), "generate_synapse_forest");
  EXPECT_EQ(proto.steps(0).config_json(), R"({"population":"PYR"})");
  EXPECT_EQ(proto.steps(0).seed(), 7);
  EXPECT_EQ(proto.steps(0).uses(0), "types");
  EXPECT_EQ(proto.steps(0).outputs(0), "forest.h5");
  ASSERT_EQ(proto.files_size(), 1);
  EXPECT_EQ(proto.files(0).path(), "PYR.swc");
  EXPECT_EQ(proto.files(0).field(), "steps.forest.config.morphology");
  EXPECT_FALSE(proto.files(0).directory());
  ASSERT_EQ(proto.warnings_size(), 1);
  EXPECT_EQ(proto.warnings(0).text(), "Odd.");
}

TEST(ToSubmission, TakesEveryField) {
  v1::SubmitJobRequest request;
  request.set_request_id("r");
  request.set_validate_only(true);
  request.set_cache_policy(v1::CACHE_POLICY_REFRESH);
  request.mutable_pipeline()->set_name("net");
  auto& step = *request.mutable_pipeline()->add_steps();
  step.set_name("a");
  step.set_config_json(R"({"x": 1})");
  auto& file = *request.mutable_pipeline()->add_files();
  file.set_path("./templates");
  file.set_digest("sha256:1");
  file.set_size(3);
  file.set_directory(true);
  const auto submission = ToSubmission(request);
  ASSERT_TRUE(submission.ok()) << submission.status();
  EXPECT_EQ(submission->request_id, "r");
  EXPECT_TRUE(submission->validate_only);
  EXPECT_EQ(submission->policy, CachePolicy::kRefresh);
  EXPECT_EQ(submission->pipeline.name, "net");
  EXPECT_EQ(submission->pipeline.steps[0].config["x"], 1);
  ASSERT_EQ(submission->files.size(), 1u);
  EXPECT_EQ(submission->files[0],
            (UploadedFile{"./templates", "sha256:1", 3, true}));
}

TEST(ToSubmission, UsesTheCacheUnlessToldOtherwise) {
  v1::SubmitJobRequest request;
  EXPECT_EQ(ToSubmission(request)->policy, CachePolicy::kUse);
  request.set_cache_policy(static_cast<v1::CachePolicy>(77));
  EXPECT_EQ(ToSubmission(request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ToQuery, HasDefaultsAndLimits) {
  v1::ListJobsRequest request;
  EXPECT_EQ(ToQuery(request)->limit, 50);
  request.set_page_size(1000);
  request.set_state(v1::JOB_STATE_FAILED);
  request.set_page_token("17");
  EXPECT_EQ(ToQuery(request)->limit, 1000);
  EXPECT_EQ(ToQuery(request)->state, JobState::kFailed);
  EXPECT_EQ(ToQuery(request)->before_ordinal, 17);
  request.set_page_size(1001);
  EXPECT_EQ(FaultOf(ToQuery(request).status())->field, "page_size");
  request.set_page_size(-1);
  EXPECT_EQ(FaultOf(ToQuery(request).status())->field, "page_size");
  request.set_page_size(0);
  request.set_page_token("-3");
  EXPECT_EQ(FaultOf(ToQuery(request).status())->field, "page_token");
}

TEST(IsLoopback, KnowsThisMachineFromOthers) {
  for (const char* listen :
       {"127.0.0.1:7421", "localhost:0", "[::1]:7421", "127.8.0.1:1"}) {
    EXPECT_TRUE(IsLoopback(listen)) << listen;
  }
  for (const char* listen : {"0.0.0.0:7421", "[::]:7421", "192.168.1.2:1",
                             "myhost:7421", "localhost.evil.com:1"}) {
    EXPECT_FALSE(IsLoopback(listen)) << listen;
  }
}

}  // namespace
}  // namespace miv::server
