#pragma once

// A whole server over real gRPC and a real database; only the groups are the
// test's own threads.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "miv/v1/artifacts.grpc.pb.h"
#include "miv/v1/jobs.grpc.pb.h"
#include "server/jobs/engine.h"
#include "server/launchers/preflight_runner.h"
#include "server/model/clock.h"
#include "server/rpc/server_host.h"
#include "server/store/data_directory.h"
#include "tests/integration/server/fake_fleet.h"
#include "tests/support/temp_directory.h"

namespace miv::server {

class ServerIntegration : public testing::Test {
 protected:
  ServerIntegration();
  ~ServerIntegration() override;

  /// Ends the server as a crash would leave it: nothing is told to anyone.
  void StopServer();
  /// Starts one on the same data.
  void StartServer();

  std::unique_ptr<grpc::ClientContext> Context() const;
  v1::Jobs::Stub& jobs() { return *jobs_; }
  v1::Artifacts::Stub& artifacts() { return *artifacts_stub_; }

  /// A request for CorePipeline.
  static v1::SubmitJobRequest CoreRequest(const std::string& request_id = "");
  /// Submits and expects to be accepted.
  v1::Job Submit(const v1::SubmitJobRequest& request = CoreRequest());
  grpc::Status TrySubmit(const v1::SubmitJobRequest& request,
                         v1::SubmitJobResponse* response);
  v1::Job Get(const std::string& id);
  /// Every event after `after`, up to the end of the log.
  std::vector<v1::Event> Watch(const std::string& id, std::int64_t after = 0);
  /// Waits for the job's end.
  v1::Job Finish(const std::string& id);
  /// Waits until an event of the job satisfies the condition.
  v1::Event WaitFor(const std::string& id,
                    const std::function<bool(const v1::Event&)>& condition);
  /// "CACHED SUCCEEDED ...": states of the job's tasks.
  static std::string States(const v1::Job& job);

  test::TempDirectory directory_;
  FakeFleet fleet_;
  FakePreflightRunner preflight_;
  SystemClock clock_;
  EngineOptions options_;

  std::unique_ptr<DataDirectory> data_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<ArtifactStore> artifacts_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<ServerHost> host_;

 private:
  std::string address_ = "127.0.0.1:0";
  std::unique_ptr<v1::Jobs::Stub> jobs_;
  std::unique_ptr<v1::Artifacts::Stub> artifacts_stub_;
};

/// Whether the event says that `step` came to `state`.
bool IsMove(const v1::Event& event, const std::string& step,
            v1::TaskState state);

}  // namespace miv::server
