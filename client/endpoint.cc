#include "client/endpoint.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/config/yaml.h"

namespace miv::client {
namespace {

namespace fs = std::filesystem;

struct Settings {
  std::string server;
  std::string token;
  std::string token_file;
  std::string ca_file;
};

bool Exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

std::string Home(const EndpointQuery& query, const char* xdg,
                 const char* below_home) {
  if (const auto base = query.environment(xdg); base && !base->empty())
    return *base;
  return JoinPath(query.environment("HOME").value_or("/"), below_home);
}

std::string ExpandHome(const EndpointQuery& query, const std::string& path) {
  if (!absl::StartsWith(path, "~/")) return path;
  return JoinPath(query.environment("HOME").value_or("/"), path.substr(2));
}

absl::Status TakeSetting(const config::Document& document,
                         const std::string& key, std::string* value) {
  const auto& json = document.value.at(key);
  if (!json.is_string())
    return config::WithSource(InvalidInput({.reason = "INVALID_CONFIG",
                                            .field = key,
                                            .what = "wrong type of value",
                                            .expected = "a string",
                                            .found = json.dump()}),
                              document.sources);
  *value = json.get<std::string>();
  return absl::OkStatus();
}

absl::StatusOr<Settings> ReadSettings(const EndpointQuery& query) {
  Settings settings;
  const std::string path = ConfigFile(query);
  if (!Exists(path)) return settings;
  MIV_ASSIGN_OR_RETURN(const auto document, config::LoadYamlFile(path));
  if (document.value.is_null()) return settings;
  const std::vector<std::pair<std::string, std::string*>> known = {
      {"ca_file", &settings.ca_file},
      {"server", &settings.server},
      {"token", &settings.token},
      {"token_file", &settings.token_file}};
  std::vector<std::string> names;
  for (const auto& [name, unused] : known) names.push_back(name);
  if (!document.value.is_object())
    return InvalidInput({.reason = "INVALID_CONFIG",
                         .file = path,
                         .what = "not a configuration file",
                         .expected = "keys among ca_file, server, token, "
                                     "token_file"});
  for (const auto& [key, unused] : document.value.items()) {
    std::string* target = nullptr;
    for (const auto& [name, value] : known)
      if (name == key) target = value;
    if (target == nullptr)
      return config::WithSource(
          InvalidInput({.reason = "UNKNOWN_CONFIG_KEY",
                        .field = key,
                        .what = "unknown setting",
                        .remedy = SuggestName(key, names)}),
          document.sources);
    MIV_RETURN_IF_ERROR(TakeSetting(document, key, target));
  }
  return settings;
}

/// The first line of a token file.
absl::StatusOr<std::string> ReadToken(const std::string& path) {
  MIV_ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  const std::string token(absl::StripAsciiWhitespace(content));
  if (!token.empty()) return token;
  return InvalidInput(
      {.reason = "NO_TOKEN", .file = path, .what = "the token file is empty"});
}

bool LooksLikeHostPort(const std::string& text) {
  const auto colon = text.rfind(':');
  int port = 0;
  return colon != std::string::npos && colon > 0 &&
         absl::SimpleAtoi(text.substr(colon + 1), &port) && port > 0 &&
         port < 65536 && text.find('/') == std::string::npos;
}

/// Fills address, token and pid from a server.json.
absl::Status ReadServerFile(const std::string& path, Endpoint* endpoint) {
  MIV_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("address") ||
      !json.at("address").is_string())
    return InvalidInput({.reason = "INVALID_SERVER_FILE",
                         .file = path,
                         .what = "does not describe a server",
                         .expected = "a JSON object with an address"});
  endpoint->address = json.at("address").get<std::string>();
  if (json.contains("pid") && json.at("pid").is_number_integer())
    endpoint->server_pid = json.at("pid").get<int>();
  if (json.contains("version") && json.at("version").is_string())
    endpoint->server_version = json.at("version").get<std::string>();
  if (json.contains("ca_file") && json.at("ca_file").is_string())
    endpoint->ca_file = json.at("ca_file").get<std::string>();
  if (!json.contains("token_file") || !json.at("token_file").is_string())
    return absl::OkStatus();
  const std::string token_file =
      JoinPath(fs::path(path).parent_path().string(),
               json.at("token_file").get<std::string>());
  if (auto token = ReadToken(token_file); token.ok()) {
    endpoint->token = *std::move(token);
    endpoint->token_origin = token_file;
  }
  return absl::OkStatus();
}

/// Unavailable where one could run, NotFound where there is nothing.
absl::Status NoServerIn(const std::string& directory,
                        const std::string& origin) {
  return MakeStatus(
      Exists(directory) ? absl::StatusCode::kUnavailable
                        : absl::StatusCode::kNotFound,
      {.reason = "NO_SERVER",
       .what = absl::StrCat("no coordinator runs in ", directory, " (given by ",
                            origin, ")"),
       .remedy = absl::StrCat("Start one with: miv up --data ", directory)});
}

absl::Status ResolveServer(const std::string& server, const std::string& origin,
                           Endpoint* endpoint) {
  endpoint->origin = origin;
  std::error_code error;
  if (absl::StartsWith(server, "unix:") || LooksLikeHostPort(server)) {
    endpoint->address = server;
    return absl::OkStatus();
  }
  if (fs::is_directory(server, error)) {
    const std::string file = JoinPath(server, "server.json");
    if (!Exists(file)) return NoServerIn(server, origin);
    return ReadServerFile(file, endpoint);
  }
  if (fs::is_regular_file(server, error))
    return ReadServerFile(server, endpoint);
  if (absl::StrContains(server, '/')) return NoServerIn(server, origin);
  return InvalidInput({.reason = "INVALID_SERVER",
                       .field = origin,
                       .what = "this names no server",
                       .expected = "HOST:PORT, unix:PATH, or a coordinator's "
                                   "data directory or server.json",
                       .found = absl::StrCat("\"", server, "\"")});
}

absl::Status LocateServer(const EndpointQuery& query, const Settings& settings,
                          Endpoint* endpoint) {
  if (!query.server.empty())
    return ResolveServer(query.server, "--server", endpoint);
  const auto variable = query.environment("MIV_SERVER");
  if (variable && !variable->empty())
    return ResolveServer(*variable, "MIV_SERVER", endpoint);
  if (!settings.server.empty())
    return ResolveServer(ExpandHome(query, settings.server), ConfigFile(query),
                         endpoint);
  const std::string data = DefaultDataDirectory(query);
  if (Exists(JoinPath(data, "server.json")))
    return ResolveServer(data, data, endpoint);
  return MakeStatus(
      absl::StatusCode::kNotFound,
      {.reason = "NO_SERVER",
       .what = "no server is known",
       .remedy = absl::StrCat(
           "Start one on this machine with `miv up`, or name one with "
           "--server, MIV_SERVER or `server:` in ",
           ConfigFile(query), ".")});
}

absl::Status FindToken(const EndpointQuery& query, const Settings& settings,
                       Endpoint* endpoint) {
  if (!query.token_file.empty()) {
    MIV_ASSIGN_OR_RETURN(endpoint->token, ReadToken(query.token_file));
    endpoint->token_origin = query.token_file;
    return absl::OkStatus();
  }
  if (!endpoint->token.empty()) return absl::OkStatus();
  const auto variable = query.environment("MIV_TOKEN");
  if (variable && !variable->empty()) {
    endpoint->token = *variable;
    endpoint->token_origin = "MIV_TOKEN";
    return absl::OkStatus();
  }
  if (!settings.token.empty()) {
    endpoint->token = settings.token;
    endpoint->token_origin = ConfigFile(query);
    return absl::OkStatus();
  }
  if (settings.token_file.empty()) return absl::OkStatus();
  endpoint->token_origin = ExpandHome(query, settings.token_file);
  MIV_ASSIGN_OR_RETURN(endpoint->token, ReadToken(endpoint->token_origin));
  return absl::OkStatus();
}

}  // namespace

EndpointQuery QueryFromEnvironment(std::string server, std::string token_file) {
  return {
      .server = std::move(server),
      .token_file = std::move(token_file),
      .environment = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        if (value == nullptr) return std::nullopt;
        return std::string(value);
      }};
}

std::string ConfigFile(const EndpointQuery& query) {
  return JoinPath(Home(query, "XDG_CONFIG_HOME", ".config"), "miv/config.yaml");
}

std::string DefaultDataDirectory(const EndpointQuery& query) {
  return JoinPath(Home(query, "XDG_DATA_HOME", ".local/share"), "miv");
}

bool IsLocalAddress(const std::string& address) {
  if (absl::StartsWith(address, "unix:")) return true;
  const std::string host = address.substr(0, address.rfind(':'));
  return host == "localhost" || host == "[::1]" ||
         (absl::StartsWith(host, "127.") &&
          host.find_first_not_of("0123456789.") == std::string::npos);
}

absl::StatusOr<Endpoint> FindEndpoint(const EndpointQuery& query) {
  MIV_ASSIGN_OR_RETURN(const Settings settings, ReadSettings(query));
  Endpoint endpoint;
  MIV_RETURN_IF_ERROR(LocateServer(query, settings, &endpoint));
  MIV_RETURN_IF_ERROR(FindToken(query, settings, &endpoint));
  if (!settings.ca_file.empty())
    endpoint.ca_file = ExpandHome(query, settings.ca_file);
  return endpoint;
}

}  // namespace miv::client
