#pragma once

#include <map>
#include <string>

#include "server/jobs/plan.h"

namespace miv::server {

/// What a cached result is and where it came from, as JSON:
///   {"kind", "algorithm_version", "config" (the part in the key), "seed",
///    "inputs": {role: digest}, "report", "duration_s", "pipeline", "step",
///    "job"}
std::string ManifestOf(const JobPlan& plan, const Task& task,
                       const std::map<std::string, std::string>& inputs);

}  // namespace miv::server
