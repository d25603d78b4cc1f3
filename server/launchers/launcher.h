#pragma once

// How a worker group is started, watched and stopped.

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/launchers/group.h"

namespace miv::server {

/// Starts groups and finds them again.  The group's directory holds all state,
/// so another Launcher object, in this process or a later one, can Poll and
/// Kill what this one launched.  Thread safe.
class Launcher {
 public:
  virtual ~Launcher() = default;

  /// Returns as soon as the group is on its way; it does not wait for ranks.
  /// Errors: AlreadyExists if the directory was launched in before,
  ///   InvalidArgument for a bad spec, FailedPrecondition if the sandbox that
  ///   the spec asks for cannot be had here, ResourceExhausted (no processes
  ///   or disk), Unavailable otherwise.
  virtual absl::Status Launch(const GroupSpec& spec) = 0;

  /// What is true now.  kExited and kGone are final.
  /// Errors: NotFound if nothing was ever launched in the directory.
  virtual absl::StatusOr<GroupStatus> Poll(const GroupRef& group) = 0;

  /// Asks for SIGKILL of every process of the group and returns at once; the
  /// end shows in Poll.  Idempotent; a group that has ended is fine.
  virtual absl::Status Kill(const GroupRef& group) = 0;
};

}  // namespace miv::server
