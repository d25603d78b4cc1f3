#pragma once

// Owns one group from its first process to its last.

#include <chrono>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/launchers/sandbox.h"
#include "server/shepherd/child.h"
#include "server/shepherd/output_file.h"

namespace miv::server {

/// Runs a launch to its end.  Single-threaded: the group dies with the thread
/// that started it.
///
///   shepherd.json  written first, by atomic rename
///   stdout, stderr the group's, bounded
///   exit.json      written last, when no process of the group is left
///
/// SIGTERM and SIGINT kill the group; SIGHUP is ignored.
class Shepherd {
 public:
  explicit Shepherd(LocalLaunch launch);

  /// Returns when exit.json is written.  Errors: only if it could not be.
  absl::Status Run();

 private:
  using Clock = std::chrono::steady_clock;

  ExitRecord RunGroup(int signals);
  absl::StatusOr<std::string> MakeTemporary();
  void Watch(int signals);
  void ReadSignals(int signals);
  void ReapChildren();
  void CheckLimits();
  int MillisecondsToWait() const;
  void Stop(ExitOutcome outcome, const std::string& detail);
  ExitRecord Conclude();
  std::string Path(const char* name) const;

  const LocalLaunch launch_;
  const Clock::time_point start_;
  Clock::time_point next_check_;
  std::string temporary_;  ///< TMPDIR outside a sandbox; empty in one
  Child child_;
  std::optional<OutputFile> out_;
  std::optional<OutputFile> err_;
  std::optional<int> wait_status_;     ///< of the child, once it has ended
  std::optional<ExitRecord> stopped_;  ///< why we ended it, if we did
};

}  // namespace miv::server
