// miv verify: compares fetched results with what the job made.

#include "client/verify.h"

#include <algorithm>
#include <memory>

#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/verbs.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct Options {
  std::string job;
  std::string step;
  std::string directory;
};

std::string WordFor(FileVerdict verdict) {
  if (verdict == FileVerdict::kSame) return "same";
  return verdict == FileVerdict::kMissing ? "missing" : "changed";
}

void PrintFiles(Program& program, const std::vector<VerifiedFile>& files) {
  std::int64_t same = 0;
  auto& out = program.io().out;
  for (const auto& file : files) {
    same += file.verdict == FileVerdict::kSame;
    if (file.verdict != FileVerdict::kSame)
      out << WordFor(file.verdict) << "  " << file.path << "\n";
  }
  out << same << " of "
      << Plural(static_cast<std::int64_t>(files.size()), "file")
      << " as the job made them" << std::endl;
}

absl::StatusOr<int> Verify(Program& program, const Options& options) {
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  MIV_ASSIGN_OR_RETURN(const std::string id,
                       program.JobOrNewest(*client, options.job));
  MIV_ASSIGN_OR_RETURN(const v1::Job job, client->GetJob(id));
  MIV_ASSIGN_OR_RETURN(const auto files,
                       VerifyFetched(job, options.step, options.directory));
  const bool same = std::all_of(files.begin(), files.end(), [](const auto& f) {
    return f.verdict == FileVerdict::kSame;
  });
  if (program.json) {
    auto list = nlohmann::json::array();
    for (const auto& file : files)
      list.push_back({{"step", file.step},
                      {"name", file.name},
                      {"path", file.path},
                      {"verdict", WordFor(file.verdict)}});
    program.PrintJson({{"job", id}, {"same", same}, {"files", list}});
  } else {
    PrintFiles(program, files);
  }
  return same ? kExitDone : kExitFailed;
}

}  // namespace

void AddVerify(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(
      app, "verify",
      "Check that fetched results are those of the job; exit code 1 if not",
      "  miv verify -o results              against the newest job\n"
      "  miv verify JOB --step run -o results");
  verb->add_option("JOB", options->job, "Job id (default: the newest)");
  verb->add_option("--step", options->step, "Only the results of this step")
      ->type_name("STEP");
  verb->add_option("-o,--output", options->directory,
                   "Directory that `miv fetch` filled")
      ->type_name("DIR")
      ->required();
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &Verify);
}

}  // namespace miv::client
