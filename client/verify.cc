#include "client/verify.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/artifact_files.h"
#include "client/content.h"
#include "client/fetch.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::client {

absl::StatusOr<std::vector<VerifiedFile>> VerifyFetched(
    const v1::Job& job, const std::string& step, const std::string& directory) {
  MIV_ASSIGN_OR_RETURN(const auto tasks, TasksWithResults(job, step));
  std::vector<VerifiedFile> files;
  for (const auto* task : tasks)
    for (const auto& output : task->outputs()) {
      const std::string relative =
          absl::StrCat(task->step(), "/", output.name());
      if (!StaysInside(relative))
        return absl::DataLossError(absl::StrCat(
            "the server names an output \"", relative, "\", not a file name"));
      VerifiedFile file{.step = task->step(),
                        .name = output.name(),
                        .path = JoinPath(directory, relative)};
      std::error_code error;
      if (!std::filesystem::exists(file.path, error))
        file.verdict = FileVerdict::kMissing;
      else if (!HoldsArtifact(file.path, output.digest()))
        file.verdict = FileVerdict::kChanged;
      files.push_back(std::move(file));
    }
  return files;
}

}  // namespace miv::client
