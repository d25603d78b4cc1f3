// import: a file from elsewhere in place of a step, checked and taken over
// byte for byte.

#include <filesystem>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/validate.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/rank_share.h"

namespace miv::worker {
namespace {

// The file name under which other steps look for it.
std::string OutputName(const nlohmann::json& config, const StepInput& file) {
  static const auto* const kNames = new std::map<std::string, std::string>{
      {"h5_types", "neuro.h5"},
      {"network_architecture", "coordinates.h5"},
      {"measure_distances", "distances.h5"},
      {"generate_synapse_forest", "forest.h5"},
      {"distribute_synapses", "synapses.h5"},
      {"generate_connections", "connectivity.h5"}};
  const auto* stands_for = FindField(config, "stands_for");
  if (stands_for != nullptr && stands_for->is_string()) {
    const auto name = kNames->find(stands_for->get<std::string>());
    if (name != kNames->end()) return name->second;
  }
  return std::filesystem::path(file.label).filename().string();
}

absl::Status Refuse(const StepInput& file, const neuroh5::Finding& finding) {
  return InvalidInput({.reason = "BAD_NEUROH5_FILE",
                       .field = "config.file",
                       .file = file.label,
                       .what = absl::StrCat(finding.path, ": ", finding.what),
                       .expected = finding.expected,
                       .found = finding.found,
                       .remedy = finding.remedy});
}

absl::Status CheckAndCopy(StepContext& ctx, const StepInput& file) {
  for (const auto& finding : neuroh5::Validate(file.path)) {
    if (finding.severity == neuroh5::Severity::kError)
      return Refuse(file, finding);
    ctx.observer.Warning(
        absl::StrCat(file.label, ": ", finding.path, ": ", finding.what));
  }
  std::error_code error;
  std::filesystem::copy_file(
      file.path,
      JoinPath(ctx.output_directory, OutputName(ctx.config, file)), error);
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
