#pragma once

#include "absl/status/status.h"
#include "miv/v1/events.pb.h"

namespace miv::client {

/// What the program tells its caller.
enum ExitCode {
  kExitDone = 0,
  kExitFailed = 1,  ///< the job failed or was cancelled; a file is not sound
  kExitUsage = 2,   ///< bad usage or input
  kExitUnreachable = 3,
  kExitDenied = 4,
  kExitDetached = 130,  ///< Ctrl-C
};

ExitCode ExitCodeOf(const absl::Status& status);
ExitCode ExitCodeOf(v1::JobState state);

}  // namespace miv::client
