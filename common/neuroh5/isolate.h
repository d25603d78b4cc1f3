#pragma once

// Work on files that nobody vouches for: HDF5 1.10 itself can crash, loop or
// ask for absurd memory on damaged metadata, so a child process goes first.

#include <chrono>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace miv::neuroh5 {

/// What the child may take.
struct IsolationLimits {
  std::chrono::milliseconds time{0};  ///< until it is killed
  std::uint64_t memory_bytes = 0;     ///< beyond what this process holds
};

/// Enough for any sound file of this size: 60 s and 1 GiB, and more in
/// proportion for large files.
IsolationLimits LimitsFor(const std::string& path);

/// Runs `work` in a forked child and returns its result.  The child shares
/// nothing with this process: what it opens is closed, what it changes is lost.
/// Errors, naming `path`: DataLoss HDF5_CRASH if a signal ends the child,
///   HDF5_TIMEOUT if it takes longer than the limit, HDF5_MEMORY if it asks for
///   more memory than the limit.  Internal if it cannot be started.
absl::StatusOr<std::string> RunIsolated(const std::string& path,
                                        const IsolationLimits& limits,
                                        absl::FunctionRef<std::string()> work);

/// The same with LimitsFor(path).
absl::StatusOr<std::string> RunIsolated(const std::string& path,
                                        absl::FunctionRef<std::string()> work);

}  // namespace miv::neuroh5
