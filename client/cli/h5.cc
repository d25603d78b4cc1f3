// miv h5: looks into HDF5 files, checks them, and exports tables.

#include <algorithm>
#include <filesystem>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/exit_code.h"
#include "client/cli/h5_forms.h"
#include "client/cli/h5_tree.h"
#include "client/cli/verbs.h"
#include "client/netcons.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct FileOptions {
  std::string file;
};

struct ExportOptions {
  std::string job;
  std::string step;
  std::vector<std::int64_t> gids;
};

/// What is in the groups that are not neuroh5's.
absl::StatusOr<std::vector<H5Object>> Others(
    const neuroh5::FileSummary& summary) {
  std::vector<H5Object> others;
  MIV_ASSIGN_OR_RETURN(auto objects, ListH5(summary.path, "/"));
  for (auto& object : objects)
    for (const auto& group : summary.other_groups)
      if (object.path == "/" + group ||
          absl::StartsWith(object.path, absl::StrCat("/", group, "/"))) {
        others.push_back(std::move(object));
        break;
      }
  return others;
}

absl::StatusOr<int> Show(Program& program, const FileOptions& options) {
  const auto summary = neuroh5::Describe(options.file);
  if (!summary.ok()) {
    // Any other HDF5 file is shown as what it is.
    MIV_ASSIGN_OR_RETURN(const auto objects, ListH5(options.file, "/"));
    const bool neuroh5_file = std::any_of(
        objects.begin(), objects.end(),
        [](const auto& object) { return object.path == "/H5Types"; });
    if (neuroh5_file) return summary.status();
    if (program.json)
      program.PrintJson(
          {{"file", options.file}, {"other", ObjectsJson(objects)}});
    else
      program.io().out << options.file << "  (not a neuroh5 file)\n\n"
                       << ObjectsText(objects, program.table_style())
                       << std::flush;
    return kExitDone;
  }
  MIV_ASSIGN_OR_RETURN(const auto others, Others(*summary));
  if (program.json)
    program.PrintJson(SummaryJson(*summary, others));
  else
    program.io().out << SummaryText(*summary, others, program.table_style())
                     << std::flush;
  return kExitDone;
}

absl::StatusOr<int> ValidateVerb(Program& program, const FileOptions& options) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(options.file, error))
    return MakeStatus(absl::StatusCode::kNotFound,
                      {.reason = "FILE_NOT_FOUND",
                       .file = options.file,
                       .what = "there is no such file"});
  const auto findings = neuroh5::Validate(options.file);
  if (program.json)
    program.PrintJson(FindingsJson(options.file, findings));
  else
    program.io().out << FindingsText(options.file, findings,
                                     program.out_colour())
                     << std::flush;
  return findings.empty() ? kExitDone : kExitFailed;
}

absl::StatusOr<int> Export(Program& program, const ExportOptions& options) {
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  MIV_ASSIGN_OR_RETURN(const v1::Job job, client->GetJob(options.job));
  MIV_RETURN_IF_ERROR(ExportNetcons(
      client->connection(), job, options.step, options.gids, program.stop(),
      [&](const std::string& line) { program.io().out << line << "\n"; }));
  program.io().out << std::flush;
  return kExitDone;
}

void AddExport(CLI::App& h5, Program& program) {
  CLI::App* verb = AddVerb(h5, "export", "Print tables of a job's results",
                           "  miv h5 export netcons JOB --step run");
  verb->require_subcommand(1);
  auto options = std::make_shared<ExportOptions>();
  CLI::App* netcons =
      AddVerb(*verb, "netcons",
              "Every connection of a simulation as tab-separated values",
              "  miv h5 export netcons JOB --step run > netcons.tsv\n"
              "  miv h5 export netcons JOB --step run --gids 80,81");
  netcons->add_option("JOB", options->job, "Job id")->required();
  netcons->add_option("--step", options->step, "Simulation step")
      ->type_name("STEP")
      ->required();
  netcons->add_option("--gids", options->gids, "Only onto these cells")
      ->type_name("GID,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  OnChosen(netcons, program, options, &Export);
}

}  // namespace

void AddH5(CLI::App& app, Program& program) {
  CLI::App* verb = AddVerb(app, "h5", "Look into HDF5 files and check them",
                           "  miv h5 show results/graph/cells.h5\n"
                           "  miv h5 validate results/graph/connections.h5\n"
                           "  miv h5 export netcons JOB --step run");
  verb->require_subcommand(1);
  auto show = std::make_shared<FileOptions>();
  CLI::App* show_verb = AddVerb(
      *verb, "show", "Populations, attributes and projections of a file",
      "  miv h5 show results/graph/connections.h5\n"
      "  miv h5 show results/run/results.h5 --json");
  show_verb->add_option("FILE", show->file, "HDF5 file")->required();
  AddJsonFlag(show_verb, program);
  OnChosen(show_verb, program, show, &Show);

  auto validate = std::make_shared<FileOptions>();
  CLI::App* validate_verb =
      AddVerb(*verb, "validate",
              "Check a neuroh5 file; exit code 1 if there are findings",
              "  miv h5 validate results/graph/cells.h5\n"
              "  miv h5 validate cells.h5 --json | jq '.findings[].what'");
  validate_verb->add_option("FILE", validate->file, "neuroh5 file")->required();
  AddJsonFlag(validate_verb, program);
  OnChosen(validate_verb, program, validate, &ValidateVerb);
  AddExport(*verb, program);
}

}  // namespace miv::client
