#pragma once

// How a group is enclosed: what this machine offers, what a launch gets of it,
// and the command line that does it.  docs/security.md says what each level
// protects.

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/launchers/group.h"
#include "server/launchers/group_user.h"

namespace miv::server {

enum class SandboxBackend { kBwrap, kNone };

/// What works here.
struct SandboxAbilities {
  bool root = false;            ///< this process is root
  UserRange users;              ///< to run groups as; empty: cannot
  bool private_mounts = false;  ///< may rearrange mounts in a namespace
  absl::Status bwrap;           ///< OK, or why bubblewrap does not work
};

/// Tries each once with a harmless program; takes some 20 ms.
SandboxAbilities ProbeSandbox();

/// A path that the group's user could not reach because it cannot pass the
/// directory `closed` above it.
struct ExposedPath {
  std::string closed;
  std::string path;
};

/// spec.json of a local group: the spec and what was decided about it.
struct LocalLaunch {
  GroupSpec spec;
  SandboxBackend backend = SandboxBackend::kNone;
  std::optional<uid_t> user;         ///< absent: the server's own
  std::vector<ExposedPath> exposed;  ///< to be mounted where `user` can reach
  std::string warning;               ///< what remains unprotected, if anything
};

nlohmann::json ToJson(const LocalLaunch& launch);
absl::StatusOr<LocalLaunch> LocalLaunchFromJson(const nlohmann::json& json);

/// Decides backend and user.  The paths of the spec must exist already.
/// Errors: FailedPrecondition if the policy asks for bwrap and it does not
///   work, or if user code would get the server's own privileges;
///   ResourceExhausted if no user is free.
absl::StatusOr<LocalLaunch> PlanLaunch(const GroupSpec& spec,
                                       const SandboxAbilities& abilities);

/// What a group sees besides the system.
struct VisiblePaths {
  std::vector<std::string> read_only;
  std::vector<std::string> writable;
};
VisiblePaths PathsOf(const GroupSpec& spec);

/// The whole command: privileges dropped, sandbox, limits, mpirun, worker.
std::vector<std::string> SandboxCommand(const LocalLaunch& launch);

}  // namespace miv::server
