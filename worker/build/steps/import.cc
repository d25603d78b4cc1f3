// import: a file from elsewhere in place of a step, checked and taken over
// byte for byte.

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/rank_share.h"
#include "worker/build/steps/stand_in.h"

namespace miv::worker {
namespace {

std::string OutputName(const FileClaim& claim, const StepInput& file) {
  const StandIn* stand_in = FindStandIn(claim.stands_for);
  if (stand_in != nullptr && !stand_in->file_name.empty())
    return std::string(stand_in->file_name);
  return std::filesystem::path(file.label).filename().string();
}

absl::Status CheckAndCopy(StepContext& ctx, const StepInput& file) {
  MIV_ASSIGN_OR_RETURN(const FileClaim claim,
                       ClaimOf(ctx.config, "config.file"));
  MIV_RETURN_IF_ERROR(CheckStandIn(claim, file, ctx.observer));
  std::error_code error;
  std::filesystem::copy_file(
      file.path, JoinPath(ctx.output_directory, OutputName(claim, file)),
      error);
  if (error)
    return absl::UnavailableError(
        absl::StrCat("cannot copy ", file.label, ": ", error.message()));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<nlohmann::json> ImportStep(StepContext& ctx) {
  const WorkMeter meter;
  const auto file = InputOf(ctx, "file");
  absl::Status status = file.status();
  if (status.ok() && ctx.ranks.is_root()) status = CheckAndCopy(ctx, *file);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(status));
  return meter.Report(ctx.ranks);
}

}  // namespace miv::worker
