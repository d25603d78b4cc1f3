#pragma once

// What two jobs have in common, and what not.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "miv/v1/jobs.pb.h"

namespace miv::client {

/// One thing that is not the same in both jobs.
struct Difference {
  std::string step;
  /// "step" (only one job has it), "kind", "seed", "ranks", "config", "input",
  /// "output" or "platform".
  std::string what;
  std::string path;  ///< "lfp[0].rho", "forest:PYR", "results.h5"; may be ""
  nlohmann::json first;  ///< null = not there
  nlohmann::json second;
};

struct JobDiff {
  std::vector<Difference> differences;  ///< by step, in order of the first job
  std::vector<std::string> equal;       ///< steps without any
};

/// Steps are matched by name.  Outputs and platforms are compared where both
/// jobs have a result.
JobDiff Compare(const v1::JobDescription& first,
                const v1::JobDescription& second);

/// {"jobs": [ID, ID], "equal_steps": [STEP], "differences": [{"step", "what",
///  "path", "first", "second"}]}
nlohmann::json DiffJson(const v1::JobDescription& first,
                        const v1::JobDescription& second, const JobDiff& diff);

}  // namespace miv::client
