#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace miv {

struct ProcessOptions {
  std::string working_directory;  ///< empty: inherit
  /// The whole environment of the child; unset variables are absent.
  /// With inherit_environment these are added to the parent's.
  std::map<std::string, std::string> environment;
  bool inherit_environment = true;
  std::string input;  ///< written to stdin, then closed
  std::chrono::milliseconds timeout{60'000};
  /// Asked ten times a second if given; true ends the program like the timeout.
  std::function<bool()> stop;
  /// Bytes kept of stdout and of stderr each; the rest is read and dropped.
  std::size_t output_limit = 1 << 20;
};

struct ProcessResult {
  int exit_code = 0;  ///< 128 + signal if killed by one
  bool timed_out = false;
  bool stopped = false;
  std::string out;
  std::string err;
};

/// Runs a program (argv[0] looked up in PATH) to its end and collects what it
/// prints.  On timeout or when stopped, the child's whole process group is
/// killed.  Open file
/// descriptors of the parent are not inherited.
/// Errors: NotFound if the program cannot be executed, Internal if a pipe or
///   fork fails.  A non-zero exit code is not an error.
absl::StatusOr<ProcessResult> RunProcess(const std::vector<std::string>& argv,
                                         const ProcessOptions& options = {});

/// Path of the running executable's directory (for programs beside it).
std::string ExecutableDirectory();

}  // namespace miv
