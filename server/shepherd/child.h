#pragma once

// The group's processes as the shepherd starts them.

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"
#include "server/launchers/sandbox.h"

namespace miv::server {

struct Child {
  pid_t pid = 0;
  int out = -1;  ///< read ends of its stdout and stderr
  int err = -1;
};

/// Starts the launch's command in a session of its own, with its environment
/// (mpirun.h) and no descriptor but its three.  It is the first choice of the
/// kernel when memory runs out.  Child::pid is its keeper, a process that kills
/// the whole group when the calling process dies.
/// temporary: its TMPDIR; without a sandbox the keeper removes it in the end.
/// Errors: Internal with the reason if it cannot be executed.
absl::StatusOr<Child> StartChild(const LocalLaunch& launch,
                                 const std::string& temporary);

}  // namespace miv::server
