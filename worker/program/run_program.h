#pragma once

// Runs a program of the user's to its end, whatever it does.

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/program/confinement.h"

namespace miv::worker {

struct ProgramSpec {
  std::vector<std::string> argv;                   ///< [0]: absolute path
  std::map<std::string, std::string> environment;  ///< all of it
  std::string directory;                           ///< where it starts
  const Confinement* confinement = nullptr;        ///< may be null
  std::chrono::milliseconds timeout{0};            ///< 0: none
};

/// What is told while it runs, from the calling thread.
struct ProgramWatch {
  /// Each line of stdout and stderr, without its end, at most 1000 bytes of it.
  std::function<void(absl::string_view line)> line;
  /// At least every 50 ms; false ends the program.
  std::function<bool(std::chrono::milliseconds elapsed)> go_on;
};

struct ProgramEnd {
  enum class How { kExited, kSignalled, kTimeout, kStopped };
  How how = How::kExited;
  int code = 0;             ///< of kExited
  int signal = 0;           ///< of kSignalled
  std::string last_errors;  ///< the last lines of stderr, at most 4 KiB
};

/// Runs it in a session of its own with no descriptor but its output pipes.
/// When it has ended, been stopped or timed out, everything that it started is
/// killed before this returns, so that nobody can change its files any more.
/// The program dies with the calling thread.  Not thread safe: all children of
/// this process end.
/// Errors: NotFound if it cannot be executed, with the system's reason;
///   Internal if pipe or fork fails; DeadlineExceeded as EndChildren.
absl::StatusOr<ProgramEnd> RunProgram(const ProgramSpec& spec,
                                      const ProgramWatch& watch);

}  // namespace miv::worker
