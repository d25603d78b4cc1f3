#pragma once

// The coordinator's records on the wire.

#include <optional>

#include "absl/status/statusor.h"
#include "miv/v1/jobs.pb.h"
#include "server/jobs/job_view.h"
#include "server/jobs/submitter.h"
#include "server/jobs/worker_desk.h"

namespace miv::server {

/// Without tasks.
v1::Job ToProto(const Job& job);
/// desk: knows the progress of what runs.
v1::Job ToProto(const JobView& view, const WorkerDesk& desk);
v1::Plan ToProto(const Submitted& submitted);
v1::ResolvePipelineResponse ToProto(const pipeline::ResolvedPipeline& pipeline);

/// Its steps.
void FillSteps(const JobContent& content, v1::JobDescription& proto);

/// Errors: InvalidArgument for a config that is no JSON object or an unknown
///   cache policy.
absl::StatusOr<Submission> ToSubmission(const v1::SubmitJobRequest& request);

/// Errors: InvalidArgument for a page size or token that is none.
absl::StatusOr<JobQuery> ToQuery(const v1::ListJobsRequest& request);

/// A page size within [1, 1000], or `fallback` for 0.
/// Errors: InvalidArgument.
absl::StatusOr<int> PageSize(int asked, int fallback);

}  // namespace miv::server
