// Preflight under a shepherd that stays this process's child.

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/base/subprocess.h"
#include "common/base/text.h"
#include "server/launchers/group_files.h"
#include "server/launchers/preflight_runner.h"
#include "server/launchers/sandbox.h"

namespace miv::server {
namespace {

// The end of a text file that the process wrote: hostile, so bounded and
// checked.
std::string TailOf(const std::string& path) {
  constexpr std::size_t kBytes = 4096;
  const auto text = ReadFile(path);
  if (!text.ok()) return "";
  return ValidUtf8(absl::StripAsciiWhitespace(
      text->substr(text->size() - std::min(text->size(), kBytes))));
}

absl::Status Failure(const ExitRecord& exit, const GroupLimits& limits,
                     const std::string& directory) {
  Fault fault{
      .reason = "PREFLIGHT_FAILED",
      .what = absl::StrCat("the check of the model ended with ",
                           OutcomeName(exit.outcome), " ", exit.code,
                           exit.detail.empty() ? "" : ": ", exit.detail),
      .phase = "preflight",
      .output = TailOf(directory + "/stderr")};
  if (exit.outcome == ExitOutcome::kWallLimit) {
    fault.reason = "PREFLIGHT_TIMEOUT";
    fault.what = absl::StrCat("the check of the model took longer than ",
                              limits.wall_s, " s");
    return MakeStatus(absl::StatusCode::kDeadlineExceeded, fault);
  }
  if (exit.outcome == ExitOutcome::kMemoryLimit) {
    fault.reason = "PREFLIGHT_OUT_OF_MEMORY";
    return MakeStatus(absl::StatusCode::kResourceExhausted, fault);
  }
  return MakeStatus(absl::StatusCode::kInternal, fault);
}

}  // namespace

LocalPreflightRunner::LocalPreflightRunner(LocalPreflightOptions options)
    : options_(std::move(options)), abilities_(ProbeSandbox()) {}

absl::StatusOr<nlohmann::json> LocalPreflightRunner::Run(
    const PreflightRequest& request) {
  const std::string& directory = request.directory;
  const std::string spec_path = directory + "/inputs/spec.json";
  const std::string result_path = directory + "/work/result.json";
  const GroupSpec spec{
      .group = {.id = directory, .directory = directory},
      .mpirun = false,
      .command = {options_.worker_path, "--preflight", spec_path, "--result",
                  result_path},
      .read_only = request.read_only,
      .limits = options_.limits,
      .sandbox = options_.sandbox,
      .user_code = options_.serves_others && request.user_code};
  MIV_RETURN_IF_ERROR(PrepareGroupDirectory(spec));
  MIV_RETURN_IF_ERROR(
      WriteFileAtomically(spec_path, request.spec.dump(2) + "\n"));
  MIV_ASSIGN_OR_RETURN(const LocalLaunch launch, PlanLaunch(spec, abilities_));
  MIV_RETURN_IF_ERROR(WriteLaunch(launch));
  const double patience_s = options_.limits.wall_s + 10;
  MIV_ASSIGN_OR_RETURN(
      const ProcessResult shepherd,
      RunProcess({options_.shepherd_path, "--foreground",
                  absl::StrCat(directory, "/", kSpecFile)},
                 {.timeout = std::chrono::milliseconds(
                      static_cast<std::int64_t>(patience_s * 1000)),
                  .stop = request.gone}));
  if (shepherd.stopped) {
    return absl::CancelledError(
        "the check of the model was given up: nobody waits for it");
  }
  MIV_ASSIGN_OR_RETURN(const GroupStatus status, ReadGroupStatus(directory));
  if (!status.exit)
    return absl::InternalError(absl::StrCat(
        "the check of the model ended without a record: ", shepherd.err));
  if (status.exit->outcome != ExitOutcome::kExited || status.exit->code != 0)
    return Failure(*status.exit, options_.limits, directory);
  auto result = ReadJson(result_path);
  if (!result.ok()) return Failure(*status.exit, options_.limits, directory);
  return result;
}

}  // namespace miv::server
