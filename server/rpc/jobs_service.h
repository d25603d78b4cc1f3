#pragma once

// miv.v1.Jobs over the engine: transport only.

#include <atomic>

#include "miv/v1/jobs.grpc.pb.h"
#include "server/jobs/engine.h"

namespace miv::server {

class JobsService final : public v1::Jobs::Service {
 public:
  /// max_watchers: WatchJob calls open at a time; more are answered with
  /// RESOURCE_EXHAUSTED.
  JobsService(Engine& engine, Store& store, int max_watchers)
      : engine_(engine), store_(store), max_watchers_(max_watchers) {}

  grpc::Status ResolvePipeline(grpc::ServerContext* context,
                               const v1::ResolvePipelineRequest* request,
                               v1::ResolvePipelineResponse* response) override;
  grpc::Status SubmitJob(grpc::ServerContext* context,
                         const v1::SubmitJobRequest* request,
                         v1::SubmitJobResponse* response) override;
  grpc::Status GetJob(grpc::ServerContext* context,
                      const v1::GetJobRequest* request,
                      v1::Job* response) override;
  grpc::Status DescribeJob(grpc::ServerContext* context,
                           const v1::DescribeJobRequest* request,
                           v1::JobDescription* response) override;
  grpc::Status ListJobs(grpc::ServerContext* context,
                        const v1::ListJobsRequest* request,
                        v1::ListJobsResponse* response) override;
  grpc::Status CancelJob(grpc::ServerContext* context,
                         const v1::CancelJobRequest* request,
                         v1::Job* response) override;
  grpc::Status WatchJob(grpc::ServerContext* context,
                        const v1::WatchJobRequest* request,
                        grpc::ServerWriter<v1::Event>* writer) override;
  grpc::Status ListJobEvents(grpc::ServerContext* context,
                             const v1::ListJobEventsRequest* request,
                             v1::ListJobEventsResponse* response) override;

 private:
  absl::Status DoResolve(const v1::ResolvePipelineRequest& request,
                         v1::ResolvePipelineResponse& response);
  absl::Status DoSubmit(const grpc::ServerContext& context,
                        const v1::SubmitJobRequest& request,
                        v1::SubmitJobResponse& response);
  absl::Status DoGet(const std::string& id, v1::Job& response);
  absl::Status DoDescribe(const std::string& id, v1::JobDescription& response);
  absl::Status DoList(const v1::ListJobsRequest& request,
                      v1::ListJobsResponse& response);
  absl::Status DoCancel(const v1::CancelJobRequest& request, v1::Job& response);
  absl::Status DoWatch(grpc::ServerContext& context,
                       const v1::WatchJobRequest& request,
                       grpc::ServerWriter<v1::Event>& writer);
  /// Whether the event of this sequence is the log's End.
  absl::StatusOr<bool> HasSeenEnd(const JobId& id, std::int64_t sequence);
  absl::Status DoListEvents(const v1::ListJobEventsRequest& request,
                            v1::ListJobEventsResponse& response);

  Engine& engine_;
  Store& store_;
  const int max_watchers_;
  std::atomic<int> watchers_{0};
};

}  // namespace miv::server
