// miv diff: why two jobs gave different results, or the same.

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/job_diff.h"
#include "client/cli/json_forms.h"
#include "client/cli/table.h"
#include "client/cli/verbs.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

constexpr std::size_t kValueWidth = 40;
constexpr std::size_t kDigestDigits = 12;  // of 64

struct Options {
  std::string first;
  std::string second;
};

std::string ValueText(const nlohmann::json& value, bool utf8) {
  if (value.is_null()) return "-";
  std::string text = value.is_string() ? value.get<std::string>()
                                       : Dump(value, /*one_line=*/true);
  if (absl::StartsWith(text, "sha256:"))
    return text.substr(0, 7 + kDigestDigits);
  return Clipped(Printable(text), kValueWidth, utf8);
}

void PrintDiff(Program& program, const v1::JobDescription& first,
               const v1::JobDescription& second, const JobDiff& diff) {
  auto& out = program.io().out;
  const Table::Style style = program.table_style();
  if (!diff.differences.empty()) {
    Table table({"STEP", "WHAT", "PATH", first.job().id(), second.job().id()});
    for (const auto& one : diff.differences)
      table.Add({one.step, one.what, Printable(one.path),
                 ValueText(one.first, style.utf8),
                 ValueText(one.second, style.utf8)});
    out << table.Text(style) << "\n";
  }
  out << Plural(static_cast<std::int64_t>(diff.differences.size()),
                "difference")
      << ", " << Plural(static_cast<std::int64_t>(diff.equal.size()), "step")
      << " equal" << std::endl;
}

/// The jobs that are meant: those that are named, else the newest ones.
absl::StatusOr<Options> Chosen(Client& client, const Options& options) {
  if (!options.second.empty()) return options;
  MIV_ASSIGN_OR_RETURN(const auto jobs, client.ListJobs({.limit = 2}));
  if (!options.first.empty() && !jobs.empty())
    return Options{options.first, jobs[0].id()};
  if (jobs.size() == 2) return Options{jobs[1].id(), jobs[0].id()};
  return MakeStatus(absl::StatusCode::kNotFound,
                    {.reason = "NO_JOBS",
                     .what = "there are no two jobs yet",
                     .remedy = "Submit them with: miv submit FILE"});
}

absl::StatusOr<int> Diff(Program& program, const Options& options) {
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  MIV_ASSIGN_OR_RETURN(const Options jobs, Chosen(*client, options));
  MIV_ASSIGN_OR_RETURN(const auto first, client->DescribeJob(jobs.first));
  MIV_ASSIGN_OR_RETURN(const auto second, client->DescribeJob(jobs.second));
  const JobDiff diff = Compare(first, second);
  if (program.json)
    program.PrintJson(DiffJson(first, second, diff));
  else
    PrintDiff(program, first, second, diff);
  return kExitDone;
}

}  // namespace

void AddDiff(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(
      app, "diff",
      "Compare two jobs: configs, inputs, outputs and platforms, step by step",
      "  miv diff                      the two newest jobs\n"
      "  miv diff JOB JOB\n"
      "  miv diff JOB JOB --json | jq '.differences[] | select(.what == "
      "\"config\")'");
  verb->add_option("FIRST", options->first,
                   "Job id (default: the newest but one)")
      ->type_name("JOB");
  verb->add_option("SECOND", options->second, "Job id (default: the newest)")
      ->type_name("JOB");
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &Diff);
}

}  // namespace miv::client
