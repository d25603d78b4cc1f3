#pragma once

// Electrodes in the cells of the running model.

#include <vector>

#include "absl/status/status.h"
#include "worker/simulate/cells/load_cells.h"
#include "worker/simulate/neuron/network.h"
#include "worker/simulate/stimulus/clamp_config.h"

namespace miv::simulate {

/// Puts each clamp into those of its cells that live on this rank.
/// Errors: InvalidArgument CLAMP if a cell does not exist, has no membrane or
/// lacks the section.  Whether a cell exists does not depend on the rank.
absl::Status AddClamps(const std::vector<Clamp>& clamps,
                       const LoadedCells& cells, neuron::Network& network);

}  // namespace miv::simulate
