// miv pull: brings one artifact here.

#include <memory>

#include "client/artifact_files.h"
#include "client/cli/exit_code.h"
#include "client/cli/transfer_display.h"
#include "client/cli/verbs.h"
#include "client/download.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct Options {
  std::string digest;
  std::string output;
};

absl::StatusOr<int> Pull(Program& program, const Options& options) {
  if (!IsDigest(options.digest))
    return InvalidInput({.reason = "INVALID_DIGEST",
                         .field = "DIGEST",
                         .what = "this names no artifact",
                         .expected = "sha256: and 64 hexadecimal digits",
                         .found = options.digest});
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  Connection& connection = client->connection();
  MIV_ASSIGN_OR_RETURN(const auto stat, StatArtifact(connection, options.digest,
                                                     program.stop()));
  Io& io = program.io();
  TransferDisplay display("fetch", io.err, io.err_is_terminal, io.looks);
  TransferProgress progress{
      .name = options.output, .total_bytes = stat.size(), .total_files = 1};
  ArtifactOptions artifact{.stop = program.stop()};
  artifact.on_members = [&](std::int64_t n) { progress.total_bytes += n; };
  artifact.progress = [&](std::int64_t n) {
    progress.done_bytes += n;
    display.Take(progress);
  };
  MIV_ASSIGN_OR_RETURN(
      const bool there,
      FetchArtifact(connection, options.digest, options.output, artifact));
  io.out << options.output << (there ? "  (was there)" : "") << std::endl;
  return kExitDone;
}

}  // namespace

void AddPull(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      AddVerb(app, "pull", "Bring the file or directory of a digest here",
              "  miv pull sha256:2d71...4881 -o cells.h5");
  verb->add_option("DIGEST", options->digest, "As `miv job --json` shows it")
      ->required();
  verb->add_option("-o,--output", options->output, "Where to put it")
      ->type_name("PATH")
      ->required();
  OnChosen(verb, program, options, &Pull);
}

}  // namespace miv::client
