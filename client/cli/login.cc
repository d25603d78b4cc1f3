// miv login: remembers a server and a token.

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/verbs.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct Options {
  std::string server;
  std::string ca_file;
};

/// YAML of strings: JSON's quoting is YAML's.
std::string Line(const std::string& key, const std::string& value) {
  return absl::StrCat(key, ": ", nlohmann::json(value).dump(), "\n");
}

absl::StatusOr<int> Login(Program& program, const Options& options) {
  EndpointQuery query = program.Query();
  query.server = options.server;
  MIV_ASSIGN_OR_RETURN(Endpoint endpoint, FindEndpoint(query));
  if (!options.ca_file.empty())
    endpoint.ca_file = std::filesystem::absolute(options.ca_file).string();
  ConnectionOptions connection;
  connection.stop = program.stop();
  MIV_ASSIGN_OR_RETURN(const auto client,
                       Client::Connect(endpoint, connection));
  // Only a call that needs the token tells whether it is good.
  MIV_RETURN_IF_ERROR(client->ListJobs({.limit = 1}).status());
  std::string text = Line("server", endpoint.address);
  if (!endpoint.token.empty()) text += Line("token", endpoint.token);
  if (!endpoint.ca_file.empty()) text += Line("ca_file", endpoint.ca_file);
  const std::string path = ConfigFile(query);
  MIV_RETURN_IF_ERROR(MakeDirectories(
      std::filesystem::path(path).parent_path().string(), 0700));
  MIV_RETURN_IF_ERROR(WriteFileAtomically(path, text, 0600));
  program.io().out << "server " << endpoint.address << " is remembered in "
                   << path << std::endl;
  return kExitDone;
}

}  // namespace

void AddLogin(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(
      app, "login", "Check a server and a token, and use them from now on",
      "  miv login lab.example.org:7400 --token-file token --ca ca.pem\n"
      "  MIV_TOKEN=... miv login lab.example.org:7400\n"
      "  miv login /srv/miv                 a data directory on this machine");
  verb->add_option("SERVER", options->server,
                   "HOST:PORT, unix:PATH or a data directory")
      ->required();
  verb->add_option("--ca", options->ca_file,
                   "PEM file of the authority that signed the server's "
                   "certificate")
      ->type_name("FILE");
  OnChosen(verb, program, options, &Login);
}

}  // namespace miv::client
