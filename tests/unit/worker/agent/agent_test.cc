#include "worker/agent/agent.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/base/files.h"
#include "common/base/platform.h"

namespace miv::worker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Response = v1::SynchronizeResponse;

// A coordinator that follows a script: each call is answered by `answer`.
class FakeCoordinator final : public v1::Workers::Service {
 public:
  using Answer = std::function<grpc::Status(const v1::SynchronizeRequest&,
                                            Response*)>;

  explicit FakeCoordinator(Answer answer) : answer_(std::move(answer)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeCoordinator() override { server_->Shutdown(); }

  std::unique_ptr<ServerLink::Stub> Connect() const {
    return v1::Workers::NewStub(
        grpc::CreateChannel("127.0.0.1:" + std::to_string(port_),
                            grpc::InsecureChannelCredentials()));
  }

  /// Events in the order of their numbers, each once.
  std::map<std::int64_t, v1::WorkerEvent> events() {
    absl::MutexLock lock(&mutex_);
    return events_;
  }

 private:
  grpc::Status Synchronize(grpc::ServerContext*,
                           const v1::SynchronizeRequest* request,
                           Response* response) override {
    absl::MutexLock lock(&mutex_);
    for (const auto& event : request->events())
      events_.emplace(event.number(), event);
    response->set_acknowledged(
        events_.empty() ? 0 : events_.rbegin()->first);
    return answer_(*request, response);
  }

  Answer answer_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  absl::Mutex mutex_;
  std::map<std::int64_t, v1::WorkerEvent> events_ ABSL_GUARDED_BY(mutex_);
};

bool HasFinished(const v1::SynchronizeRequest& request) {
  for (const auto& event : request.events())
    if (event.has_finished()) return true;
  return false;
}

v1::Assignment Work(const std::string& kind) {
  v1::Assignment work;
  work.set_id("a1");
  work.set_step("step");
  work.set_kind(kind);
  work.set_config_json(R"({"n":3})");
  work.set_output_directory(testing::TempDir() + "/agent_test_out");
  EXPECT_TRUE(RemoveTree(work.output_directory()).ok());
  EXPECT_TRUE(MakeDirectories(work.output_directory()).ok());
  return work;
}

// Offers `work` until the group is busy, then waits for Finished, then EXIT.
FakeCoordinator::Answer OfferOnce(const v1::Assignment& work) {
  return [work, done = false](const v1::SynchronizeRequest& request,
                              Response* response) mutable {
    done = done || HasFinished(request);
    if (done) {
      response->set_desired(Response::DESIRED_EXIT);
    } else {
      response->set_desired(Response::DESIRED_RUN);
      *response->mutable_assignment() = work;
    }
    return grpc::Status::OK;
  };
}

LinkOptions Quick() {
  LinkOptions options;
  options.period = std::chrono::milliseconds(5);
  options.retry_pause = std::chrono::milliseconds(5);
  options.contact_limit = std::chrono::milliseconds(50);
  return options;
}

absl::StatusOr<nlohmann::json> WritesOneFile(StepContext& ctx) {
  ctx.observer.Warning("a warning");
  const auto status = WriteFileAtomically(ctx.output_directory + "/out.h5",
                                          ctx.config["n"].dump());
  if (!status.ok()) return status;
  return nlohmann::json{{"cells", {3}}};
}

absl::StatusOr<nlohmann::json> Fails(StepContext&) {
  return absl::InvalidArgumentError("no layer SO");
}

absl::StatusOr<nlohmann::json> WaitsForCancel(StepContext& ctx) {
  while (!ctx.observer.Cancelled()) std::this_thread::yield();
  return StoppedStatus();
}

const StepTable& Steps() {
  static const auto* steps = new StepTable{{"writes", WritesOneFile},
                                           {"fails", Fails},
                                           {"waits", WaitsForCancel}};
  return *steps;
}

absl::Status RunGroup(FakeCoordinator& coordinator, LinkOptions options = Quick()) {
  parallel::SingleRank ranks;
  ServerLink link(coordinator.Connect(), "token", options);
  return RunAssignments(ranks, Steps(), &link);
}

v1::Finished FinishedOf(FakeCoordinator& coordinator) {
  for (const auto& [number, event] : coordinator.events())
    if (event.has_finished()) return event.finished();
  ADD_FAILURE() << "no Finished event";
  return {};
}

TEST(Agent, RunsAnAssignmentAndReportsItsOutputs) {
  FakeCoordinator coordinator(OfferOnce(Work("writes")));
  EXPECT_TRUE(RunGroup(coordinator).ok());
  const auto finished = FinishedOf(coordinator);
  EXPECT_EQ(finished.outcome(), v1::Finished::OUTCOME_SUCCEEDED);
  EXPECT_THAT(finished.outputs(), ElementsAre("out.h5"));
  const auto report = nlohmann::json::parse(finished.report_json());
  EXPECT_EQ(report["cells"], nlohmann::json({3}));
  EXPECT_EQ(report["platform"], NumericPlatform());
}

TEST(Agent, NumbersItsEventsDenselyFromOne) {
  FakeCoordinator coordinator(OfferOnce(Work("writes")));
  EXPECT_TRUE(RunGroup(coordinator).ok());
  std::vector<int> kinds;
  std::int64_t expected = 1;
  for (const auto& [number, event] : coordinator.events()) {
    EXPECT_EQ(number, expected++);
    EXPECT_EQ(event.assignment_id(), "a1");
    kinds.push_back(event.payload_case());
  }
  EXPECT_THAT(kinds, ElementsAre(v1::WorkerEvent::kStarted,
                                 v1::WorkerEvent::kWarning,
                                 v1::WorkerEvent::kFinished));
}

TEST(Agent, ReportsTheErrorOfAFailedStep) {
  FakeCoordinator coordinator(OfferOnce(Work("fails")));
  EXPECT_TRUE(RunGroup(coordinator).ok());
  const auto finished = FinishedOf(coordinator);
  EXPECT_EQ(finished.outcome(), v1::Finished::OUTCOME_FAILED);
  EXPECT_EQ(finished.error().message(), "no layer SO");
  EXPECT_EQ(finished.error().step(), "step");
}

TEST(Agent, RefusesAComponentThatItDoesNotHave) {
  FakeCoordinator coordinator(OfferOnce(Work("unheard")));
  EXPECT_TRUE(RunGroup(coordinator).ok());
  EXPECT_THAT(FinishedOf(coordinator).error().message(), HasSubstr("unheard"));
}

TEST(Agent, StopsAStepWhenTheServerWantsIt) {
  const auto work = Work("waits");
  FakeCoordinator coordinator(
      [work, done = false](const v1::SynchronizeRequest& request,
                           Response* response) mutable {
        done = done || HasFinished(request);
        if (done) {
          response->set_desired(Response::DESIRED_EXIT);
        } else if (request.assignment_id().empty()) {
          response->set_desired(Response::DESIRED_RUN);
          *response->mutable_assignment() = work;
        } else {
          response->set_desired(Response::DESIRED_CANCEL);
        }
        return grpc::Status::OK;
      });
  EXPECT_TRUE(RunGroup(coordinator).ok());
  EXPECT_EQ(FinishedOf(coordinator).outcome(),
            v1::Finished::OUTCOME_CANCELLED);
}

TEST(Agent, RepeatsWhatAnUnreachableServerDidNotAcknowledge) {
  int calls = 0;
  auto offer = OfferOnce(Work("writes"));
  FakeCoordinator coordinator(
      [&](const v1::SynchronizeRequest& request, Response* response) {
        // Every second call is lost on its way back.
        if (++calls % 2 == 0)
          return grpc::Status(grpc::StatusCode::UNAVAILABLE, "cut");
        return offer(request, response);
      });
  EXPECT_TRUE(RunGroup(coordinator).ok());
  EXPECT_EQ(coordinator.events().size(), 3u);
  EXPECT_EQ(FinishedOf(coordinator).outcome(),
            v1::Finished::OUTCOME_SUCCEEDED);
}

TEST(Agent, LeavesAtOnceWhenItsTokenIsRefused) {
  FakeCoordinator coordinator([](const auto&, Response*) {
    return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "unknown token");
  });
  EXPECT_TRUE(absl::IsUnauthenticated(RunGroup(coordinator)));
}

TEST(Agent, LeavesWhenTheServerIsSilentForTooLong) {
  FakeCoordinator coordinator([](const auto&, Response*) {
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone");
  });
  EXPECT_TRUE(absl::IsUnavailable(RunGroup(coordinator)));
}

}  // namespace
}  // namespace miv::worker
