// miv version: of this program, and of the server if there is one.

#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/verbs.h"

namespace miv::client {
namespace {

struct Options {};

absl::StatusOr<int> Version(Program& program, const Options&) {
  const auto endpoint = FindEndpoint(program.Query());
  absl::Status health = endpoint.status();
  if (endpoint.ok()) {
    auto connection = Connection::Create(*endpoint);
    health = connection.ok() ? (*connection)->CheckHealth(absl::Seconds(3))
                             : connection.status();
  }
  if (program.json) {
    nlohmann::json form = {{"version", MIV_VERSION}, {"server", nullptr}};
    if (endpoint.ok())
      form["server"] = {{"address", endpoint->address},
                        {"version", endpoint->server_version},
                        {"serving", health.ok()}};
    program.PrintJson(form);
    return kExitDone;
  }
  auto& out = program.io().out;
  out << "miv " << MIV_VERSION << "\n";
  if (endpoint.ok())
    out << "server " << endpoint->address << " "
        << (endpoint->server_version.empty() ? ""
                                             : endpoint->server_version + " ")
        << (health.ok() ? "(serving)" : "(not reachable)") << "\n";
  out << std::flush;
  return kExitDone;
}

}  // namespace

void AddVersion(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "version", "Print versions",
                           "  miv version\n  miv version --json");
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &Version);
}

}  // namespace miv::client
