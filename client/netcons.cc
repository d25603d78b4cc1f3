#include "client/netcons.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/download.h"
#include "client/fetch.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

constexpr char kTable[] = "netcons.tsv";

absl::StatusOr<std::string> DigestOfTable(const v1::Job& job,
                                          const std::string& step) {
  std::vector<std::string> names;
  for (const auto& task : job.tasks()) {
    names.push_back(task.step());
    if (task.step() != step) continue;
    for (const auto& output : task.outputs())
      if (output.name() == kTable) return output.digest();
    return MakeStatus(
        absl::StatusCode::kFailedPrecondition,
        {.reason = "NO_NETCONS",
         .step = step,
         .what = "it has not written its connections",
         .remedy = absl::StrCat("Submit it again with: --set steps.", step,
                                ".config.debug.netcons=true")});
  }
  return UnknownStep(job.id(), step, names);
}

absl::StatusOr<std::string> TemporaryDirectory() {
  std::error_code error;
  std::string path = JoinPath(
      std::filesystem::temp_directory_path(error).string(), "miv-XXXXXX");
  if (::mkdtemp(path.data()) == nullptr)
    return absl::FailedPreconditionError(
        absl::StrCat("cannot create a directory like ", path));
  return path;
}

}  // namespace

absl::Status ExportNetcons(
    Connection& connection, const v1::Job& job, const std::string& step,
    const std::vector<std::int64_t>& gids, const std::stop_token& stop,
    const std::function<void(const std::string&)>& on_line) {
  MIV_ASSIGN_OR_RETURN(const std::string digest, DigestOfTable(job, step));
  MIV_ASSIGN_OR_RETURN(const std::string directory, TemporaryDirectory());
  const absl::Cleanup remove = [&] { RemoveTree(directory).IgnoreError(); };
  const std::string path = JoinPath(directory, kTable);
  MIV_RETURN_IF_ERROR(DownloadFile(connection, digest, path, {.stop = stop}));
  const std::set<std::int64_t> wanted(gids.begin(), gids.end());
  std::ifstream file(path);
  std::string line;
  for (bool heading = true; std::getline(file, line); heading = false) {
    std::int64_t gid = -1;
    const bool chosen =
        wanted.empty() ||
        (absl::SimpleAtoi(line.substr(0, line.find('\t')), &gid) &&
         wanted.contains(gid));
    if (heading || chosen) on_line(line);
  }
  return absl::OkStatus();
}

}  // namespace miv::client
