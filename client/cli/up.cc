// miv up: starts a coordinator on this machine.

#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/coordinator_process.h"
#include "client/cli/exit_code.h"
#include "client/cli/verbs.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/base/subprocess.h"

namespace miv::client {
namespace {

constexpr absl::Duration kTimeToStart = absl::Seconds(30);
constexpr absl::Duration kTimeToStop = absl::Seconds(30);

struct Options {
  std::string data;
  std::string listen;
  bool foreground = false;
  bool stop = false;
};

/// The coordinator that serves this data directory; an error if none does.
absl::StatusOr<Endpoint> ServingEndpoint(const EndpointQuery& query) {
  MIV_ASSIGN_OR_RETURN(Endpoint endpoint, FindEndpoint(query));
  MIV_ASSIGN_OR_RETURN(const auto connection, Connection::Create(endpoint));
  MIV_RETURN_IF_ERROR(connection->CheckHealth(absl::Seconds(2)));
  return endpoint;
}

void PrintRunning(Program& program, const Endpoint& endpoint,
                  const std::string& data, bool fresh) {
  const bool usual = data == DefaultDataDirectory(program.Query());
  const std::string option = usual ? "" : absl::StrCat(" --data ", data);
  auto& out = program.io().out;
  out << "coordinator " << (fresh ? "is up at " : "was up already, at ")
      << endpoint.address << "\n  data       " << data << "\n";
  if (!usual) out << "  use it     export MIV_SERVER=" << data << "\n";
  out << "  next       miv submit pipeline.yaml --wait\n"
      << "  stop it    miv up --stop" << option << std::endl;
}

absl::StatusOr<int> Stop(Program& program, const EndpointQuery& query) {
  MIV_ASSIGN_OR_RETURN(const Endpoint endpoint, FindEndpoint(query));
  MIV_RETURN_IF_ERROR(StopCoordinator(endpoint.server_pid, kTimeToStop));
  program.io().out << "coordinator at " << endpoint.address << " has stopped"
                   << std::endl;
  return kExitDone;
}

absl::StatusOr<int> Up(Program& program, const Options& options) {
  const std::string data =
      std::filesystem::absolute(options.data.empty()
                                    ? DefaultDataDirectory(program.Query())
                                    : options.data)
          .lexically_normal()
          .string();
  EndpointQuery query = program.Query();
  query.server = data;
  if (options.stop) return Stop(program, query);
  if (const auto endpoint = ServingEndpoint(query); endpoint.ok()) {
    PrintRunning(program, *endpoint, data, /*fresh=*/false);
    return kExitDone;
  }
  CoordinatorCommand command{.data = data, .listen = options.listen};
  MIV_ASSIGN_OR_RETURN(command.program, FindCoordinator(ExecutableDirectory()));
  if (options.foreground) {
    program.io().out << "data in " << data << "; Ctrl-C stops" << std::endl;
    return RunInForeground(command);
  }
  MIV_RETURN_IF_ERROR(RemoveTree(JoinPath(data, "server.json")));
  MIV_ASSIGN_OR_RETURN(const int pid, StartInBackground(command));
  Endpoint endpoint;
  MIV_RETURN_IF_ERROR(WaitUntilReady(command, pid, kTimeToStart, [&] {
    auto serving = ServingEndpoint(query);
    if (serving.ok()) endpoint = *std::move(serving);
    return serving.status();
  }));
  PrintRunning(program, endpoint, data, /*fresh=*/true);
  return kExitDone;
}

}  // namespace

void AddUp(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(
      app, "up", "Start a coordinator on this machine",
      "  miv up                              data in ~/.local/share/miv\n"
      "  miv up --data ./data --listen 127.0.0.1:7400\n"
      "  miv up --foreground                 until Ctrl-C\n"
      "  miv up --stop");
  verb->add_option("--data", options->data, "Data directory")->type_name("DIR");
  verb->add_option("--listen", options->listen,
                   "Address (default: the coordinator's)")
      ->type_name("ADDR");
  verb->add_flag("--foreground", options->foreground,
                 "Run in this terminal until Ctrl-C");
  verb->add_flag("--stop", options->stop,
                 "Stop the coordinator of the data directory");
  OnChosen(verb, program, options, &Up);
}

}  // namespace miv::client
