// miv-worker: the MPI program that builds and simulates.
//
//   mpirun -n N miv-worker --socket PATH --token-file FILE   serve a coordinator
//   mpirun -n N miv-worker --step SPEC.json                  run one step
//   miv-worker --preflight SPEC.json --result RESULT.json    check, without MPI

#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/ascii.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/agent/agent.h"
#include "worker/main/single_step.h"
#include "worker/main/step_table.h"
#include "worker/parallel/mpi_ranks.h"
#include "worker/preflight/preflight.h"

namespace {

struct Options {
  std::string socket;
  std::string token_file;
  std::string step;
  std::string preflight;
  std::string result;
};

// To the worker socket of a coordinator, which may be away for a while: gRPC
// would by and by wait two minutes between its tries.
std::shared_ptr<grpc::Channel> ChannelTo(const std::string& socket) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  return grpc::CreateCustomChannel(absl::StrCat("unix:", socket),
                                   grpc::InsecureChannelCredentials(),
                                   arguments);
}

absl::Status Serve(miv::parallel::Ranks& ranks, const Options& options) {
  std::unique_ptr<miv::worker::ServerLink> link;
  if (ranks.is_root()) {
    MIV_ASSIGN_OR_RETURN(std::string token,
                         miv::ReadFile(options.token_file));
    link = std::make_unique<miv::worker::ServerLink>(
        miv::v1::Workers::NewStub(ChannelTo(options.socket)),
        std::string(absl::StripAsciiWhitespace(token)));
  }
  return miv::worker::RunAssignments(ranks, miv::worker::AllSteps(),
                                     link.get());
}

// Everything that happens under MPI.  Returns the exit code.
int RunUnderMpi(const Options& options, int* argc, char*** argv) {
  miv::parallel::MpiSession session(argc, argv);
  const auto ranks = miv::parallel::MpiRanks::World();
  absl::Status status;
  try {
    status = options.step.empty()
                 ? Serve(*ranks, options)
                 : miv::worker::RunSingleStep(*ranks, options.step);
  } catch (const std::exception& error) {
    // Out of memory, above all.  The other ranks wait in a collective call, so
    // the group ends here; the coordinator finds this text in its stderr.
    std::fprintf(stderr, "miv-worker: rank %d: %s\n", ranks->rank(),
                 error.what());
    ranks->Abort(70);
  }
  if (status.ok()) return 0;
  if (ranks->is_root())
    std::fprintf(stderr, "miv-worker: %s\n",
                 std::string(status.message()).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Builds and simulates networks for a MiV coordinator.");
  Options options;
  auto* socket = app.add_option("--socket", options.socket,
                                "Unix socket of the coordinator");
  app.add_option("--token-file", options.token_file,
                 "file with the group's token")
      ->needs(socket);
  app.add_option("--step", options.step, "run the step of this JSON file")
      ->excludes(socket);
  auto* preflight =
      app.add_option("--preflight", options.preflight,
                     "run the checks of this JSON file, without MPI");
  app.add_option("--result", options.result, "where the checks' result goes")
      ->needs(preflight);
  app.require_option(1, 2);
  CLI11_PARSE(app, argc, argv);

  int code = 0;
  if (!options.preflight.empty()) {
    code = miv::worker::RunPreflight(options.preflight, options.result);
  } else {
    code = RunUnderMpi(options, &argc, &argv);
  }
  // NEURON's exit handlers run a shell; nothing is left to clean up.
  std::fflush(nullptr);
  std::_Exit(code);
}
