#include "tests/unit/client/fake_server.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/rpc/status.h"

namespace miv::client {
namespace {

const grpc::Status kUnavailable(grpc::StatusCode::UNAVAILABLE, "cut");

int TakeFront(std::deque<int>* queue) {
  if (queue->empty()) return 1 << 30;
  const int front = queue->front();
  queue->pop_front();
  return front;
}

}  // namespace

std::string FakeArtifacts::Put(const std::string& bytes, bool directory) {
  const std::string digest = DigestOf(bytes);
  held[digest] = {bytes, directory};
  return digest;
}

grpc::Status FakeArtifacts::FindMissing(grpc::ServerContext*,
                                        const v1::FindMissingRequest* request,
                                        v1::FindMissingResponse* response) {
  for (const auto& digest : request->digests())
    if (!held.contains(digest)) response->add_digests(digest);
  return grpc::Status::OK;
}

grpc::Status FakeArtifacts::Upload(
    grpc::ServerContext*, grpc::ServerReader<v1::UploadRequest>* reader,
    v1::UploadResponse* response) {
  v1::UploadRequest request;
  if (!reader->Read(&request) || !request.has_header())
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "no header");
  const auto header = request.header();
  upload_offsets.push_back(header.offset());
  std::string& bytes = committed[header.digest()];
  bytes.resize(static_cast<std::size_t>(header.offset()));
  const int cut = TakeFront(&cut_uploads_after);
  for (int chunks = 0; chunks < cut && reader->Read(&request); ++chunks) {
    longest_chunk = std::max(longest_chunk, request.chunk().size());
    bytes += request.chunk();
  }
  if (static_cast<std::int64_t>(bytes.size()) < header.size())
    return kUnavailable;
  if (DigestOf(bytes) != header.digest())
    return ToGrpcStatus(absl::DataLossError("digest"));
  response->set_digest(header.digest());
  response->set_size(header.size());
  held[header.digest()] = {bytes, header.directory()};
  committed.erase(header.digest());
  return grpc::Status::OK;
}

grpc::Status FakeArtifacts::Download(
    grpc::ServerContext*, const v1::DownloadRequest* request,
    grpc::ServerWriter<v1::DownloadResponse>* writer) {
  download_offsets.push_back(request->offset());
  const auto found = held.find(request->digest());
  if (found == held.end())
    return ToGrpcStatus(absl::NotFoundError("no such artifact"));
  const std::string& bytes = found->second.bytes;
  auto offset = static_cast<std::size_t>(request->offset());
  if (offset > bytes.size())
    return ToGrpcStatus(absl::OutOfRangeError("past the end"));
  const int cut = TakeFront(&cut_downloads_after);
  constexpr std::size_t kChunk = 1000;
  for (int chunks = 0; offset < bytes.size(); offset += kChunk, ++chunks) {
    if (chunks == cut) return kUnavailable;
    v1::DownloadResponse response;
    response.set_chunk(bytes.substr(offset, kChunk));
    if (corrupt_downloads) response.mutable_chunk()->front() ^= 1;
    writer->Write(response);
  }
  return grpc::Status::OK;
}

grpc::Status FakeArtifacts::Stat(grpc::ServerContext*,
                                 const v1::StatRequest* request,
                                 v1::StatResponse* response) {
  ++stats;
  if (const auto it = held.find(request->digest()); it != held.end()) {
    response->set_present(true);
    response->set_size(static_cast<std::int64_t>(it->second.bytes.size()));
    response->set_directory(it->second.directory);
  }
  if (const auto it = committed.find(request->digest()); it != committed.end())
    response->set_committed(static_cast<std::int64_t>(it->second.size()));
  return grpc::Status::OK;
}

grpc::Status FakeJobs::SubmitJob(grpc::ServerContext*,
                                 const v1::SubmitJobRequest* request,
                                 v1::SubmitJobResponse* response) {
  submissions.push_back(*request);
  if (!refuse_submissions.ok()) return refuse_submissions;
  auto [it, fresh] = by_request.try_emplace(request->request_id());
  if (fresh && !request->validate_only()) {
    v1::Job* job = it->second.mutable_job();
    job->set_id(absl::StrCat("job-", by_request.size()));
    job->set_name(request->pipeline().name());
    job->set_state(v1::JOB_STATE_QUEUED);
    jobs[job->id()] = *job;
  }
  for (const auto& step : request->pipeline().steps())
    if (fresh) it->second.mutable_plan()->add_steps()->set_step(step.name());
  if (lose_answers > 0) {
    --lose_answers;
    return kUnavailable;
  }
  *response = it->second;
  return grpc::Status::OK;
}

grpc::Status FakeJobs::GetJob(grpc::ServerContext* context,
                              const v1::GetJobRequest* request,
                              v1::Job* response) {
  const auto& metadata = context->client_metadata();
  if (const auto it = metadata.find("authorization"); it != metadata.end())
    last_authorization.assign(it->second.data(), it->second.size());
  if (lose_answers > 0) {
    --lose_answers;
    return kUnavailable;
  }
  const auto it = jobs.find(request->job_id());
  if (it == jobs.end())
    return ToGrpcStatus(
        MakeStatus(absl::StatusCode::kNotFound,
                   {.reason = "UNKNOWN_JOB",
                    .what = absl::StrCat("no job ", request->job_id())}));
  *response = it->second;
  return grpc::Status::OK;
}

grpc::Status FakeJobs::ListJobs(grpc::ServerContext*,
                                const v1::ListJobsRequest* request,
                                v1::ListJobsResponse* response) {
  int index = 0, taken = 0;
  const int begin =
      request->page_token().empty() ? 0 : std::stoi(request->page_token());
  const int page = std::min(request->page_size(), 2);
  for (const auto& [id, job] : jobs) {
    if (index++ < begin) continue;
    if (taken == page) {
      response->set_next_page_token(absl::StrCat(begin + taken));
      break;
    }
    *response->add_jobs() = job;
    ++taken;
  }
  return grpc::Status::OK;
}

grpc::Status FakeJobs::CancelJob(grpc::ServerContext* context,
                                 const v1::CancelJobRequest* request,
                                 v1::Job* response) {
  v1::GetJobRequest get;
  get.set_job_id(request->job_id());
  if (const auto it = jobs.find(request->job_id()); it != jobs.end())
    it->second.set_state(v1::JOB_STATE_CANCELLED);
  return GetJob(context, &get, response);
}

grpc::Status FakeJobs::WatchJob(grpc::ServerContext* context,
                                const v1::WatchJobRequest* request,
                                grpc::ServerWriter<v1::Event>* writer) {
  watched_after.push_back(request->after_sequence());
  Cut cut{.after = 1 << 30};
  if (!cuts.empty()) {
    cut = cuts.front();
    cuts.pop_front();
  }
  int sent = 0;
  for (const auto& event : log) {
    if (event.sequence() <= request->after_sequence() - cut.repeat) continue;
    if (sent == cut.after) return cut.status;
    ++sent;
    if (cut.skip != sent) writer->Write(event);
  }
  // Polled because a synchronous server has no other way to learn it.
  while (hold_open && !context->IsCancelled())
    absl::SleepFor(absl::Milliseconds(1));
  return grpc::Status::OK;
}

grpc::Status FakeJobs::ListJobEvents(grpc::ServerContext*,
                                     const v1::ListJobEventsRequest* request,
                                     v1::ListJobEventsResponse* response) {
  if (!log.empty()) response->set_last_sequence(log.back().sequence());
  for (const auto& event : log) {
    if (event.sequence() <= request->after_sequence()) continue;
    if (response->events_size() == 2) break;
    *response->add_events() = event;
  }
  return grpc::Status::OK;
}

FakeServer::FakeServer() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(&artifacts);
  builder.RegisterService(&jobs);
  server_ = builder.BuildAndStart();
}

FakeServer::~FakeServer() {
  server_->Shutdown(std::chrono::system_clock::now());
}

std::string FakeServer::address() const {
  return absl::StrCat("127.0.0.1:", port_);
}

ConnectionOptions FakeServer::FastOptions() {
  const RetryPolicy fast{.first = absl::Milliseconds(1),
                         .longest = absl::Milliseconds(4),
                         .patience = absl::Milliseconds(200)};
  return {.first_contact = fast, .lost_contact = fast};
}

std::unique_ptr<Connection> FakeServer::Connect(const std::string& token) {
  return *Connection::Create(
      {.address = address(), .token = token, .origin = "--server"},
      FastOptions());
}

v1::Event LineEvent(std::int64_t sequence) {
  v1::Event event;
  event.set_sequence(sequence);
  event.mutable_log()->set_text(absl::StrCat("line ", sequence));
  return event;
}

v1::Event EndEvent(std::int64_t sequence, v1::JobState state) {
  v1::Event event;
  event.set_sequence(sequence);
  event.mutable_end()->set_state(state);
  return event;
}

}  // namespace miv::client
