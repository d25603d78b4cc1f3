#include "server/jobs/plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/canonical_json.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

using nlohmann::json;
using pipeline::Input;
using pipeline::ResolvedStep;

absl::StatusOr<UploadedFile> FileFromJson(const json& item) {
  const bool fits =
      item.is_object() && item.contains("path") && item["path"].is_string() &&
      item.contains("digest") && item["digest"].is_string() &&
      item.contains("size") && item["size"].is_number_integer() &&
      item.contains("directory") && item["directory"].is_boolean();
  if (!fits) return absl::DataLossError("unreadable file of a plan");
  return UploadedFile{item["path"], item["digest"], item["size"],
                      item["directory"]};
}

// The digest of one input: "" while its step has no outputs.
absl::StatusOr<std::string> DigestOfInput(const JobPlan& plan,
                                          const Input& input,
                                          const std::vector<Task>& tasks) {
  if (input.step.empty()) {
    const auto file = plan.files.find(input.path);
    if (file != plan.files.end()) return file->second.digest;
    return absl::InternalError(
        absl::StrCat("file \"", input.path, "\" of the plan has no digest"));
  }
  const Task& task = tasks[plan.IndexOf(input.step)];
  if (!IsGood(task.state)) return std::string();
  for (const Output& output : task.outputs) {
    if (output.name == input.output) return output.digest;
  }
  return absl::InternalError(absl::StrCat(
      "step \"", input.step, "\" has no output \"", input.output, "\""));
}

}  // namespace

int JobPlan::IndexOf(absl::string_view step) const {
  const auto& steps = pipeline.steps;
  const auto found =
      std::find_if(steps.begin(), steps.end(),
                   [&](const ResolvedStep& s) { return s.name == step; });
  return found == steps.end() ? -1 : static_cast<int>(found - steps.begin());
}

std::string PlanToText(const JobPlan& plan) {
  auto files = json::array();
  for (const auto& [path, file] : plan.files) {
    files.push_back({{"path", file.path},
                     {"digest", file.digest},
                     {"size", file.size},
                     {"directory", file.directory}});
  }
  const json text = {{"pipeline", pipeline::ToJson(plan.pipeline)},
                     {"files", std::move(files)}};
  return text.dump();
}

absl::StatusOr<JobPlan> PlanFromText(absl::string_view text) {
  const json parsed = json::parse(text.begin(), text.end(), nullptr, false);
  if (!parsed.is_object() || !parsed.contains("pipeline") ||
      !parsed.contains("files")) {
    return absl::DataLossError("unreadable plan of a job");
  }
  JobPlan plan;
  MIV_ASSIGN_OR_RETURN(plan.pipeline,
                       pipeline::ResolvedFromJson(parsed["pipeline"]));
  for (const json& item : parsed["files"]) {
    MIV_ASSIGN_OR_RETURN(UploadedFile file, FileFromJson(item));
    const std::string path = file.path;
    plan.files.emplace(path, std::move(file));
  }
  return plan;
}

absl::StatusOr<std::optional<std::map<std::string, std::string>>> InputDigests(
    const JobPlan& plan, int index, const std::vector<Task>& tasks) {
  std::map<std::string, std::string> digests;
  for (const Input& input : plan.step(index).inputs) {
    MIV_ASSIGN_OR_RETURN(std::string digest, DigestOfInput(plan, input, tasks));
    if (digest.empty()) return std::nullopt;
    digests.emplace(input.role, std::move(digest));
  }
  return digests;
}

bool IsReady(const JobPlan& plan, int index, const std::vector<Task>& tasks) {
  const auto& uses = plan.step(index).uses;
  return std::all_of(uses.begin(), uses.end(), [&](const std::string& step) {
    return IsGood(tasks[plan.IndexOf(step)].state);
  });
}

GroupClass ClassOf(const ResolvedStep& step) {
  return step.info().group == pipeline::KindGroup::kModel ? GroupClass::kModel
                                                          : GroupClass::kCore;
}

bool IsSingleUse(const ResolvedStep& step) {
  return step.kind == "simulation" || step.kind == "script";
}

std::string ModelKey(const JobPlan& plan, int index) {
  const ResolvedStep& step = plan.step(index);
  if (ClassOf(step) == GroupClass::kCore) return "";
  json code = {{"templates", FileDigestOf(plan, step, "templates")},
               {"mechanisms", FileDigestOf(plan, step, "mechanisms")}};
  if (step.kind == "script")
    code["program"] = FileDigestOf(plan, step, "program");
  // NEURON starts with Python or without it, for the life of the process.
  if (step.config.value("python", false)) code["python"] = true;
  return DigestOf(CanonicalJson(code));
}

std::string FileDigestOf(const JobPlan& plan, const ResolvedStep& step,
                         absl::string_view role) {
  const Input* input = step.FindInput(role);
  if (input == nullptr || !input->step.empty()) return "";
  const auto file = plan.files.find(input->path);
  return file == plan.files.end() ? "" : file->second.digest;
}

}  // namespace miv::server
