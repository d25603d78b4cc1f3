#include "client/client.h"

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "client/upload.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

constexpr int kPageSize = 1000;

absl::StatusOr<std::int64_t> UploadFiles(Connection& connection,
                                         const Submission& submission,
                                         const SubmitOptions& options) {
  return UploadMissing(connection, submission.blobs,
                       {.progress = options.on_upload, .stop = options.stop});
}

}  // namespace

std::string RandomRequestId() {
  absl::BitGen random;
  return absl::StrCat(
      absl::Hex(absl::Uniform<std::uint64_t>(random), absl::kZeroPad16),
      absl::Hex(absl::Uniform<std::uint64_t>(random), absl::kZeroPad16));
}

absl::StatusOr<std::unique_ptr<Client>> Client::Connect(
    Endpoint endpoint, ConnectionOptions options) {
  MIV_ASSIGN_OR_RETURN(auto connection,
                       Connection::Create(std::move(endpoint), options));
  return std::unique_ptr<Client>(new Client(std::move(connection)));
}

absl::StatusOr<v1::SubmitJobResponse> Client::Send(const Submission& submission,
                                                   const SubmitOptions& options,
                                                   bool validate_only) {
  MIV_RETURN_IF_ERROR(UploadFiles(*connection_, submission, options).status());
  v1::SubmitJobRequest request;
  request.set_request_id(options.request_id.empty() ? RandomRequestId()
                                                    : options.request_id);
  *request.mutable_pipeline() = submission.wire;
  request.set_validate_only(validate_only);
  request.set_cache_policy(options.cache);
  v1::SubmitJobResponse response;
  const auto submit = [&] {
    return connection_->Run({.timeout = connection_->options().submit_timeout,
                             .stop = options.stop},
                            [&](grpc::ClientContext& context) {
                              return connection_->jobs().SubmitJob(
                                  &context, request, &response);
                            });
  };
  absl::Status status = submit();
  if (absl::IsFailedPrecondition(status)) {
    // A file may have been collected between the upload and the submission.
    MIV_ASSIGN_OR_RETURN(const std::int64_t sent,
                         UploadFiles(*connection_, submission, options));
    if (sent > 0) status = submit();
  }
  if (status.ok()) return response;
  return config::WithSource(status, submission.sources);
}

absl::StatusOr<v1::SubmitJobResponse> Client::Submit(
    const Submission& submission, const SubmitOptions& options) {
  return Send(submission, options, /*validate_only=*/false);
}

absl::StatusOr<v1::Plan> Client::Plan(const Submission& submission,
                                      const SubmitOptions& options) {
  MIV_ASSIGN_OR_RETURN(auto response,
                       Send(submission, options, /*validate_only=*/true));
  return std::move(*response.mutable_plan());
}

absl::StatusOr<v1::Job> Client::GetJob(const std::string& id) {
  v1::GetJobRequest request;
  request.set_job_id(id);
  v1::Job job;
  MIV_RETURN_IF_ERROR(connection_->Run({}, [&](grpc::ClientContext& context) {
    return connection_->jobs().GetJob(&context, request, &job);
  }));
  return job;
}

absl::StatusOr<v1::JobDescription> Client::DescribeJob(const std::string& id) {
  v1::DescribeJobRequest request;
  request.set_job_id(id);
  v1::JobDescription description;
  MIV_RETURN_IF_ERROR(connection_->Run({}, [&](grpc::ClientContext& context) {
    return connection_->jobs().DescribeJob(&context, request, &description);
  }));
  return description;
}

absl::StatusOr<std::vector<v1::Job>> Client::ListJobs(const JobFilter& filter) {
  std::vector<v1::Job> jobs;
  v1::ListJobsRequest request;
  request.set_state(filter.state);
  while (jobs.size() < filter.limit) {
    request.set_page_size(static_cast<int>(
        std::min<std::size_t>(filter.limit - jobs.size(), kPageSize)));
    v1::ListJobsResponse response;
    MIV_RETURN_IF_ERROR(connection_->Run({}, [&](grpc::ClientContext& context) {
      return connection_->jobs().ListJobs(&context, request, &response);
    }));
    for (auto& job : *response.mutable_jobs()) jobs.push_back(std::move(job));
    if (response.next_page_token().empty()) break;
    request.set_page_token(response.next_page_token());
  }
  return jobs;
}

absl::StatusOr<v1::Job> Client::Cancel(const std::string& id,
                                       const std::string& reason) {
  v1::CancelJobRequest request;
  request.set_job_id(id);
  request.set_reason(reason);
  v1::Job job;
  MIV_RETURN_IF_ERROR(connection_->Run({}, [&](grpc::ClientContext& context) {
    return connection_->jobs().CancelJob(&context, request, &job);
  }));
  return job;
}

absl::StatusOr<std::vector<v1::Event>> Client::ListEvents(
    const std::string& id, std::int64_t after_sequence) {
  std::vector<v1::Event> events;
  v1::ListJobEventsRequest request;
  request.set_job_id(id);
  request.set_after_sequence(after_sequence);
  request.set_page_size(kPageSize);
  while (true) {
    v1::ListJobEventsResponse response;
    MIV_RETURN_IF_ERROR(connection_->Run({}, [&](grpc::ClientContext& context) {
      return connection_->jobs().ListJobEvents(&context, request, &response);
    }));
    if (response.events().empty()) return events;
    for (auto& event : *response.mutable_events())
      events.push_back(std::move(event));
    request.set_after_sequence(events.back().sequence());
    if (events.back().sequence() >= response.last_sequence()) return events;
  }
}

absl::StatusOr<v1::JobState> Client::WatchJob(
    const std::string& id, const WatchOptions& options,
    const std::function<void(const v1::Event&)>& on_event) {
  return Watch(*connection_, id, options, on_event);
}

absl::StatusOr<std::string> Client::PushArtifact(
    const std::string& path, const TransferOptions& options) {
  MIV_ASSIGN_OR_RETURN(const auto blobs, BlobsOfPath(path));
  MIV_RETURN_IF_ERROR(
      UploadMissing(*connection_, blobs,
                    {.progress = options.progress, .stop = options.stop})
          .status());
  return blobs.back().digest;
}

absl::StatusOr<bool> Client::PullArtifact(const std::string& digest,
                                          const std::string& path,
                                          const ArtifactOptions& options) {
  return FetchArtifact(*connection_, digest, path, options);
}

absl::StatusOr<std::vector<FetchedFile>> Client::FetchJob(
    const std::string& id, const FetchOptions& options) {
  MIV_ASSIGN_OR_RETURN(const v1::Job job, GetJob(id));
  return Fetch(*connection_, job, options);
}

}  // namespace miv::client
