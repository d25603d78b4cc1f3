#pragma once

// The service as a C++ program sees it.
//
//   auto client = Client::Connect(*FindEndpoint(QueryFromEnvironment("", "")));
//   auto submission = LoadSubmission("pipeline.yaml", {});
//   auto job = (*client)->Submit(*submission, {});
//   (*client)->WatchJob(job->job().id(), {}, [](const v1::Event&) {});
//   (*client)->FetchJob(job->job().id(), {.directory = "results"});

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/artifact_files.h"
#include "client/connection.h"
#include "client/fetch.h"
#include "client/submission.h"
#include "client/transfer.h"
#include "client/watch.h"
#include "miv/v1/jobs.pb.h"

namespace miv::client {

struct SubmitOptions {
  v1::CachePolicy cache = v1::CACHE_POLICY_USE;
  std::string request_id;  ///< empty: a random one
  TransferCallback on_upload;
  std::stop_token stop;
};

struct TransferOptions {
  TransferCallback progress;
  std::stop_token stop;
};

struct JobFilter {
  v1::JobState state = v1::JOB_STATE_UNSPECIFIED;  ///< all
  std::size_t limit = 50;                          ///< newest first
};

/// Thread safe.  Every call is repeated while the server restarts, and none
/// does anything twice.
class Client {
 public:
  /// Does not wait for the server: the first call finds out.
  static absl::StatusOr<std::unique_ptr<Client>> Connect(
      Endpoint endpoint, ConnectionOptions options = {});

  /// Uploads what the server lacks and submits.
  /// Errors: the server's, with FILE:LINE of the field that is wrong.
  absl::StatusOr<v1::SubmitJobResponse> Submit(const Submission& submission,
                                               const SubmitOptions& options);
  /// What a submission would do: checked by the server, but not accepted.
  absl::StatusOr<v1::Plan> Plan(const Submission& submission,
                                const SubmitOptions& options);

  absl::StatusOr<v1::Job> GetJob(const std::string& id);
  /// With the complete configs of its steps, and the digests that they read.
  absl::StatusOr<v1::JobDescription> DescribeJob(const std::string& id);
  /// Without tasks.
  absl::StatusOr<std::vector<v1::Job>> ListJobs(const JobFilter& filter);
  absl::StatusOr<v1::Job> Cancel(const std::string& id,
                                 const std::string& reason);
  /// The events after `after_sequence` that the log holds now.
  absl::StatusOr<std::vector<v1::Event>> ListEvents(
      const std::string& id, std::int64_t after_sequence);
  /// See client/watch.h.
  absl::StatusOr<v1::JobState> WatchJob(
      const std::string& id, const WatchOptions& options,
      const std::function<void(const v1::Event&)>& on_event);
  /// See client/fetch.h.
  absl::StatusOr<std::vector<FetchedFile>> FetchJob(
      const std::string& id, const FetchOptions& options);

  /// Uploads a file or directory, unless the server holds it; its digest,
  /// which a config takes in place of a path.
  /// Errors: as BlobOfFile, BlobsOfDirectory and UploadMissing.
  absl::StatusOr<std::string> PushArtifact(const std::string& path,
                                           const TransferOptions& options);
  /// Makes `path` the artifact; see FetchArtifact (client/artifact_files.h).
  absl::StatusOr<bool> PullArtifact(const std::string& digest,
                                    const std::string& path,
                                    const ArtifactOptions& options);

  Connection& connection() { return *connection_; }

 private:
  explicit Client(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {}
  absl::StatusOr<v1::SubmitJobResponse> Send(const Submission& submission,
                                             const SubmitOptions& options,
                                             bool validate_only);

  const std::unique_ptr<Connection> connection_;
};

/// 128 random bits in hexadecimal.
std::string RandomRequestId();

}  // namespace miv::client
