#pragma once

// Which part of a step's config its kind reads.

#include <nlohmann/json.hpp>

#include "common/pipeline/resolve.h"

namespace miv::pipeline {

/// Removes from `config`, a copy of the step's config, what the kind does not
/// read: entries of other populations, the mechanisms of synapses where only
/// connectivity is made, layers that nothing names, and how long a program may
/// take.  (Resolve leaves out
/// resources, paths and what a simulation does not read.)
void ProjectConfig(const ResolvedStep& step, nlohmann::json& config);

}  // namespace miv::pipeline
