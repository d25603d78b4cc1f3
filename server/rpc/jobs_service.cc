#include "server/rpc/jobs_service.h"

#include <memory>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/rpc/pipeline_proto.h"
#include "common/rpc/status.h"
#include "server/jobs/job_view.h"
#include "server/jobs/worker_text.h"
#include "server/rpc/convert.h"

namespace miv::server {
namespace {

constexpr int kWatchPage = 200;
constexpr int kDefaultEvents = 200;
constexpr std::size_t kMaxReason = 500;

// How often a watch that waits looks whether its client is still there.
constexpr absl::Duration kGlance = absl::Seconds(1);

absl::Status TooManyWatchers(int limit) {
  Fault fault;
  fault.reason = "TOO_MANY_WATCHERS";
  fault.what = "too many watches are open on this server";
  fault.expected = absl::StrCat("at most ", limit);
  fault.remedy = "Try again in a minute, or poll ListJobEvents.";
  return MakeStatus(absl::StatusCode::kResourceExhausted, fault);
}

absl::Status Stopping() {
  Fault fault;
  fault.reason = "SERVER_STOPPING";
  fault.what = "the server stops; the job goes on";
  fault.remedy = "Watch again from the last sequence that you have seen.";
  return MakeStatus(absl::StatusCode::kUnavailable, fault);
}

}  // namespace

grpc::Status JobsService::ResolvePipeline(
    grpc::ServerContext*, const v1::ResolvePipelineRequest* request,
    v1::ResolvePipelineResponse* response) {
  return ToGrpcStatus(DoResolve(*request, *response));
}

grpc::Status JobsService::SubmitJob(grpc::ServerContext* context,
                                    const v1::SubmitJobRequest* request,
                                    v1::SubmitJobResponse* response) {
  return ToGrpcStatus(DoSubmit(*context, *request, *response));
}

grpc::Status JobsService::GetJob(grpc::ServerContext*,
                                 const v1::GetJobRequest* request,
                                 v1::Job* response) {
  return ToGrpcStatus(DoGet(request->job_id(), *response));
}

grpc::Status JobsService::DescribeJob(grpc::ServerContext*,
                                      const v1::DescribeJobRequest* request,
                                      v1::JobDescription* response) {
  return ToGrpcStatus(DoDescribe(request->job_id(), *response));
}

grpc::Status JobsService::ListJobs(grpc::ServerContext*,
                                   const v1::ListJobsRequest* request,
                                   v1::ListJobsResponse* response) {
  return ToGrpcStatus(DoList(*request, *response));
}

grpc::Status JobsService::CancelJob(grpc::ServerContext*,
                                    const v1::CancelJobRequest* request,
                                    v1::Job* response) {
  return ToGrpcStatus(DoCancel(*request, *response));
}

grpc::Status JobsService::WatchJob(grpc::ServerContext* context,
                                   const v1::WatchJobRequest* request,
                                   grpc::ServerWriter<v1::Event>* writer) {
  return ToGrpcStatus(DoWatch(*context, *request, *writer));
}

grpc::Status JobsService::ListJobEvents(grpc::ServerContext*,
                                        const v1::ListJobEventsRequest* request,
                                        v1::ListJobEventsResponse* response) {
  return ToGrpcStatus(DoListEvents(*request, *response));
}

absl::Status JobsService::DoResolve(const v1::ResolvePipelineRequest& request,
                                    v1::ResolvePipelineResponse& response) {
  MIV_ASSIGN_OR_RETURN(const auto spec, PipelineFromProto(request.pipeline()));
  MIV_ASSIGN_OR_RETURN(const auto resolved, engine_.submitter().Resolve(spec));
  response = ToProto(resolved);
  return absl::OkStatus();
}

absl::Status JobsService::DoSubmit(const grpc::ServerContext& context,
                                   const v1::SubmitJobRequest& request,
                                   v1::SubmitJobResponse& response) {
  MIV_ASSIGN_OR_RETURN(Submission submission, ToSubmission(request));
  submission.gone = [&context] { return context.IsCancelled(); };
  MIV_ASSIGN_OR_RETURN(const Submitted submitted,
                       engine_.submitter().Submit(submission));
  *response.mutable_plan() = ToProto(submitted);
  if (!submitted.job.has_value()) return absl::OkStatus();
  return DoGet(submitted.job->text(), *response.mutable_job());
}

absl::Status JobsService::DoGet(const std::string& text, v1::Job& response) {
  MIV_ASSIGN_OR_RETURN(const JobId id, ParseJobId(text));
  MIV_ASSIGN_OR_RETURN(const JobView view, ReadJobView(store_, id));
  response = ToProto(view, engine_.desk());
  return absl::OkStatus();
}

absl::Status JobsService::DoDescribe(const std::string& text,
                                     v1::JobDescription& response) {
  MIV_RETURN_IF_ERROR(DoGet(text, *response.mutable_job()));
  MIV_ASSIGN_OR_RETURN(const JobId id, ParseJobId(text));
  MIV_ASSIGN_OR_RETURN(const JobContent content, ReadJobContent(store_, id));
  FillSteps(content, response);
  return absl::OkStatus();
}

absl::Status JobsService::DoList(const v1::ListJobsRequest& request,
                                 v1::ListJobsResponse& response) {
  MIV_ASSIGN_OR_RETURN(const JobQuery query, ToQuery(request));
  std::vector<ListedJob> jobs;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(jobs, t.ListJobs(query));
    return absl::OkStatus();
  }));
  for (const ListedJob& listed : jobs) {
    *response.add_jobs() = ToProto(listed.job);
  }
  if (static_cast<int>(jobs.size()) == query.limit && jobs.back().ordinal > 1) {
    response.set_next_page_token(absl::StrCat(jobs.back().ordinal));
  }
  return absl::OkStatus();
}

absl::Status JobsService::DoCancel(const v1::CancelJobRequest& request,
                                   v1::Job& response) {
  MIV_ASSIGN_OR_RETURN(const JobId id, ParseJobId(request.job_id()));
  MIV_RETURN_IF_ERROR(ReadJobView(store_, id).status());
  MIV_RETURN_IF_ERROR(
      engine_.jobs().Cancel(id, CleanText(request.reason(), kMaxReason)));
  return DoGet(id.text(), response);
}

absl::Status JobsService::DoWatch(grpc::ServerContext& context,
                                  const v1::WatchJobRequest& request,
                                  grpc::ServerWriter<v1::Event>& writer) {
  MIV_ASSIGN_OR_RETURN(const JobId id, ParseJobId(request.job_id()));
  const absl::Cleanup leave = [this] { --watchers_; };
  if (++watchers_ > max_watchers_) return TooManyWatchers(max_watchers_);
  const auto subscription = engine_.log().Subscribe(id);
  std::int64_t after = request.after_sequence();
  MIV_ASSIGN_OR_RETURN(const bool seen, HasSeenEnd(id, after));
  if (seen) return absl::OkStatus();
  while (!context.IsCancelled()) {
    MIV_ASSIGN_OR_RETURN(const auto events,
                         engine_.log().Read(id, after, kWatchPage));
    for (const v1::Event& event : events) {
      if (!writer.Write(event)) return absl::CancelledError("client left");
      if (event.has_end()) return absl::OkStatus();
      after = event.sequence();
    }
    if (events.empty() && engine_.log().closed()) return Stopping();
    if (events.empty()) subscription->WaitPast(after, kGlance);
  }
  return absl::CancelledError("client left");
}

absl::StatusOr<bool> JobsService::HasSeenEnd(const JobId& id,
                                             std::int64_t sequence) {
  if (sequence < 1) return false;
  MIV_ASSIGN_OR_RETURN(const auto events,
                       engine_.log().Read(id, sequence - 1, 1));
  return !events.empty() && events[0].sequence() == sequence &&
         events[0].has_end();
}

absl::Status JobsService::DoListEvents(const v1::ListJobEventsRequest& request,
                                       v1::ListJobEventsResponse& response) {
  MIV_ASSIGN_OR_RETURN(const JobId id, ParseJobId(request.job_id()));
  MIV_ASSIGN_OR_RETURN(const int limit,
                       PageSize(request.page_size(), kDefaultEvents));
  MIV_ASSIGN_OR_RETURN(const auto events,
                       engine_.log().Read(id, request.after_sequence(), limit));
  for (const v1::Event& event : events) *response.add_events() = event;
  MIV_ASSIGN_OR_RETURN(const std::int64_t last, engine_.log().LastSequence(id));
  response.set_last_sequence(last);
  return absl::OkStatus();
}

}  // namespace miv::server
