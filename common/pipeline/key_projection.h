#pragma once

// Which part of a step's config its kind reads.

#include <nlohmann/json.hpp>

#include "common/pipeline/resolve.h"

namespace miv::pipeline {

/// Removes from `config`, a copy of the step's config, what the kind does not
/// read: entries of other populations, the mechanisms of synapses where only
/// connectivity is made, densities where only a simulation runs, layers that
/// nothing names, and the names of files.
void ProjectConfig(const ResolvedStep& step, nlohmann::json& config);

}  // namespace miv::pipeline
