// Which sandbox a launch gets, and its record.

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/base/subprocess.h"
#include "server/launchers/sandbox.h"

namespace miv::server {
namespace {

using Argv = std::vector<std::string>;

Argv DropArgv(uid_t user) {
  return {"/usr/bin/setpriv", "--reuid",        absl::StrCat(user), "--regid",
          absl::StrCat(user), "--clear-groups", "--no-new-privs"};
}

// OK if the program runs and succeeds, else what it said.
absl::Status Try(const Argv& argv) {
  const auto result = RunProcess(argv, {.timeout = std::chrono::seconds(10)});
  if (!result.ok()) return result.status();
  if (result->exit_code == 0) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StripAsciiWhitespace(result->err).empty()
          ? absl::StrCat(argv.front(), " ended with code ", result->exit_code)
          : absl::StrCat(absl::StripAsciiWhitespace(result->err)));
}

absl::Status TryBwrap(const UserRange& users) {
  Argv argv;
  if (users.count > 0) argv = DropArgv(users.first);
  for (const char* word :
       {"/usr/bin/bwrap", "--unshare-user", "--unshare-all", "--disable-userns",
        "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--ro-bind",
        "/", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--",
        "/usr/bin/true"})
    argv.push_back(word);
  return Try(argv);
}

// Either what the user needs to be shown, or why the user cannot be used.
absl::StatusOr<std::vector<ExposedPath>> Expose(
    const GroupSpec& spec, uid_t user, const SandboxAbilities& abilities) {
  VisiblePaths paths = PathsOf(spec);
  const std::string& directory = spec.group.directory;
  std::vector<std::string> all = std::move(paths.read_only);
  all.push_back(spec.command.front());
  std::vector<ExposedPath> exposed;
  for (const std::string& path : all) {
    // The token is given to the user, the socket directory need only be passed.
    const bool own =
        path == directory + "/token" || path == spec.socket_directory;
    if (!own && !IsReadable(user, path))
      return absl::PermissionDeniedError(
          absl::StrCat(path, " is not readable to other users"));
  }
  all.insert(all.end(), paths.writable.begin(), paths.writable.end());
  all.push_back(directory + "/etc");
  for (const std::string& path : all) {
    std::string closed = ClosedDirectory(user, path);
    if (!closed.empty()) exposed.push_back({std::move(closed), path});
  }
  if (!exposed.empty() && !abilities.private_mounts)
    return absl::PermissionDeniedError(
        absl::StrCat(exposed.front().closed,
                     " is closed to other users, and "
                     "this process may not rearrange mounts"));
  return exposed;
}

absl::Status Refusal(const std::string& why) {
  return MakeStatus(
      absl::StatusCode::kFailedPrecondition,
      {.reason = "NO_SANDBOX",
       .what = absl::StrCat("this server cannot confine another user's code: ",
                            why),
       .remedy = "Install bubblewrap and keep the server's programs and data "
                 "where other users can pass, or run the server as an "
                 "unprivileged user."});
}

absl::Status ChooseBackend(const SandboxAbilities& abilities,
                           LocalLaunch* launch) {
  const SandboxPolicy policy = launch->spec.sandbox;
  const bool bwrap = policy != SandboxPolicy::kNone && abilities.bwrap.ok();
  launch->backend = bwrap ? SandboxBackend::kBwrap : SandboxBackend::kNone;
  if (policy == SandboxPolicy::kBwrap && !bwrap)
    return MakeStatus(
        absl::StatusCode::kFailedPrecondition,
        {.reason = "NO_SANDBOX",
         .what = absl::StrCat("bubblewrap does not work here: ",
                              abilities.bwrap.message()),
         .remedy = "Install bubblewrap and allow user namespaces, or choose "
                   "another sandbox policy."});
  if (policy == SandboxPolicy::kAuto && !bwrap)
    launch->warning = absl::StrCat("no sandbox: ", abilities.bwrap.message());
  return absl::OkStatus();
}

absl::Status ChooseUser(const SandboxAbilities& abilities,
                        LocalLaunch* launch) {
  std::string why = "this process cannot become another user";
  if (abilities.users.count > 0) {
    MIV_ASSIGN_OR_RETURN(const uid_t user,
                         ChooseGroupUser(launch->spec.group, abilities.users));
    auto exposed = Expose(launch->spec, user, abilities);
    if (exposed.ok()) {
      launch->user = user;
      launch->exposed = *std::move(exposed);
      return absl::OkStatus();
    }
    why = std::string(exposed.status().message());
  }
  if (launch->spec.user_code) return Refusal(why);
  launch->warning =
      absl::StrCat(launch->warning, launch->warning.empty() ? "" : "; ",
                   "the group runs as root: ", why);
  return absl::OkStatus();
}

}  // namespace

SandboxAbilities ProbeSandbox() {
  SandboxAbilities abilities;
  abilities.root = ::geteuid() == 0;
  if (abilities.root) {
    const auto map = ReadFile("/proc/self/uid_map");
    abilities.users = UnusedUserRange(map.ok() ? *map : "");
    Argv argv = DropArgv(abilities.users.first);
    argv.push_back("/usr/bin/true");
    if (abilities.users.count > 0 && !Try(argv).ok()) abilities.users = {};
    abilities.private_mounts =
        Try({"/usr/bin/unshare", "--mount", "/usr/bin/mount", "-t", "tmpfs",
             "none", "/tmp"})
            .ok();
  }
  abilities.bwrap = TryBwrap(abilities.users);
  return abilities;
}

absl::StatusOr<LocalLaunch> PlanLaunch(const GroupSpec& spec,
                                       const SandboxAbilities& abilities) {
  LocalLaunch launch{.spec = spec};
  MIV_RETURN_IF_ERROR(ChooseBackend(abilities, &launch));
  if (abilities.root) {
    MIV_RETURN_IF_ERROR(ChooseUser(abilities, &launch));
    return launch;
  }
  if (spec.user_code && spec.sandbox == SandboxPolicy::kAuto &&
      launch.backend == SandboxBackend::kNone)
    return Refusal(launch.warning);
  return launch;
}

nlohmann::json ToJson(const LocalLaunch& launch) {
  nlohmann::json exposed = nlohmann::json::array();
  for (const ExposedPath& path : launch.exposed)
    exposed.push_back({{"closed", path.closed}, {"path", path.path}});
  nlohmann::json json = {
      {"spec", ToJson(launch.spec)},
      {"backend", launch.backend == SandboxBackend::kBwrap ? "bwrap" : "none"},
      {"exposed", std::move(exposed)},
      {"warning", launch.warning}};
  if (launch.user) json["user"] = *launch.user;
  return json;
}

absl::StatusOr<LocalLaunch> LocalLaunchFromJson(const nlohmann::json& json) {
  if (!json.is_object() || !json.contains("spec"))
    return absl::InvalidArgumentError("expected an object with a spec");
  LocalLaunch launch;
  MIV_ASSIGN_OR_RETURN(launch.spec, GroupSpecFromJson(json.at("spec")));
  try {
    launch.backend = json.at("backend").get<std::string>() == "bwrap"
                         ? SandboxBackend::kBwrap
                         : SandboxBackend::kNone;
    for (const nlohmann::json& path : json.at("exposed"))
      launch.exposed.push_back({path.at("closed").get<std::string>(),
                                path.at("path").get<std::string>()});
    launch.warning = json.at("warning").get<std::string>();
    if (json.contains("user")) launch.user = json.at("user").get<uid_t>();
  } catch (const nlohmann::json::exception& error) {
    return absl::InvalidArgumentError(error.what());
  }
  return launch;
}

}  // namespace miv::server
