#include "client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/rpc/status.h"
#include "tests/unit/client/fake_server.h"
#include "tests/unit/client/pipeline_files.h"

namespace miv::client {
namespace {

using ::testing::EndsWith;
using ::testing::SizeIs;

class ClientTest : public ::testing::Test {
 protected:
  FakeServer server_;
  std::unique_ptr<Client> client_ =
      *Client::Connect({.address = server_.address(), .origin = "test"},
                       FakeServer::FastOptions());
  Submission submission_ = *LoadSubmission(WritePipeline("client_test"), {});
};

TEST_F(ClientTest, UploadsFilesAndSubmits) {
  const auto response = client_->Submit(submission_, {});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->job().name(), "small");
  EXPECT_TRUE(server_.artifacts.held.contains(submission_.blobs[0].digest));
  ASSERT_THAT(server_.jobs.submissions, SizeIs(1));
  const auto& request = server_.jobs.submissions[0];
  EXPECT_EQ(request.pipeline().files(0).path(), "swc/PYR.swc");
  EXPECT_EQ(request.cache_policy(), v1::CACHE_POLICY_USE);
  EXPECT_THAT(request.request_id(), SizeIs(32));
}

TEST_F(ClientTest, RepeatsALostSubmissionWithItsRequestId) {
  server_.jobs.lose_answers = 2;
  const auto response = client_->Submit(submission_, {});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(server_.jobs.submissions, SizeIs(3));
  EXPECT_THAT(server_.jobs.jobs, SizeIs(1));
  EXPECT_EQ(response->job().id(), "job-1");
}

TEST_F(ClientTest, GivesEverySubmissionItsOwnRequestId) {
  ASSERT_TRUE(client_->Submit(submission_, {}).ok());
  ASSERT_TRUE(client_->Submit(submission_, {}).ok());
  EXPECT_THAT(server_.jobs.jobs, SizeIs(2));
  ASSERT_TRUE(client_->Submit(submission_, {.request_id = "mine"}).ok());
  ASSERT_TRUE(client_->Submit(submission_, {.request_id = "mine"}).ok());
  EXPECT_THAT(server_.jobs.jobs, SizeIs(3));
}

TEST_F(ClientTest, PlansWithoutAccepting) {
  const auto plan =
      client_->Plan(submission_, {.cache = v1::CACHE_POLICY_REFRESH});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->steps_size(), 4);
  EXPECT_TRUE(server_.jobs.submissions[0].validate_only());
  EXPECT_EQ(server_.jobs.submissions[0].cache_policy(),
            v1::CACHE_POLICY_REFRESH);
  EXPECT_THAT(server_.jobs.jobs, SizeIs(0));
}

TEST_F(ClientTest, PlacesAnErrorOfTheServerAtItsLine) {
  server_.jobs.refuse_submissions =
      ToGrpcStatus(InvalidInput({.reason = "BAD_SWC",
                                 .step = "forest",
                                 .field = "steps.forest.config.morphology",
                                 .what = "the morphology has no soma"}));
  const auto fault = FaultOf(client_->Submit(submission_, {}).status());
  ASSERT_TRUE(fault.has_value());
  EXPECT_THAT(fault->file, EndsWith("pipeline.yaml"));
  EXPECT_EQ(fault->line, 23);
  EXPECT_EQ(fault->what, "the morphology has no soma");
}

TEST_F(ClientTest, ReadsAllPagesUpToTheLimit) {
  for (const char* id : {"a", "b", "c", "d", "e"}) server_.jobs.jobs[id];
  // The fake gives two jobs a page.
  EXPECT_THAT(*client_->ListJobs({.limit = 5}), SizeIs(5));
  EXPECT_THAT(*client_->ListJobs({.limit = 3}), SizeIs(3));
  EXPECT_THAT(*client_->ListJobs({.limit = 50}), SizeIs(5));
}

TEST_F(ClientTest, ReadsAllPagesOfAnEventLog) {
  for (int k = 1; k <= 5; ++k) server_.jobs.log.push_back(LineEvent(k));
  EXPECT_THAT(*client_->ListEvents("j", 0), SizeIs(5));
  const auto rest = client_->ListEvents("j", 3);
  ASSERT_THAT(*rest, SizeIs(2));
  EXPECT_EQ(rest->front().sequence(), 4);
  EXPECT_THAT(*client_->ListEvents("j", 5), SizeIs(0));
}

TEST_F(ClientTest, PushesAndPullsArtifacts) {
  const std::string directory = JoinPath(::testing::TempDir(), "client_push");
  ASSERT_TRUE(RemoveTree(directory).ok());
  WriteFile(directory + "/mod/a.mod", "NEURON {}");
  const auto file = client_->PushArtifact(directory + "/mod/a.mod", {});
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(*file, DigestOf("NEURON {}"));
  const auto folder = client_->PushArtifact(directory + "/mod", {});
  ASSERT_TRUE(folder.ok()) << folder.status();
  ASSERT_TRUE(client_->PullArtifact(*file, directory + "/b.mod", {}).ok());
  EXPECT_EQ(*ReadFile(directory + "/b.mod"), "NEURON {}");
  EXPECT_EQ(client_->PushArtifact(directory + "/none", {}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ClientTest, CancelsAndFetches) {
  v1::Job& job = server_.jobs.jobs["j"];
  job.set_id("j");
  auto* output = job.add_tasks()->add_outputs();
  job.mutable_tasks(0)->set_step("run");
  output->set_name("results.h5");
  output->set_digest(server_.artifacts.Put("bytes"));
  output->set_size(5);
  const std::string directory =
      JoinPath(::testing::TempDir(), "client_test_fetch");
  ASSERT_TRUE(RemoveTree(directory).ok());
  ASSERT_TRUE(client_->FetchJob("j", {.directory = directory}).ok());
  EXPECT_EQ(*ReadFile(directory + "/run/results.h5"), "bytes");
  EXPECT_EQ(client_->Cancel("j", "why")->state(), v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(client_->Cancel("nope", "").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace miv::client
