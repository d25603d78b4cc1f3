#include "client/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "common/base/fault.h"
#include "tests/unit/client/fake_server.h"

namespace miv::client {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<v1::Job> GetJob(Connection& connection, const std::string& id,
                               std::stop_token stop = {}) {
  v1::GetJobRequest request;
  request.set_job_id(id);
  v1::Job job;
  const auto status =
      connection.Run({.stop = stop}, [&](grpc::ClientContext& context) {
        return connection.jobs().GetJob(&context, request, &job);
      });
  if (!status.ok()) return status;
  return job;
}

TEST(Connection, SendsTheTokenAsBearer) {
  FakeServer server;
  server.jobs.jobs["j"].set_name("demo");
  const auto connection = server.Connect("secret");
  const auto job = GetJob(*connection, "j");
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->name(), "demo");
  EXPECT_EQ(server.jobs.last_authorization, "Bearer secret");
}

TEST(Connection, RepeatsACallThatWasUnavailable) {
  FakeServer server;
  server.jobs.jobs["j"];
  server.jobs.lose_answers = 3;
  EXPECT_TRUE(GetJob(*server.Connect(), "j").ok());
  EXPECT_EQ(server.jobs.lose_answers, 0);
}

TEST(Connection, DoesNotRepeatOtherErrorsAndKeepsTheirFault) {
  FakeServer server;
  const auto job = GetJob(*server.Connect(), "nope");
  EXPECT_EQ(job.status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(FaultOf(job.status()).has_value());
  EXPECT_EQ(FaultOf(job.status())->reason, "UNKNOWN_JOB");
}

TEST(Connection, GivesUpWhenPatienceIsAtAnEnd) {
  FakeServer server;
  server.jobs.lose_answers = 1 << 30;
  const auto job = GetJob(*server.Connect(), "j");
  EXPECT_EQ(job.status().code(), absl::StatusCode::kUnavailable);
}

TEST(Connection, SaysWhichServerCannotBeReachedAndWhatToDo) {
  std::string address;
  {
    FakeServer gone;
    address = gone.address();
  }
  const auto connection = *Connection::Create(
      {.address = address, .origin = "MIV_SERVER"}, FakeServer::FastOptions());
  const auto job = GetJob(*connection, "j");
  EXPECT_EQ(job.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(job.status().message()), HasSubstr(address));
  EXPECT_THAT(std::string(job.status().message()), HasSubstr("MIV_SERVER"));
  EXPECT_THAT(std::string(job.status().message()), HasSubstr("miv up"));
}

TEST(Connection, StopsRetryingWhenAsked) {
  FakeServer server;
  server.jobs.lose_answers = 1 << 30;
  auto options = FakeServer::FastOptions();
  options.first_contact.patience = absl::InfiniteDuration();
  const auto connection = *Connection::Create(
      {.address = server.address(), .origin = "test"}, options);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  const auto job = GetJob(*connection, "j", stop.get_token());
  EXPECT_EQ(job.status().code(), absl::StatusCode::kCancelled);
}

TEST(Connection, ChecksHealth) {
  FakeServer server;
  EXPECT_TRUE(server.Connect()->CheckHealth(absl::Seconds(5)).ok());
}

TEST(Backoff, GrowsToTheLongestWaitWithinPatience) {
  Backoff backoff({.first = absl::Seconds(1),
                   .longest = absl::Seconds(3),
                   .factor = 2,
                   .patience = absl::Seconds(9)});
  // uniform = 1 gives the whole step: 1, 2, 3, 3 = 9 s.
  EXPECT_EQ(backoff.Next(1), absl::Seconds(1));
  EXPECT_EQ(backoff.Next(1), absl::Seconds(2));
  EXPECT_EQ(backoff.Next(1), absl::Seconds(3));
  EXPECT_EQ(backoff.Next(1), absl::Seconds(3));
  EXPECT_EQ(backoff.Next(1), std::nullopt);
  backoff.Reset();
  EXPECT_EQ(backoff.Next(0), absl::Milliseconds(500));
}

}  // namespace
}  // namespace miv::client
