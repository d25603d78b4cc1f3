#pragma once

// From a submission to a job, or to the reasons against it.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/pipeline/pipeline.h"
#include "server/artifacts/artifact_store.h"
#include "server/jobs/forecast.h"
#include "server/jobs/job_manager.h"
#include "server/jobs/preflight_gate.h"

namespace miv::server {

struct Submission {
  std::string request_id;  ///< at most 128 characters; "" = not repeatable
  pipeline::PipelineSpec pipeline;
  std::vector<UploadedFile> files;
  CachePolicy policy = CachePolicy::kUse;
  bool validate_only = false;
  PreflightGate::Gone gone;  ///< whether the client has left
};

struct Submitted {
  std::optional<JobId> job;  ///< absent with validate_only
  /// Empty if the request had made the job before.
  std::vector<StepForecast> plan;
  /// What the checks of the model found odd.
  std::vector<pipeline::Warning> warnings;
};

struct SubmissionLimits {
  int default_ranks = 1;  ///< of a step that does not say
  int max_ranks = 64;
  int max_steps = 1000;
  int max_live_jobs = 1000;
};

/// Thread safe.
class Submitter {
 public:
  Submitter(JobManager& jobs, Store& store, const ArtifactStore& artifacts,
            ResultCache& results, PreflightGate& preflight,
            SubmissionLimits limits)
      : jobs_(jobs),
        store_(store),
        artifacts_(artifacts),
        results_(results),
        preflight_(preflight),
        limits_(limits) {}

  /// Checks and completes the configs of a pipeline; reads no file.
  /// Errors: InvalidArgument, as pipeline::Resolve and TOO_MANY_STEPS.
  absl::StatusOr<pipeline::ResolvedPipeline> Resolve(
      const pipeline::PipelineSpec& pipeline) const;

  /// Checks everything, forecasts, and accepts the job unless validate_only.
  /// Nothing is left behind by a submission that is refused.
  /// Errors: InvalidArgument (pipeline, files, model), FailedPrecondition
  ///   UPLOADS_MISSING (naming what to upload), AlreadyExists
  ///   REQUEST_ID_REUSED, ResourceExhausted (TOO_MANY_JOBS, or too little disk
  ///   space); those of preflight.
  absl::StatusOr<Submitted> Submit(const Submission& submission);

 private:
  absl::Status CheckLimits(const Submission& submission);
  absl::Status CheckSteps(const pipeline::ResolvedPipeline& pipeline) const;
  absl::StatusOr<std::vector<int>> RanksOf(
      const pipeline::ResolvedPipeline& pipeline) const;
  absl::Status CheckUploads(const JobPlan& plan) const;
  absl::Status CheckPrograms(const JobPlan& plan) const;
  absl::StatusOr<ModelFindings> CheckModel(const Submission& submission,
                                           const JobPlan& plan);

  JobManager& jobs_;
  Store& store_;
  const ArtifactStore& artifacts_;
  ResultCache& results_;
  PreflightGate& preflight_;
  const SubmissionLimits limits_;
};

}  // namespace miv::server
