// import: a file from elsewhere in place of a step, checked and taken over
// byte for byte.

#include <filesystem>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/validate.h"
#include "worker/build/morphology/contraction.h"
#include "worker/build/morphology/swc.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/rank_share.h"

namespace miv::worker {
namespace {

// A kind that a file can stand for: the name under which other steps look for
// the file, and what the file must hold.
struct StandIn {
  const char* file_name;
  const char* name_space;  // of cells; "" = nothing, "/" = projections
};

const std::map<std::string, StandIn>& StandIns() {
  static const auto* const kKinds = new std::map<std::string, StandIn>{
      {"h5_types", {"neuro.h5", ""}},
      {"network_architecture",
       {"coordinates.h5", neuroh5::kGeneratedCoordinates}},
      {"measure_distances", {"distances.h5", neuroh5::kArcDistances}},
      {"generate_synapse_forest", {"forest.h5", neuroh5::kTrees}},
      {"distribute_synapses", {"synapses.h5", neuroh5::kSynapseAttributes}},
      {"generate_connections", {"connectivity.h5", "/"}}};
  return *kKinds;
}

// nullptr if the file stands for no kind in particular.
const StandIn* StandInOf(const nlohmann::json& config) {
  const auto* kind = FindField(config, "stands_for");
  if (kind == nullptr || !kind->is_string()) return nullptr;
  const auto found = StandIns().find(kind->get<std::string>());
  return found == StandIns().end() ? nullptr : &found->second;
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

absl::StatusOr<bool> Holds(const neuroh5::Reader& reader,
                           const StandIn& stand_in,
                           const std::string& population) {
  const absl::string_view name_space = stand_in.name_space;
  if (name_space.empty()) return true;
  if (name_space == "/") {
    MIV_ASSIGN_OR_RETURN(const auto projections, reader.Projections());
    for (const auto& projection : projections)
      if (population.empty() || projection.destination == population)
        return true;
    return false;
  }
  MIV_ASSIGN_OR_RETURN(const auto names, reader.PopulationNames());
  for (const auto& name : names)
    if ((population.empty() || name == population) &&
        reader.HasNamespace(name, name_space))
      return true;
  return false;
}

absl::Status CheckContent(const nlohmann::json& config, const StepInput& file) {
  const StandIn* stand_in = StandInOf(config);
  if (stand_in == nullptr) return absl::OkStatus();
  std::string population;
  if (FindField(config, "population") != nullptr) {
    MIV_ASSIGN_OR_RETURN(population, TextField(config, "population"));
  }
  MIV_ASSIGN_OR_RETURN(const auto reader, neuroh5::Reader::Open(file.path));
  MIV_ASSIGN_OR_RETURN(const bool holds, Holds(reader, *stand_in, population));
  if (holds) return absl::OkStatus();
  const bool projections = absl::string_view(stand_in->name_space) == "/";
  return InvalidInput(
      {.reason = "WRONG_CONTENT",
       .field = "config.stands_for",
       .file = file.label,
       .what = absl::StrCat(
           "the file holds no ",
           projections ? "projections" : stand_in->name_space,
           population.empty()
               ? ""
               : absl::StrCat(projections ? " onto " : " of ", population)),
       .remedy = "Import another file, or say what this one stands for."});
}

absl::Status CheckNeuroh5(StepContext& ctx, const StepInput& file) {
  for (const auto& finding : neuroh5::Validate(file.path)) {
    if (finding.severity == neuroh5::Severity::kError)
      return Refuse(file, finding);
    ctx.observer.Warning(
        absl::StrCat(file.label, ": ", finding.path, ": ", finding.what));
  }
  return CheckContent(ctx.config, file);
}

absl::Status CheckSwc(StepContext& ctx, const StepInput& file) {
  MIV_ASSIGN_OR_RETURN(const std::string text, ReadFile(file.path));
  MIV_ASSIGN_OR_RETURN(auto points, build::ParseSwc(text, file.label));
  MIV_ASSIGN_OR_RETURN(
      const auto morphology,
      build::ContractToSections(std::move(points), file.label));
  for (const auto& remark : build::MorphologyRemarks(morphology))
    ctx.observer.Warning(absl::StrCat(file.label, ": ", remark));
  return absl::OkStatus();
}

absl::Status CheckAndCopy(StepContext& ctx, const StepInput& file) {
  const bool swc = absl::EndsWithIgnoreCase(file.label, ".swc");
  MIV_RETURN_IF_ERROR(swc ? CheckSwc(ctx, file) : CheckNeuroh5(ctx, file));
  const StandIn* stand_in = StandInOf(ctx.config);
  const std::string name =
      stand_in != nullptr
          ? stand_in->file_name
          : std::filesystem::path(file.label).filename().string();
  std::error_code error;
  std::filesystem::copy_file(file.path, JoinPath(ctx.output_directory, name),
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
