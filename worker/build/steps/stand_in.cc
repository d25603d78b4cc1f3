#include "worker/build/steps/stand_in.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/coordinates.h"
#include "common/neuroh5/isolate.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/validate.h"
#include "worker/build/morphology/contraction.h"
#include "worker/build/morphology/swc.h"
#include "worker/build/steps/config_fields.h"

namespace miv::worker {
namespace {

using Content = StandIn::Content;
using Limits = std::optional<neuroh5::IsolationLimits>;
using Table = std::map<absl::string_view, StandIn>;

const Table& StandIns() {
  static const auto* const kTable = new Table{
      {"h5_types", {"neuro.h5", Content::kTypes, ""}},
      {"network_architecture",
       {"coordinates.h5", Content::kCoordinates,
        neuroh5::kGeneratedCoordinates}},
      {"measure_distances",
       {"distances.h5", Content::kCells, neuroh5::kArcDistances}},
      {"generate_synapse_forest",
       {"forest.h5", Content::kCells, neuroh5::kTrees}},
      {"distribute_synapses",
       {"synapses.h5", Content::kCells, neuroh5::kSynapseAttributes}},
      {"generate_connections", {"connectivity.h5", Content::kProjections, ""}},
      {"gap_junctions", {"gap_junctions.h5", Content::kProjections, ""}},
      {"input_spikes", {"input_spikes.h5", Content::kCells, ""}},
      {"cells", {"", Content::kCells, ""}},
      {"connections", {"", Content::kProjections, ""}},
      {"morphology", {"", Content::kMorphology, ""}}};
  return *kTable;
}

absl::Status Refuse(const FileClaim& claim, const StepInput& file,
                    const neuroh5::Finding& finding) {
  return InvalidInput(
      {.reason = finding.reason.empty() ? "BAD_NEUROH5_FILE" : finding.reason,
       .field = claim.field,
       .file = file.label,
       .what = absl::StrCat(finding.path, ": ", finding.what),
       .expected = finding.expected,
       .found = finding.found,
       .remedy = finding.remedy});
}

absl::StatusOr<bool> HoldsProjections(const neuroh5::Reader& reader,
                                      const std::string& population) {
  MIV_ASSIGN_OR_RETURN(const auto projections, reader.Projections());
  for (const auto& projection : projections)
    if (population.empty() || projection.destination == population) return true;
  return false;
}

absl::StatusOr<bool> HoldsCells(const neuroh5::Reader& reader,
                                absl::string_view name_space,
                                const std::string& population) {
  MIV_ASSIGN_OR_RETURN(const auto names, reader.PopulationNames());
  for (const auto& name : names) {
    if (!population.empty() && name != population) continue;
    if (name_space.empty() || reader.HasNamespace(name, name_space))
      return true;
  }
  return false;
}

absl::StatusOr<bool> HoldsCoordinates(const neuroh5::Reader& reader,
                                      const std::string& population) {
  MIV_ASSIGN_OR_RETURN(const auto names, reader.PopulationNames());
  for (const auto& name : names) {
    if (!population.empty() && name != population) continue;
    MIV_ASSIGN_OR_RETURN(const std::string found,
                         neuroh5::CoordinateNamespace(reader, name));
    if (!found.empty()) return true;
  }
  return false;
}

absl::StatusOr<bool> Holds(const StandIn& stand_in, const FileClaim& claim,
                           const std::string& path) {
  MIV_ASSIGN_OR_RETURN(const auto reader, neuroh5::Reader::Open(path));
  if (stand_in.content == Content::kTypes) return true;
  if (stand_in.content == Content::kProjections)
    return HoldsProjections(reader, claim.population);
  if (stand_in.content == Content::kCoordinates)
    return HoldsCoordinates(reader, claim.population);
  return HoldsCells(reader, stand_in.name_space, claim.population);
}

absl::Status WrongContent(const StandIn& stand_in, const FileClaim& claim,
                          const StepInput& file) {
  const bool projections = stand_in.content == Content::kProjections;
  const absl::string_view wanted = projections ? "projections"
                                   : stand_in.name_space.empty()
                                       ? "cells"
                                       : stand_in.name_space;
  return InvalidInput(
      {.reason = "WRONG_CONTENT",
       .field = "config.stands_for",
       .file = file.label,
       .what = absl::StrCat("the file holds no ", wanted,
                            claim.population.empty() ? ""
                            : projections            ? " onto "
                                                     : " of ",
                            claim.population),
       .expected = absl::StrCat("what ", claim.stands_for, " writes"),
       .remedy = "Give another file, or say what this one stands for."});
}

// The file passed as a whole, so an error here is about its bytes all the same.
absl::Status Unreadable(const FileClaim& claim, const StepInput& file,
                        Fault fault) {
  if (fault.reason.empty()) fault.reason = "BAD_NEUROH5_FILE";
  fault.field = claim.field;
  fault.file = file.label;
  return InvalidInput(fault);
}

absl::Status CheckContent(const StandIn& stand_in, const FileClaim& claim,
                          const StepInput& file, const Limits& limits) {
  const auto answer = neuroh5::RunIsolated(
      file.path, limits.value_or(neuroh5::LimitsFor(file.path)), [&] {
        const auto holds = Holds(stand_in, claim, file.path);
        if (!holds.ok()) return FaultToJson(FaultOrMessage(holds.status()));
        return std::string(*holds ? "yes" : "no");
      });
  if (!answer.ok())
    return Unreadable(claim, file, FaultOrMessage(answer.status()));
  if (*answer == "yes") return absl::OkStatus();
  if (*answer == "no") return WrongContent(stand_in, claim, file);
  return Unreadable(claim, file, FaultFromJson(*answer));
}

absl::Status CheckNeuroh5(const FileClaim& claim, const StepInput& file,
                          StepObserver& observer, const Limits& limits) {
  for (const auto& finding : neuroh5::Validate(file.path, {.limits = limits})) {
    if (finding.severity == neuroh5::Severity::kError)
      return Refuse(claim, file, finding);
    observer.Warning(
        absl::StrCat(file.label, ": ", finding.path, ": ", finding.what));
  }
  const StandIn* stand_in = FindStandIn(claim.stands_for);
  return stand_in == nullptr ? absl::OkStatus()
                             : CheckContent(*stand_in, claim, file, limits);
}

absl::Status CheckSwc(const StepInput& file, StepObserver& observer) {
  MIV_ASSIGN_OR_RETURN(const std::string text, ReadFile(file.path));
  MIV_ASSIGN_OR_RETURN(auto points, build::ParseSwc(text, file.label));
  MIV_ASSIGN_OR_RETURN(
      const auto morphology,
      build::ContractToSections(std::move(points), file.label));
  for (const auto& remark : build::MorphologyRemarks(morphology))
    observer.Warning(absl::StrCat(file.label, ": ", remark));
  return absl::OkStatus();
}

}  // namespace

const StandIn* FindStandIn(absl::string_view stands_for) {
  const auto found = StandIns().find(stands_for);
  return found == StandIns().end() ? nullptr : &found->second;
}

absl::StatusOr<FileClaim> ClaimOf(const nlohmann::json& config,
                                  absl::string_view field) {
  FileClaim claim{.field = std::string(field)};
  if (FindField(config, "stands_for") != nullptr) {
    MIV_ASSIGN_OR_RETURN(claim.stands_for, TextField(config, "stands_for"));
  }
  if (FindField(config, "population") != nullptr) {
    MIV_ASSIGN_OR_RETURN(claim.population, TextField(config, "population"));
  }
  return claim;
}

absl::Status CheckStandIn(const FileClaim& claim, const StepInput& file,
                          StepObserver& observer, const Limits& limits) {
  const StandIn* stand_in = FindStandIn(claim.stands_for);
  const bool swc = stand_in == nullptr
                       ? absl::EndsWithIgnoreCase(file.label, ".swc")
                       : stand_in->content == Content::kMorphology;
  return swc ? CheckSwc(file, observer)
             : CheckNeuroh5(claim, file, observer, limits);
}

}  // namespace miv::worker
