#pragma once

// Where the server is and with which token to speak to it.

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace miv::client {

struct Endpoint {
  std::string address;  ///< gRPC target: "127.0.0.1:7400", "unix:/run/m.sock"
  std::string token;    ///< empty: none was found
  std::string ca_file;  ///< PEM of the server's CA; empty: the system's roots
  std::string origin;   ///< who named the server: "--server", "MIV_SERVER", ...
  std::string token_origin;  ///< a file or "MIV_TOKEN"; empty without a token
  // From server.json.
  int server_pid = 0;  ///< 0 unknown
  std::string server_version;
};

/// Where to look.  The environment is a parameter so that tests need none.
struct EndpointQuery {
  std::string server;      ///< --server; empty if not given
  std::string token_file;  ///< --token-file; empty if not given
  std::function<std::optional<std::string>(const std::string&)> environment;
};

/// The query of this process.
EndpointQuery QueryFromEnvironment(std::string server, std::string token_file);

/// Server: `server`, MIV_SERVER, `server` of the configuration file, the data
/// directory that `miv up` uses by default; the first one that is given.  Each
/// is HOST:PORT, unix:PATH, a data directory, or its server.json.
///
/// Token: token_file, the token file that server.json names (if this user may
/// read it), MIV_TOKEN, `token` or `token_file` of the configuration file.
///
/// Errors: NotFound if no server is named or a named file is absent;
/// Unavailable if no coordinator runs in a data directory;
/// InvalidArgument for an address or a configuration file that is not one;
/// PermissionDenied if `token_file` cannot be read.
absl::StatusOr<Endpoint> FindEndpoint(const EndpointQuery& query);

/// $XDG_CONFIG_HOME/miv/config.yaml, default ~/.config/miv/config.yaml.
std::string ConfigFile(const EndpointQuery& query);

/// $XDG_DATA_HOME/miv, default ~/.local/share/miv.
std::string DefaultDataDirectory(const EndpointQuery& query);

/// True for targets that only this machine can reach: no TLS there.
bool IsLocalAddress(const std::string& address);

}  // namespace miv::client
