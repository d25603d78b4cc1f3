#include "client/fetch.h"

#include <sys/stat.h>

#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/content.h"
#include "client/download.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

bool AlreadyThere(const std::string& path, const std::string& digest,
                  std::int64_t size) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error || static_cast<std::int64_t>(bytes) != size) return false;
  const auto found = DigestOfFile(path);
  return found.ok() && found->digest == digest;
}

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

absl::StatusOr<std::vector<const v1::Task*>> WantedTasks(
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
    if (!StaysInside(relative))
      return absl::DataLossError(
          absl::StrCat("the server names an output \"", relative,
                       "\", which would not stay in ", options_.directory));
    FetchedFile file{.step = step,
                     .name = output.name(),
                     .path = JoinPath(options_.directory, relative),
                     .digest = output.digest(),
                     .size = output.size()};
    progress_.name = relative;
    file.already_there = AlreadyThere(file.path, file.digest, file.size);
    if (file.already_there) {
      Advance(file.size);
    } else {
      MIV_RETURN_IF_ERROR(Bring(&file));
    }
    ++progress_.done_files;
    Advance(0);
    if (options_.on_file) options_.on_file(file);
    files_.push_back(std::move(file));
    return absl::OkStatus();
  }

  absl::Status Bring(FetchedFile* file) {
    MIV_ASSIGN_OR_RETURN(
        const auto stat,
        StatArtifact(connection_, file->digest, options_.stop));
    if (!stat.directory()) return Download(file->digest, file->path);
    const std::string manifest = absl::StrCat(file->path, ".manifest");
    MIV_RETURN_IF_ERROR(Download(file->digest, manifest));
    MIV_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(manifest));
    MIV_RETURN_IF_ERROR(RemoveTree(manifest));
    MIV_ASSIGN_OR_RETURN(const auto entries, ParseManifest(bytes));
    for (const auto& entry : entries) progress_.total_bytes += entry.size;
    file->already_there = true;
    for (const auto& entry : entries)
      MIV_RETURN_IF_ERROR(BringMember(entry, file));
    return absl::OkStatus();
  }

  absl::Status BringMember(const ManifestEntry& entry, FetchedFile* whole) {
    const std::string path = JoinPath(whole->path, entry.path);
    if (AlreadyThere(path, entry.digest, entry.size)) {
      Advance(entry.size);
      return absl::OkStatus();
    }
    whole->already_there = false;
    MIV_RETURN_IF_ERROR(Download(entry.digest, path));
    if (entry.executable) ::chmod(path.c_str(), 0755);
    return absl::OkStatus();
  }

  absl::Status Download(const std::string& digest, const std::string& path) {
    return DownloadFile(connection_, digest, path,
                        {.progress = [this](std::int64_t n) { Advance(n); },
                         .stop = options_.stop});
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

absl::StatusOr<std::vector<FetchedFile>> Fetch(Connection& connection,
                                               const v1::Job& job,
                                               const FetchOptions& options) {
  MIV_ASSIGN_OR_RETURN(const auto tasks, WantedTasks(job, options.step));
  Fetcher fetcher(connection, options);
  MIV_RETURN_IF_ERROR(fetcher.FetchAll(tasks));
  return fetcher.TakeFiles();
}

}  // namespace miv::client
