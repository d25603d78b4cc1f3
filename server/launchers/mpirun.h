#pragma once

// The command line and environment of a worker group on one node.

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "server/launchers/group.h"

namespace miv::server {

/// `mpirun ... -n RANKS COMMAND`, or the command itself.  user: the user id
/// that mpirun will see as its own.
std::vector<std::string> GroupCommand(const GroupSpec& spec, uid_t user);

/// The whole environment: what Open MPI needs to start fast inside the sandbox
/// and nothing of the caller's, then the spec's own variables.
/// temporary: TMPDIR and HOME; short, because sockets are made in it.
std::map<std::string, std::string> GroupEnvironment(
    const GroupSpec& spec, const std::string& temporary);

}  // namespace miv::server
