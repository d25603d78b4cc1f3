#include "common/neuroh5/validate.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/isolate.h"
#include "common/neuroh5/layout.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/types_io.h"
#include "common/neuroh5/validation.h"

namespace miv::neuroh5 {
namespace {

void ValidateTypes(const Reader& reader, bool has_projections,
                   Findings* findings) {
  findings->Add(CheckTypes(reader.types()));
  const std::string root = absl::StrCat("/", kTypesGroup, "/");
  if (!HasNativeRows(reader.file()))
    findings->Warn(absl::StrCat(root, kPopulations),
                   "neuroh5 misreads rows of this form", "",
                   "Use members u64, u32 and a u16 enum, in this order.");
  if (has_projections && reader.types().valid_projections.empty())
    findings->Warn(absl::StrCat(root, kValidProjections),
                   "neuroh5 reads no graph without valid projections", "none",
                   "List the projections.");
}

void ValidatePopulation(const Reader& reader, const std::string& name,
                        Findings* findings) {
  const Population* population = reader.types().Find(name);
  if (population == nullptr) {
    Finding finding;
    finding.path = CellPath(name);
    finding.what = "the population is not one of /H5Types";
    finding.remedy = "Define the population, or remove the group.";
    findings->Add(finding);
    return;
  }
  const auto name_spaces = reader.Namespaces(name);
  if (!findings->Add(name_spaces.status())) return;
  for (const std::string& name_space : *name_spaces) {
    if (findings->full()) return;
    if (name_space == kTrees)
      ValidateTrees(reader, *population, findings);
    else
      ValidateCells(reader, *population, name_space, findings);
  }
}

std::vector<Finding> ValidateHere(const std::string& path,
                                  const ValidateOptions& options) {
  Findings findings(options);
  const absl::StatusOr<Reader> reader = Reader::Open(path);
  if (!findings.Add(reader.status())) return findings.Take();
  const auto populations = reader->PopulationNames();
  const auto projections = reader->Projections();
  const bool listed =
      findings.Add(populations.status()) && findings.Add(projections.status());
  if (!listed) return findings.Take();
  ValidateTypes(*reader, !projections->empty(), &findings);
  for (const std::string& name : *populations) {
    if (findings.full()) break;
    ValidatePopulation(*reader, name, &findings);
  }
  for (const ProjectionName& name : *projections) {
    if (findings.full()) break;
    ValidateProjection(*reader, name, &findings);
  }
  return findings.Take();
}

std::string Encode(const std::vector<Finding>& findings) {
  nlohmann::json list = nlohmann::json::array();
  for (const Finding& f : findings)
    list.push_back({f.severity == Severity::kWarning, f.path, f.what,
                    f.expected, f.found, f.remedy});
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

absl::StatusOr<std::vector<Finding>> Decode(const std::string& bytes) {
  const nlohmann::json list = nlohmann::json::parse(bytes, nullptr, false);
  if (!list.is_array())
    return absl::InternalError("the validation ended early");
  std::vector<Finding> findings;
  for (const auto& f : list)
    findings.push_back(
        {.severity = f[0] ? Severity::kWarning : Severity::kError,
         .path = f[1],
         .what = f[2],
         .expected = f[3],
         .found = f[4],
         .remedy = f[5]});
  return findings;
}

absl::StatusOr<std::vector<Finding>> ValidateInChild(
    const std::string& path, const ValidateOptions& options) {
  MIV_ASSIGN_OR_RETURN(
      const std::string bytes,
      RunIsolated(path, options.limits.value_or(LimitsFor(path)),
                  [&] { return Encode(ValidateHere(path, options)); }));
  return Decode(bytes);
}

}  // namespace

void Findings::Add(Finding finding) {
  if (!full()) found_.push_back(std::move(finding));
}

void Findings::Warn(std::string path, std::string what, std::string found,
                    std::string remedy) {
  Finding finding;
  finding.severity = Severity::kWarning;
  finding.path = std::move(path);
  finding.what = std::move(what);
  finding.found = std::move(found);
  finding.remedy = std::move(remedy);
  Add(std::move(finding));
}

bool Findings::Add(const absl::Status& status) {
  if (status.ok()) return true;
  Fault fault = FaultOrMessage(status);
  Finding finding;
  finding.path = fault.field.empty() ? "/" : fault.field;
  finding.what = fault.gid < 0
                     ? fault.what
                     : absl::StrCat(fault.what, " (gid ", fault.gid, ")");
  finding.expected = fault.expected;
  finding.found = fault.found;
  finding.remedy = fault.remedy;
  Add(std::move(finding));
  return false;
}

std::size_t CountRepeats(std::vector<std::uint32_t> gids) {
  std::sort(gids.begin(), gids.end());
  const auto end = std::unique(gids.begin(), gids.end());
  return static_cast<std::size_t>(gids.end() - end);
}

std::vector<Finding> Validate(const std::string& path,
                              const ValidateOptions& options) {
  const absl::StatusOr<std::vector<Finding>> findings =
      ValidateInChild(path, options);
  if (findings.ok()) return *findings;
  Findings failure(options);
  failure.Add(findings.status());
  std::vector<Finding> found = failure.Take();
  for (Finding& finding : found)
    finding.reason = FaultOrMessage(findings.status()).reason;
  return found;
}

bool HasErrors(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& f) {
    return f.severity == Severity::kError;
  });
}

}  // namespace miv::neuroh5
