#pragma once

// Work on files that nobody vouches for: HDF5 1.10 itself can crash on damaged
// metadata, so a child process goes first.

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace miv::neuroh5 {

/// Runs `work` in a forked child and returns its result.  The child shares
/// nothing with this process: what it opens is closed, what it changes is lost.
/// Errors: DataLoss, naming `path`, if a signal ends the child; Internal if it
/// cannot be started.
absl::StatusOr<std::string> RunIsolated(const std::string& path,
                                        absl::FunctionRef<std::string()> work);

}  // namespace miv::neuroh5
