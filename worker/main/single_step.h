#pragma once

#include <string>

#include "absl/status/status.h"
#include "worker/parallel/ranks.h"

namespace miv::worker {

/// Runs one step without a coordinator, for tests and for looking into a step:
///   {"kind", "config", "seed", "inputs": {role: path}, "output_directory"}
/// Collective.  Progress and warnings go to stderr, the report to stdout.
absl::Status RunSingleStep(parallel::Ranks& ranks,
                           const std::string& spec_path);

}  // namespace miv::worker
