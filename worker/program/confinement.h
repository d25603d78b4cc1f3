#pragma once

// What a child process may touch, by Landlock: the kernel's means for processes
// without privileges, available where no namespace may be made.

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace miv::worker {

struct AllowedPaths {
  std::vector<std::string> read;   ///< files, and directories with their trees
  std::vector<std::string> write;  ///< directories, everything below them
};

/// A set of rules that a child puts on itself before it runs its program.
/// Besides the paths: no TCP, no signals to processes outside, no look into
/// them, as far as the kernel knows how to forbid it.
class Confinement {
 public:
  /// Errors: Unimplemented if the kernel has no Landlock; Unavailable if a rule
  /// cannot be made.  Paths that do not exist are left out.
  static absl::StatusOr<Confinement> Create(const AllowedPaths& paths);

  Confinement(Confinement&& other) noexcept;
  Confinement& operator=(Confinement&&) = delete;
  ~Confinement();

  /// For the child between fork and exec; calls the kernel only.  Not to be
  /// undone.  Returns 0 or the error number.
  int Enter() const;

 private:
  explicit Confinement(int rules) : rules_(rules) {}
  int rules_;
};

/// What every program needs of the system: programs, libraries, the loader's
/// and the resolver's files, harmless devices, its own processes.
AllowedPaths SystemPaths();

}  // namespace miv::worker
