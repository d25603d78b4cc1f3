#pragma once

// Spike trains in neuroh5 files.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/neuroh5/types.h"
#include "worker/step/step.h"

namespace miv::simulate {

/// The trains of some cells: /Populations/P/<name_space>/<attribute>, ms.
/// types: used if the file has none of its own.  Cells that the file lacks have
/// no train.
/// Errors: NotFound (namespace or attribute), InvalidArgument if a train is not
/// ascending or has a negative or infinite time.
absl::StatusOr<std::map<std::uint32_t, std::vector<double>>> ReadTrains(
    const worker::StepInput& file, const neuroh5::Types& types,
    const std::string& name_space, const std::string& attribute,
    const std::vector<std::uint32_t>& gids);

}  // namespace miv::simulate
