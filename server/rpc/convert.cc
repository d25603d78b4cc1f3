#include "server/rpc/convert.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/rpc/pipeline_proto.h"
#include "common/rpc/status.h"
#include "server/jobs/change.h"

namespace miv::server {
namespace {

constexpr int kMaxPage = 1000;
constexpr int kDefaultJobs = 50;

void SetTime(absl::Time time, google::protobuf::Timestamp* proto) {
  const std::int64_t us = absl::ToUnixMicros(time);
  proto->set_seconds(us / 1'000'000);
  proto->set_nanos(static_cast<int>(us % 1'000'000) * 1000);
}

bool IsSet(absl::Time time) { return time != absl::InfinitePast(); }

absl::Status OutOfRange(const std::string& field, const std::string& expected,
                        const std::string& found) {
  Fault fault;
  fault.reason = "OUT_OF_RANGE";
  fault.field = field;
  fault.what = "the value is not allowed";
  fault.expected = expected;
  fault.found = found;
  return InvalidInput(fault);
}

void FillOutputs(const std::vector<Output>& outputs,
                 google::protobuf::RepeatedPtrField<v1::Output>& proto) {
  for (const Output& output : outputs) {
    v1::Output& one = *proto.Add();
    one.set_name(output.name);
    one.set_digest(output.digest);
    one.set_size(output.size);
  }
}

void FillTask(const TaskView& view, const WorkerDesk& desk, v1::Task& proto) {
  const Task& task = view.task;
  proto.set_step(task.step);
  proto.set_kind(task.kind);
  proto.set_state(ToProto(task.state));
  proto.set_cached(task.state == TaskState::kCached);
  proto.set_attempts(task.attempts);
  if (IsSet(task.started) && IsSet(task.ended)) {
    proto.set_duration_s(absl::ToDoubleSeconds(task.ended - task.started));
  }
  FillOutputs(task.outputs, *proto.mutable_outputs());
  if (task.error.has_value())
    *proto.mutable_error() = FaultToProto(*task.error);
  proto.set_ranks(task.ranks);
  proto.set_group(view.group);
  proto.set_group_pid(view.group_pid);
  proto.set_report_json(task.report_json);
  if (task.state == TaskState::kRunning) {
    const auto progress = desk.ProgressOf(task.id);
    if (progress.has_value()) *proto.mutable_progress() = *progress;
  }
  proto.set_cache_key(task.cache_key);
  proto.set_partial(IsFinal(task.state) && !IsGood(task.state) &&
                    !task.outputs.empty());
}

absl::StatusOr<CachePolicy> PolicyOf(v1::CachePolicy policy) {
  switch (policy) {
    case v1::CACHE_POLICY_UNSPECIFIED:
    case v1::CACHE_POLICY_USE:
      return CachePolicy::kUse;
    case v1::CACHE_POLICY_REFRESH:
      return CachePolicy::kRefresh;
    case v1::CACHE_POLICY_BYPASS:
      return CachePolicy::kBypass;
    default:
      return OutOfRange("cache_policy", "USE, REFRESH or BYPASS",
                        absl::StrCat(static_cast<int>(policy)));
  }
}

void FillStep(const pipeline::ResolvedStep& step, v1::ResolvedStep& proto) {
  proto.set_step(step.name);
  proto.set_kind(step.kind);
  proto.set_config_json(step.config.dump());
  proto.set_seed(step.seed);
  for (const std::string& used : step.uses) proto.add_uses(used);
  for (const std::string& output : step.outputs) proto.add_outputs(output);
}

v1::ConfigWarning WarningToProto(const pipeline::Warning& warning) {
  v1::ConfigWarning proto;
  proto.set_step(warning.step);
  proto.set_field(warning.field);
  proto.set_text(warning.text);
  return proto;
}

}  // namespace

v1::Job ToProto(const Job& job) {
  v1::Job proto;
  proto.set_id(job.id.text());
  proto.set_name(job.name);
  proto.set_state(ToProto(job.state));
  SetTime(job.created, proto.mutable_created());
  if (IsSet(job.started)) SetTime(job.started, proto.mutable_started());
  if (IsSet(job.ended)) SetTime(job.ended, proto.mutable_ended());
  if (job.error.has_value()) *proto.mutable_error() = FaultToProto(*job.error);
  return proto;
}

v1::Job ToProto(const JobView& view, const WorkerDesk& desk) {
  v1::Job proto = ToProto(view.job);
  for (const TaskView& task : view.tasks) {
    FillTask(task, desk, *proto.add_tasks());
  }
  return proto;
}

v1::Plan ToProto(const Submitted& submitted) {
  v1::Plan proto;
  for (const pipeline::Warning& warning : submitted.warnings) {
    *proto.add_warnings() = WarningToProto(warning);
  }
  for (const StepForecast& step : submitted.plan) {
    v1::PlannedStep& one = *proto.add_steps();
    one.set_step(step.step);
    one.set_kind(step.kind);
    one.set_cached(step.cached);
    one.set_reason(step.reason);
    one.set_ranks(step.ranks);
    one.set_estimated_s(step.estimated_s);
    one.set_estimated_bytes(step.estimated_bytes);
    one.set_estimated_memory_bytes(step.estimated_memory_bytes);
    one.set_estimate_basis(step.estimate_basis);
    FillOutputs(step.outputs, *one.mutable_outputs());
  }
  return proto;
}

v1::ResolvePipelineResponse ToProto(
    const pipeline::ResolvedPipeline& pipeline) {
  v1::ResolvePipelineResponse proto;
  for (const pipeline::ResolvedStep& step : pipeline.steps)
    FillStep(step, *proto.add_steps());
  for (const pipeline::FileReference& file : pipeline::FilesOf(pipeline)) {
    v1::NeededFile& one = *proto.add_files();
    one.set_path(file.path);
    one.set_field(file.field);
    one.set_directory(file.directory);
  }
  for (const pipeline::Warning& warning : pipeline.warnings) {
    *proto.add_warnings() = WarningToProto(warning);
  }
  return proto;
}

void FillSteps(const JobContent& content, v1::JobDescription& proto) {
  for (std::size_t k = 0; k < content.plan.pipeline.steps.size(); ++k) {
    v1::DescribedStep& one = *proto.add_steps();
    FillStep(content.plan.pipeline.steps[k], *one.mutable_step());
    one.mutable_inputs()->insert(content.inputs[k].begin(),
                                 content.inputs[k].end());
  }
}

absl::StatusOr<Submission> ToSubmission(const v1::SubmitJobRequest& request) {
  Submission submission;
  submission.request_id = request.request_id();
  submission.validate_only = request.validate_only();
  MIV_ASSIGN_OR_RETURN(submission.policy, PolicyOf(request.cache_policy()));
  MIV_ASSIGN_OR_RETURN(submission.pipeline,
                       PipelineFromProto(request.pipeline()));
  for (const v1::UploadedFile& file : request.pipeline().files()) {
    submission.files.push_back(
        {file.path(), file.digest(), file.size(), file.directory()});
  }
  return submission;
}

absl::StatusOr<int> PageSize(int asked, int fallback) {
  if (asked == 0) return fallback;
  if (asked < 0 || asked > kMaxPage) {
    return OutOfRange("page_size", absl::StrCat("1 to ", kMaxPage),
                      absl::StrCat(asked));
  }
  return asked;
}

absl::StatusOr<JobQuery> ToQuery(const v1::ListJobsRequest& request) {
  JobQuery query;
  MIV_ASSIGN_OR_RETURN(query.limit,
                       PageSize(request.page_size(), kDefaultJobs));
  if (!request.page_token().empty() &&
      (!absl::SimpleAtoi(request.page_token(), &query.before_ordinal) ||
       query.before_ordinal < 1)) {
    return OutOfRange("page_token", "the token of an earlier answer",
                      request.page_token().substr(0, 80));
  }
  if (request.state() == v1::JOB_STATE_UNSPECIFIED) return query;
  if (!v1::JobState_IsValid(request.state())) {
    return OutOfRange("state", "a job state", absl::StrCat(request.state()));
  }
  query.state = static_cast<JobState>(static_cast<int>(request.state()));
  return query;
}

}  // namespace miv::server
