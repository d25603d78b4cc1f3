// miv push: brings files to the server, to be named by their digest.

#include <memory>

#include "client/cli/exit_code.h"
#include "client/cli/transfer_display.h"
#include "client/cli/verbs.h"
#include "client/content.h"
#include "client/upload.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct Options {
  std::vector<std::string> paths;
};

absl::StatusOr<int> Push(Program& program, const Options& options) {
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  std::vector<Blob> blobs;
  auto json = nlohmann::json::array();
  std::string text;
  for (const auto& path : options.paths) {
    MIV_ASSIGN_OR_RETURN(auto some, BlobsOfPath(path));
    json.push_back({{"path", path},
                    {"digest", some.back().digest},
                    {"directory", some.back().directory()}});
    text += some.back().digest + "  " + path + "\n";
    for (Blob& blob : some) blobs.push_back(std::move(blob));
  }
  Io& io = program.io();
  {
    TransferDisplay display("upload", io.err, io.err_is_terminal, io.looks);
    MIV_RETURN_IF_ERROR(
        UploadMissing(client->connection(), blobs,
                      {.progress = [&](const auto& p) { display.Take(p); },
                       .stop = program.stop()})
            .status());
  }
  if (program.json)
    program.PrintJson(json);
  else
    io.out << text << std::flush;
  return kExitDone;
}

}  // namespace

void AddPush(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(
      app, "push",
      "Upload files or directories; a config may name them by their digest",
      "  miv push cells.h5\n"
      "  miv push templates mechanisms --json");
  verb->add_option("PATH", options->paths, "Files or directories")->required();
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &Push);
}

}  // namespace miv::client
