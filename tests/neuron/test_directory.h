#pragma once

// A directory of the test program's own, removed at its end.

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "common/base/files.h"

namespace miv::simulate {

inline constexpr char kTestDirectoryVariable[] = "MIV_NEURON_TEST_DIRECTORY";

/// Ends in "/".  The processes of death tests inherit it.
inline std::string TestDirectory() {
  if (const char* inherited = std::getenv(kTestDirectoryVariable)) {
    return inherited;
  }
  const char* base = std::getenv("TMPDIR");
  const std::string path = std::string(base == nullptr ? "/tmp" : base) +
                           "/neuron_test_" + std::to_string(::getpid()) + "/";
  MakeDirectories(path).IgnoreError();
  ::setenv(kTestDirectoryVariable, path.c_str(), 1);
  return path;
}

}  // namespace miv::simulate
