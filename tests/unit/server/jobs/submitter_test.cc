#include "server/jobs/submitter.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class SubmitterTest : public ServerTest {
 protected:
  SubmitterTest()
      : gate_(*store_, *artifacts_, preflight_, clock_,
              directory_ / "preflight", "w"),
        submitter_(*jobs_, *store_, *artifacts_, *results_, gate_,
                   {.default_ranks = 2,
                    .max_ranks = 8,
                    .max_steps = 5,
                    .max_live_jobs = 2}) {
    preflight_.AnswerNext(nlohmann::json{{"ok", true}});
  }

  Submission Core() {
    Submission submission;
    submission.pipeline = CorePipeline();
    return submission;
  }

  Submission Model() {
    Submission submission;
    submission.pipeline = ModelPipeline();
    submission.files = UploadModel(*artifacts_);
    return submission;
  }

  int JobCount() {
    int count = 0;
    EXPECT_TRUE(store_
                    ->Read([&](ReadTransaction& t) {
                      count = static_cast<int>(t.ListJobs({})->size());
                      return absl::OkStatus();
                    })
                    .ok());
    return count;
  }

  // Expects a refusal that leaves no job.
  Fault Refused(const Submission& submission, absl::StatusCode code) {
    const int before = JobCount();
    const auto submitted = submitter_.Submit(submission);
    EXPECT_EQ(submitted.status().code(), code) << submitted.status();
    EXPECT_EQ(JobCount(), before);
    return FaultOf(submitted.status()).value_or(Fault());
  }

  PreflightGate gate_;
  Submitter submitter_;
};

TEST_F(SubmitterTest, AcceptsAndForecasts) {
  const auto submitted = submitter_.Submit(Core());
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  ASSERT_TRUE(submitted->job.has_value());
  EXPECT_THAT(submitted->plan, SizeIs(3));
  EXPECT_EQ(submitted->plan[0].reason, "first time");
  EXPECT_EQ(TaskOf(*submitted->job, 0).ranks, 2);
}

TEST_F(SubmitterTest, OnlyForecastsIfAsked) {
  Submission submission = Core();
  submission.validate_only = true;
  const auto submitted = submitter_.Submit(submission);
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_FALSE(submitted->job.has_value());
  EXPECT_THAT(submitted->plan, SizeIs(3));
  EXPECT_EQ(JobCount(), 0);
}

TEST_F(SubmitterTest, AnswersARepeatedRequestWithItsJob) {
  Submission submission = Core();
  submission.request_id = "r1";
  const auto first = submitter_.Submit(submission);
  const auto second = submitter_.Submit(submission);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->job, second->job);
  EXPECT_THAT(second->plan, IsEmpty());
}

TEST_F(SubmitterTest, RefusesARequestIdForAnotherPipeline) {
  Submission submission = Core();
  submission.request_id = "r1";
  ASSERT_TRUE(submitter_.Submit(submission).ok());
  submission.pipeline.seed = 9;
  EXPECT_EQ(Refused(submission, absl::StatusCode::kAlreadyExists).reason,
            "REQUEST_ID_REUSED");
}

TEST_F(SubmitterTest, RefusesAPipelineThatDoesNotResolve) {
  Submission submission = Core();
  submission.pipeline.steps[1].config["rotatoin"] = 1;
  const Fault fault = Refused(submission, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(fault.reason, "UNKNOWN_CONFIG_KEY");
  EXPECT_EQ(fault.field, "steps.network.config.rotatoin");
}

TEST_F(SubmitterTest, NamesEveryUploadThatIsMissing) {
  Submission submission = Model();
  ASSERT_TRUE(artifacts_->Remove(submission.files[0].digest).ok());
  submission.files.erase(submission.files.begin() + 1);
  const Fault fault =
      Refused(submission, absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(fault.reason, "UPLOADS_MISSING");
  EXPECT_THAT(fault.found, AllOf(HasSubstr("morphology/PYR.swc"),
                                 HasSubstr(submission.files[0].digest),
                                 HasSubstr("./templates")));
  EXPECT_THAT(preflight_.requests(), IsEmpty());
}

TEST_F(SubmitterTest, RefusesAFileWhereADirectoryIsMeant) {
  Submission submission = Model();
  submission.files[1].digest = submission.files[0].digest;
  const Fault fault = Refused(submission, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(fault.reason, "BAD_UPLOADED_FILE");
  EXPECT_EQ(fault.expected, "a directory");
}

TEST_F(SubmitterTest, RefusesATextThatIsNoDigest) {
  Submission submission = Model();
  submission.files[0].digest = "sha256:../../etc/passwd";
  EXPECT_EQ(Refused(submission, absl::StatusCode::kInvalidArgument).reason,
            "BAD_UPLOADED_FILE");
}

TEST_F(SubmitterTest, RefusesAModelThatFailsItsCheck) {
  FakePreflightRunner runner;
  runner.AnswerNext(nlohmann::json{
      {"ok", false},
      {"fault", {{"reason", "TEMPLATE_ERROR"}, {"what", "no such cell"}}}});
  PreflightGate gate(*store_, *artifacts_, runner, clock_,
                     directory_ / "preflight", "w");
  Submitter submitter(*jobs_, *store_, *artifacts_, *results_, gate, {});
  const auto submitted = submitter.Submit(Model());
  EXPECT_EQ(submitted.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FaultOf(submitted.status())->reason, "TEMPLATE_ERROR");
  EXPECT_EQ(JobCount(), 0);
}

TEST_F(SubmitterTest, ResolvesWithoutFilesOrAJob) {
  const auto resolved = submitter_.Resolve(Model().pipeline);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_FALSE(pipeline::FilesOf(*resolved).empty());
  EXPECT_EQ(JobCount(), 0);
}

TEST_F(SubmitterTest, KeepsItsLimits) {
  Submission submission = Core();
  submission.pipeline.steps[0].ranks = 9;
  EXPECT_EQ(Refused(submission, absl::StatusCode::kInvalidArgument).field,
            "steps.types.ranks");

  submission = Core();
  submission.request_id = std::string(129, 'x');
  EXPECT_EQ(Refused(submission, absl::StatusCode::kInvalidArgument).field,
            "request_id");

  submission = Core();
  while (submission.pipeline.steps.size() < 6) {
    auto another = submission.pipeline.steps[0];
    another.name = absl::StrCat("types", submission.pipeline.steps.size());
    submission.pipeline.steps.push_back(another);
  }
  EXPECT_EQ(Refused(submission, absl::StatusCode::kInvalidArgument).reason,
            "TOO_MANY_STEPS");
  EXPECT_EQ(FaultOf(submitter_.Resolve(submission.pipeline).status())->reason,
            "TOO_MANY_STEPS");

  ASSERT_TRUE(submitter_.Submit(Core()).ok());
  ASSERT_TRUE(submitter_.Submit(Core()).ok());
  const Fault fault = Refused(Core(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(fault.reason, "TOO_MANY_JOBS");
  EXPECT_THAT(fault.remedy, HasSubstr("again"));
}

}  // namespace
}  // namespace miv::server
