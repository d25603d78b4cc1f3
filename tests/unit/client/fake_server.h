#pragma once

// The Jobs and Artifacts services in memory, behind a real loopback server,
// with faults to order.

#include <grpcpp/server.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "client/connection.h"
#include "miv/v1/artifacts.grpc.pb.h"
#include "miv/v1/jobs.grpc.pb.h"

namespace miv::client {

struct FakeArtifact {
  std::string bytes;
  bool directory = false;
};

class FakeArtifacts final : public v1::Artifacts::Service {
 public:
  grpc::Status FindMissing(grpc::ServerContext*, const v1::FindMissingRequest*,
                           v1::FindMissingResponse*) override;
  grpc::Status Upload(grpc::ServerContext*,
                      grpc::ServerReader<v1::UploadRequest>*,
                      v1::UploadResponse*) override;
  grpc::Status Download(grpc::ServerContext*, const v1::DownloadRequest*,
                        grpc::ServerWriter<v1::DownloadResponse>*) override;
  grpc::Status Stat(grpc::ServerContext*, const v1::StatRequest*,
                    v1::StatResponse*) override;

  /// Adds an artifact; returns its digest.
  std::string Put(const std::string& bytes, bool directory = false);

  // Set before the calls they concern; read after.
  std::map<std::string, FakeArtifact> held;
  std::map<std::string, std::string> committed;
  /// Each entry ends one stream with UNAVAILABLE after so many chunks.
  std::deque<int> cut_uploads_after;
  std::deque<int> cut_downloads_after;
  bool corrupt_downloads = false;
  std::vector<std::int64_t> upload_offsets;    ///< of every header received
  std::vector<std::int64_t> download_offsets;  ///< of every request
  std::size_t longest_chunk = 0;
  int stats = 0;
};

class FakeJobs final : public v1::Jobs::Service {
 public:
  grpc::Status SubmitJob(grpc::ServerContext*, const v1::SubmitJobRequest*,
                         v1::SubmitJobResponse*) override;
  grpc::Status GetJob(grpc::ServerContext*, const v1::GetJobRequest*,
                      v1::Job*) override;
  grpc::Status ListJobs(grpc::ServerContext*, const v1::ListJobsRequest*,
                        v1::ListJobsResponse*) override;
  grpc::Status CancelJob(grpc::ServerContext*, const v1::CancelJobRequest*,
                         v1::Job*) override;
  grpc::Status WatchJob(grpc::ServerContext*, const v1::WatchJobRequest*,
                        grpc::ServerWriter<v1::Event>*) override;
  grpc::Status ListJobEvents(grpc::ServerContext*,
                             const v1::ListJobEventsRequest*,
                             v1::ListJobEventsResponse*) override;

  /// Requests with this many failures left are recorded, then answered with
  /// UNAVAILABLE: the answer is lost on the way.
  int lose_answers = 0;
  grpc::Status refuse_submissions;  ///< when not OK
  std::map<std::string, v1::SubmitJobResponse> by_request;
  std::vector<v1::SubmitJobRequest> submissions;
  std::map<std::string, v1::Job> jobs;
  std::vector<v1::Event> log;
  /// Each entry ends one WatchJob after so many events.
  struct Cut {
    int after = 0;
    grpc::Status status;
    int skip = 0;    ///< leaves out the event after so many (0 = none)
    int repeat = 0;  ///< starts so many events early
  };
  std::deque<Cut> cuts;
  bool hold_open = false;  ///< after the log: wait until the client leaves
  std::vector<std::int64_t> watched_after;
  std::string last_authorization;
};

class FakeServer {
 public:
  FakeServer();
  ~FakeServer();

  FakeArtifacts artifacts;
  FakeJobs jobs;
  std::string address() const;
  /// Retries at once and gives up after a few tries.
  std::unique_ptr<Connection> Connect(const std::string& token = "t0k");
  static ConnectionOptions FastOptions();

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

/// An event with this sequence: a log line "line SEQUENCE".
v1::Event LineEvent(std::int64_t sequence);
v1::Event EndEvent(std::int64_t sequence, v1::JobState state);

}  // namespace miv::client
