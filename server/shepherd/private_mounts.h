#pragma once

#include <vector>

#include "absl/status/status.h"
#include "server/launchers/sandbox.h"

namespace miv::server {

/// Gives the calling process a mount namespace of its own in which every
/// directory named `closed` shows nothing but the paths exposed below it, at
/// their usual places and passable to everyone.  Nothing changes for other
/// processes.  Needs CAP_SYS_ADMIN; does nothing for an empty list.
absl::Status MountPrivately(const std::vector<ExposedPath>& exposed);

}  // namespace miv::server
