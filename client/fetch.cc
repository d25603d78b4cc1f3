#include "client/fetch.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/artifact_files.h"
#include "client/content.h"
#include "common/base/directory_manifest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

absl::Status NoResults(const v1::Job& job, const std::string& step) {
  const std::string whose =
      step.empty() ? absl::StrCat("job ", job.id())
                   : absl::StrCat("step ", step, " of job ", job.id());
  return MakeStatus(
      absl::StatusCode::kFailedPrecondition,
      {.reason = "NO_RESULTS",
       .step = step,
       .what = absl::StrCat(whose, " has no results (yet)"),
       .remedy = absl::StrCat("See how it stands with: miv job ", job.id())});
}

class Fetcher {
 public:
  Fetcher(Connection& connection, const FetchOptions& options)
      : connection_(connection), options_(options) {}

  absl::Status FetchAll(const std::vector<const v1::Task*>& tasks) {
    for (const auto* task : tasks)
      for (const auto& output : task->outputs()) {
        progress_.total_bytes += output.size();
        ++progress_.total_files;
      }
    for (const auto* task : tasks)
      for (const auto& output : task->outputs())
        MIV_RETURN_IF_ERROR(FetchOutput(task->step(), output));
    return absl::OkStatus();
  }

  std::vector<FetchedFile> TakeFiles() { return std::move(files_); }

 private:
  absl::Status FetchOutput(const std::string& step, const v1::Output& output) {
    const std::string relative = absl::StrCat(step, "/", output.name());
    if (!CheckRelativePath(relative).ok())
      return absl::DataLossError(
          absl::StrCat("the server names an output \"", relative,
                       "\", which would not stay in ", options_.directory));
    FetchedFile file{.step = step,
                     .name = output.name(),
                     .path = JoinPath(options_.directory, relative),
                     .digest = output.digest(),
                     .size = output.size()};
    progress_.name = relative;
    MIV_ASSIGN_OR_RETURN(
        file.already_there,
        FetchArtifact(
            connection_, file.digest, file.path,
            {.progress = [this](std::int64_t n) { Advance(n); },
             .on_members =
                 [this](std::int64_t n) { progress_.total_bytes += n; },
             .stop = options_.stop}));
    ++progress_.done_files;
    Advance(0);
    if (options_.on_file) options_.on_file(file);
    files_.push_back(std::move(file));
    return absl::OkStatus();
  }

  void Advance(std::int64_t bytes) {
    progress_.done_bytes += bytes;
    if (options_.progress) options_.progress(progress_);
  }

  Connection& connection_;
  const FetchOptions& options_;
  TransferProgress progress_;
  std::vector<FetchedFile> files_;
};

}  // namespace

absl::Status UnknownStep(const std::string& job, const std::string& step,
                         const std::vector<std::string>& known) {
  return MakeStatus(absl::StatusCode::kNotFound,
                    {.reason = "UNKNOWN_STEP",
                     .what = absl::StrCat("job ", job, " has no step ", step),
                     .remedy = SuggestName(step, known)});
}

absl::StatusOr<std::vector<const v1::Task*>> TasksWithResults(
    const v1::Job& job, const std::string& step) {
  std::vector<const v1::Task*> tasks;
  std::vector<std::string> names;
  bool known = step.empty();
  for (const auto& task : job.tasks()) {
    names.push_back(task.step());
    if (!step.empty() && task.step() != step) continue;
    known = true;
    if (task.outputs_size() > 0) tasks.push_back(&task);
  }
  if (!known) return UnknownStep(job.id(), step, names);
  if (tasks.empty()) return NoResults(job, step);
  return tasks;
}

absl::StatusOr<std::vector<FetchedFile>> Fetch(Connection& connection,
                                               const v1::Job& job,
                                               const FetchOptions& options) {
  MIV_ASSIGN_OR_RETURN(const auto tasks, TasksWithResults(job, options.step));
  Fetcher fetcher(connection, options);
  MIV_RETURN_IF_ERROR(fetcher.FetchAll(tasks));
  return fetcher.TakeFiles();
}

}  // namespace miv::client
