#include "server/jobs/salvager.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/base/directory_manifest.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "server/jobs/worker_text.h"
#include "spdlog/spdlog.h"

namespace miv::server {
namespace {

using nlohmann::json;

constexpr std::size_t kMostOutputs = 256;
constexpr std::size_t kLine = 500;

// Names that the process says it wrote; hostile.
std::vector<std::string> NamesIn(const json& result) {
  std::vector<std::string> names;
  const auto outputs = result.find("outputs");
  if (outputs == result.end() || !outputs->is_array()) return names;
  for (const json& name : *outputs) {
    if (!name.is_string() || names.size() == kMostOutputs) continue;
    if (CheckRelativePath(name.get<std::string>()).ok()) {
      names.push_back(name.get<std::string>());
    }
  }
  return names;
}

absl::Status Refusal(const json& result) {
  const auto fault = result.find("fault");
  if (fault == result.end()) return absl::OkStatus();
  return absl::DataLossError(CleanText(fault->dump(), kLine));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> Salvager::FoldersOf(
    const TaskId& task) {
  std::vector<Attempt> attempts;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(attempts, t.AttemptsOf(task));
    return absl::OkStatus();
  }));
  std::vector<std::string> folders;
  for (const Attempt& attempt : attempts) {
    MIV_RETURN_IF_ERROR(workspace_.KeepSegments(attempt.group, attempt.id));
    const std::string folder = workspace_.KeptSegments(attempt.id);
    if (ListFiles(folder).ok()) folders.push_back(folder);
  }
  return folders;
}

absl::StatusOr<std::vector<Output>> Salvager::Assemble(
    const TaskId& task, const std::vector<std::string>& folders) {
  PreflightRequest request;
  request.directory =
      absl::StrCat(root_, "/salvage-", task.job.text(), "-", task.index);
  MIV_RETURN_IF_ERROR(RemoveTree(request.directory));
  const absl::Cleanup remove = [&] {
    RemoveTree(request.directory).IgnoreError();
  };
  request.spec = {
      {"assemble",
       {{"segments", folders}, {"output", request.directory + "/work"}}}};
  request.read_only = folders;
  MIV_ASSIGN_OR_RETURN(const json result, runner_.Run(request));
  if (!result.is_object()) return absl::DataLossError("no result");
  MIV_RETURN_IF_ERROR(Refusal(result));
  std::vector<Output> outputs;
  for (const std::string& name : NamesIn(result)) {
    MIV_ASSIGN_OR_RETURN(
        const ArtifactInfo info,
        artifacts_.PublishFile(request.directory, absl::StrCat("work/", name),
                               ArtifactStore::PublishMode::kCopy));
    outputs.push_back({name, info.digest, info.size});
  }
  return outputs;
}

absl::Status Salvager::Salvage(const TaskId& task) {
  const auto folders = FoldersOf(task);
  absl::StatusOr<std::vector<Output>> outputs = std::vector<Output>();
  if (!folders.ok()) {
    outputs = folders.status();
  } else if (!folders->empty()) {
    outputs = Assemble(task, *folders);
  }
  if (!outputs.ok()) {
    spdlog::warn("job={} task={} salvage=\"{}\"", task.job.text(), task.index,
                 CleanText(outputs.status().message(), kLine));
    outputs = std::vector<Output>();
  }
  return jobs_.FinishSalvage(task, *outputs);
}

}  // namespace miv::server
