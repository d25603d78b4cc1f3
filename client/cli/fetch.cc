// miv fetch: brings results here.

#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/json_forms.h"
#include "client/cli/transfer_display.h"
#include "client/cli/verbs.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct Options {
  std::string job;
  std::string step;
  std::string directory;
};

void PrintFiles(Program& program, const Options& options,
                const std::vector<FetchedFile>& files) {
  std::int64_t moved = 0, kept = 0, bytes = 0;
  auto& out = program.io().out;
  for (const auto& file : files) {
    out << "  " << file.path << "  " << BytesText(file.size)
        << (file.already_there ? "  (was there)" : "") << "\n";
    ++(file.already_there ? kept : moved);
    if (!file.already_there) bytes += file.size;
  }
  out << Plural(moved, "file") << " fetched, " << BytesText(bytes);
  if (kept > 0) out << "; " << kept << " were there already";
  out << "\n";
  for (const auto& file : files)
    if (file.name == "results.h5") {
      out << "  see them      miv plot raster " << options.directory << "/"
          << file.step << " -o raster.png\n";
      break;
    }
  out << std::flush;
}

absl::StatusOr<int> FetchVerb(Program& program, const Options& options) {
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  MIV_ASSIGN_OR_RETURN(const std::string id,
                       program.JobOrNewest(*client, options.job));
  Io& io = program.io();
  std::vector<FetchedFile> files;
  {
    TransferDisplay display("fetch", io.err, io.err_is_terminal, io.looks);
    MIV_ASSIGN_OR_RETURN(
        files, client->FetchJob(
                   id, {.step = options.step,
                        .directory = options.directory,
                        .progress = [&](const auto& p) { display.Take(p); },
                        .stop = program.stop()}));
  }
  if (program.json)
    program.PrintJson(FetchJson(id, options.directory, files));
  else
    PrintFiles(program, options, files);
  return kExitDone;
}

}  // namespace

void AddFetch(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(
      app, "fetch", "Bring the results of a job here, as DIR/STEP/NAME",
      "  miv fetch -o results                   of the newest job\n"
      "  miv fetch JOB --step run -o results\n"
      "  miv fetch JOB -o results               again: only what is missing");
  verb->add_option("JOB", options->job, "Job id (default: the newest)");
  verb->add_option("--step", options->step, "Only the results of this step")
      ->type_name("STEP");
  verb->add_option("-o,--output", options->directory, "Directory")
      ->type_name("DIR")
      ->required();
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &FetchVerb);
}

}  // namespace miv::client
