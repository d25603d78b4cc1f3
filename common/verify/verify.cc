#include "common/verify/verify.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/validate.h"
#include "common/verify/tally.h"

namespace miv::verify {
namespace {

constexpr std::size_t kMaxFindings = 1000;

// The file is another than the caller thinks.
absl::Status NotNeuroh5(const std::string& path,
                        const neuroh5::Finding& finding) {
  return InvalidInput({.reason = "NOT_NEUROH5",
                       .file = path,
                       .what = finding.what,
                       .expected = finding.expected,
                       .found = finding.found,
                       .remedy = finding.remedy});
}

absl::StatusOr<Check> CheckSound(const std::string& name,
                                 const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return MakeStatus(absl::StatusCode::kNotFound,
                      {.reason = "FILE_NOT_FOUND",
                       .file = path,
                       .what = "there is no such file"});
  const auto findings = neuroh5::Validate(path, {.max_findings = kMaxFindings});
  Tally sound("file_sound", name, "a neuroh5 file without contradictions");
  for (const neuroh5::Finding& finding : findings) {
    if (finding.severity != neuroh5::Severity::kError) continue;
    if (finding.path == "/" || absl::StartsWith(finding.path, "/H5Types"))
      return NotNeuroh5(path, finding);
    sound.Offend(-1, -1, [&finding] {
      return absl::StrCat(finding.path, ": ", finding.what);
    });
  }
  Check check = sound.Finish();
  check.observed = absl::StrCat(check.offences, " errors");
  return check;
}

// A group that a damaged file stops is a failure of the file.
absl::Status Note(const Work& work, const std::string& subject,
                  const absl::Status& status) {
  if (status.ok() || status.code() == absl::StatusCode::kCancelled ||
      status.code() == absl::StatusCode::kInternal)
    return status;
  Check check =
      Compare("file_readable", subject, "readable objects", "an error", false);
  check.reason = std::string(status.message());
  work.Add(std::move(check));
  return absl::OkStatus();
}

absl::Status CheckContent(const Work& work) {
  MIV_RETURN_IF_ERROR(Note(work, "types", CheckTypes(work)));
  MIV_RETURN_IF_ERROR(Note(work, "coordinates", CheckCoordinates(work)));
  MIV_RETURN_IF_ERROR(Note(work, "arc distances", CheckDistances(work)));
  if (work.cells.types().populations != work.connections.types().populations)
    return absl::OkStatus();  // gids mean different cells
  for (const auto& population : work.cells.types().populations)
    MIV_RETURN_IF_ERROR(
        Note(work, population.name, CheckPopulation(work, population)));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Report> Verify(const std::string& cells,
                              const std::string& connections,
                              const nlohmann::json& expectations,
                              Progress progress) {
  MIV_ASSIGN_OR_RETURN(const Expectations expected,
                       ExpectationsFromJson(expectations));
  Report report;
  MIV_RETURN_IF_ERROR(progress("read cells", 0, 1));
  MIV_ASSIGN_OR_RETURN(Check sound, CheckSound("cells", cells));
  report.checks.push_back(std::move(sound));
  MIV_RETURN_IF_ERROR(progress("read connections", 0, 1));
  MIV_ASSIGN_OR_RETURN(sound, CheckSound("connections", connections));
  report.checks.push_back(std::move(sound));
  if (!report.passed()) {
    JudgeStatistics(report);
    return report;
  }
  MIV_ASSIGN_OR_RETURN(const auto cell_reader, neuroh5::Reader::Open(cells));
  MIV_ASSIGN_OR_RETURN(const auto connection_reader,
                       neuroh5::Reader::Open(connections));
  const Work work{cell_reader, connection_reader, expected, report, progress};
  MIV_RETURN_IF_ERROR(CheckContent(work));
  JudgeStatistics(report);
  return report;
}

}  // namespace miv::verify
