#pragma once

// Starting and stopping miv-coordinator as a process of its own.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace miv::client {

struct CoordinatorCommand {
  std::string program;  ///< path of miv-coordinator
  std::string data;
  std::string listen;  ///< empty: the coordinator's default
};

/// Path of miv-coordinator in `directory`.
/// Errors: FailedPrecondition NO_COORDINATOR.
absl::StatusOr<std::string> FindCoordinator(const std::string& directory);

/// The argument list of the command, program first.
std::vector<std::string> ArgumentsOf(const CoordinatorCommand& command);

/// Becomes the coordinator.  Returns only with an error.
absl::Status RunInForeground(const CoordinatorCommand& command);

/// Starts it in a session of its own; what it prints goes to DATA/up.log.
/// Returns its pid.
absl::StatusOr<int> StartInBackground(const CoordinatorCommand& command);

/// Waits until `ready` gives OK.  Errors: FailedPrecondition with the end of
/// DATA/up.log if the process ends before; `ready`'s last error on timeout.
template <typename Ready>
absl::Status WaitUntilReady(const CoordinatorCommand& command, int pid,
                            absl::Duration timeout, const Ready& ready);

/// True while the child runs; collects it when it has ended.
bool StillRuns(int pid);

/// The error for a coordinator that ended at once.
absl::Status EndedAtOnce(const CoordinatorCommand& command);

/// Asks the process to end (SIGTERM) and waits for it.
/// Errors: FailedPrecondition if `pid` is not a miv-coordinator of this user,
/// or does not end in time.
absl::Status StopCoordinator(int pid, absl::Duration timeout);

template <typename Ready>
absl::Status WaitUntilReady(const CoordinatorCommand& command, int pid,
                            absl::Duration timeout, const Ready& ready) {
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    const absl::Status status = ready();
    if (status.ok()) return status;
    if (!StillRuns(pid)) return EndedAtOnce(command);
    if (absl::Now() > deadline) return status;
    absl::SleepFor(absl::Milliseconds(50));
  }
}

}  // namespace miv::client
