#include "server/jobs/submitter.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/canonical_json.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/program_head.h"
#include "common/base/status_macros.h"
#include "common/pipeline/expand_network.h"

namespace miv::server {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxRequestId = 128;

// Everything of a submission that makes it what it is, but its request id.
std::string BodyDigest(const Submission& submission) {
  auto files = json::array();
  for (const UploadedFile& file : submission.files) {
    files.push_back({file.path, file.digest, file.directory});
  }
  return DigestOf(
      CanonicalJson(json{{"pipeline", pipeline::ToJson(submission.pipeline)},
                         {"files", std::move(files)},
                         {"policy", static_cast<int>(submission.policy)}}));
}

absl::Status BadFile(const UploadedFile& file, const std::string& what,
                     const std::string& expected, const std::string& found) {
  Fault fault;
  fault.reason = "BAD_UPLOADED_FILE";
  fault.field = "pipeline.files";
  fault.file = file.path;
  fault.what = what;
  fault.expected = expected;
  fault.found = found;
  return InvalidInput(fault);
}

absl::StatusOr<std::map<std::string, UploadedFile>> FilesByPath(
    const std::vector<UploadedFile>& files) {
  std::map<std::string, UploadedFile> by_path;
  for (const UploadedFile& file : files) {
    if (!IsDigest(file.digest)) {
      return BadFile(file, "the file's digest is none",
                     "\"sha256:\" and 64 hex digits",
                     absl::StrCat("\"", file.digest.substr(0, 80), "\""));
    }
    const auto [known, is_new] = by_path.emplace(file.path, file);
    if (!is_new && known->second != file) {
      return BadFile(file, "the file is listed twice", known->second.digest,
                     file.digest);
    }
  }
  return by_path;
}

absl::Status Missing(const std::vector<std::string>& missing) {
  Fault fault;
  fault.reason = "UPLOADS_MISSING";
  fault.field = "pipeline.files";
  fault.what = "the server does not hold every file of the pipeline";
  fault.expected = "each file uploaded before the pipeline is submitted";
  fault.found = absl::StrCat("missing: ", absl::StrJoin(missing, ", "));
  fault.remedy = "Upload them (Artifacts.Upload) and submit again.";
  return MakeStatus(absl::StatusCode::kFailedPrecondition, fault);
}

}  // namespace

absl::StatusOr<pipeline::ResolvedPipeline> Submitter::Resolve(
    const pipeline::PipelineSpec& pipeline) const {
  MIV_ASSIGN_OR_RETURN(auto resolved, pipeline::Resolve(pipeline));
  MIV_RETURN_IF_ERROR(CheckSteps(resolved));
  return resolved;
}

absl::StatusOr<Submitted> Submitter::Submit(const Submission& submission) {
  const std::string body = BodyDigest(submission);
  if (!submission.validate_only) {
    MIV_ASSIGN_OR_RETURN(const auto known,
                         jobs_.FindCreated(submission.request_id, body));
    if (known.has_value()) return Submitted{known, {}, {}};
  }
  MIV_RETURN_IF_ERROR(CheckLimits(submission));
  auto plan = std::make_shared<JobPlan>();
  MIV_ASSIGN_OR_RETURN(plan->pipeline, pipeline::Resolve(submission.pipeline));
  MIV_RETURN_IF_ERROR(CheckSteps(plan->pipeline));
  MIV_ASSIGN_OR_RETURN(plan->files, FilesByPath(submission.files));
  MIV_ASSIGN_OR_RETURN(const std::vector<int> ranks, RanksOf(plan->pipeline));
  MIV_RETURN_IF_ERROR(CheckUploads(*plan));
  MIV_RETURN_IF_ERROR(CheckPrograms(*plan));
  Submitted submitted;
  MIV_ASSIGN_OR_RETURN(ModelFindings findings, CheckModel(submission, *plan));
  submitted.warnings = std::move(findings.warnings);
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(submitted.plan,
                         Forecast(t, results_, *plan, ranks, submission.policy,
                                  findings.shapes));
    return absl::OkStatus();
  }));
  if (submission.validate_only) return submitted;
  MIV_ASSIGN_OR_RETURN(submitted.job,
                       jobs_.Create({submission.request_id, body,
                                     submission.policy, plan, ranks}));
  return submitted;
}

absl::Status Submitter::CheckLimits(const Submission& submission) {
  Fault fault;
  if (submission.request_id.size() > kMaxRequestId) {
    fault.reason = "OUT_OF_RANGE";
    fault.field = "request_id";
    fault.what = "the request id is too long";
    fault.expected = absl::StrCat("at most ", kMaxRequestId, " characters");
    fault.found = absl::StrCat(submission.request_id.size());
    return InvalidInput(fault);
  }
  MIV_RETURN_IF_ERROR(artifacts_.CheckSpace(0));
  std::size_t live = 0;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(const auto jobs, t.LiveJobs());
    live = jobs.size();
    return absl::OkStatus();
  }));
  if (live < static_cast<std::size_t>(limits_.max_live_jobs)) {
    return absl::OkStatus();
  }
  fault.reason = "TOO_MANY_JOBS";
  fault.what = "the server has too many jobs that have not ended";
  fault.expected = absl::StrCat("fewer than ", limits_.max_live_jobs);
  fault.found = absl::StrCat(live);
  fault.remedy = "Try again in a minute, or cancel some of them.";
  return MakeStatus(absl::StatusCode::kResourceExhausted, fault);
}

absl::Status Submitter::CheckSteps(
    const pipeline::ResolvedPipeline& pipeline) const {
  const std::size_t steps = pipeline.steps.size();
  if (steps <= static_cast<std::size_t>(limits_.max_steps)) {
    return absl::OkStatus();
  }
  Fault fault;
  fault.reason = "TOO_MANY_STEPS";
  fault.field = "pipeline.steps";
  fault.what = "the pipeline has too many steps";
  fault.expected = absl::StrCat("at most ", limits_.max_steps);
  fault.found = absl::StrCat(steps);
  fault.remedy = "Split it into several pipelines.";
  return InvalidInput(fault);
}

absl::StatusOr<std::vector<int>> Submitter::RanksOf(
    const pipeline::ResolvedPipeline& pipeline) const {
  std::vector<int> ranks;
  for (const pipeline::ResolvedStep& step : pipeline.steps) {
    if (step.ranks > limits_.max_ranks) {
      Fault fault;
      fault.reason = "OUT_OF_RANGE";
      fault.step = step.name;
      fault.field = absl::StrCat("steps.", step.name, ".ranks");
      fault.what = "the step asks for more ranks than the server gives";
      fault.expected = absl::StrCat("at most ", limits_.max_ranks);
      fault.found = absl::StrCat(step.ranks);
      fault.remedy = "Ask for fewer; the result does not depend on it.";
      return InvalidInput(fault);
    }
    ranks.push_back(step.ranks > 0 ? step.ranks : limits_.default_ranks);
  }
  return ranks;
}

// Every file that a step reads is listed and here, and is of the right sort.
absl::Status Submitter::CheckUploads(const JobPlan& plan) const {
  std::vector<std::string> missing;
  for (const auto& reference : pipeline::FilesOf(plan.pipeline)) {
    const auto file = plan.files.find(reference.path);
    if (file == plan.files.end()) {
      missing.push_back(reference.path);
      continue;
    }
    const std::string& digest = file->second.digest;
    MIV_ASSIGN_OR_RETURN(const ArtifactStat stat, artifacts_.Stat(digest));
    if (!stat.present) {
      missing.push_back(absl::StrCat(reference.path, " (", digest, ")"));
    } else if (stat.directory != reference.directory) {
      return BadFile(
          file->second,
          absl::StrCat(reference.field, " names the wrong sort of file"),
          reference.directory ? "a directory" : "a file",
          stat.directory ? "a directory" : "a file");
    }
  }
  return missing.empty() ? absl::OkStatus() : Missing(missing);
}

// Every program that a step sends says what runs it, unless the step does.
absl::Status Submitter::CheckPrograms(const JobPlan& plan) const {
  for (const pipeline::ResolvedStep& step : plan.pipeline.steps) {
    if (step.kind != "script" || step.config.contains("interpreter")) continue;
    const pipeline::Input* program = step.FindInput("program");
    const std::string digest = FileDigestOf(plan, step, "program");
    if (program == nullptr || digest.empty()) continue;
    MIV_ASSIGN_OR_RETURN(const std::string head,
                         artifacts_.Read(digest, 0, kProgramHead));
    const auto named = InterpreterOf(head, program->field, program->path);
    if (!named.ok()) return WithContext(named.status(), {.step = step.name});
  }
  return absl::OkStatus();
}

// The fields of errors and warnings are those that the submission has.
absl::StatusOr<ModelFindings> Submitter::CheckModel(
    const Submission& submission, const JobPlan& plan) {
  MIV_ASSIGN_OR_RETURN(const pipeline::Expansion expansion,
                       pipeline::ExpandNetworks(submission.pipeline));
  auto findings = preflight_.Check(plan, submission.gone);
  if (!findings.ok()) return expansion.AsWritten(findings.status());
  for (pipeline::Warning& warning : findings->warnings) {
    warning.field = expansion.Written(warning.field);
  }
  return findings;
}

}  // namespace miv::server
