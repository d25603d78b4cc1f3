#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/neuroh5/reader.h"
#include "worker/build/connectivity/source_index.h"

namespace miv::worker {

/// Arc distances of every cell of a population.
/// Errors: NotFound, DataLoss; InvalidArgument if a cell has none, or more than
/// one.
absl::StatusOr<build::SourcePopulation> ReadArcPositions(
    const neuroh5::Reader& reader, const std::string& population,
    const std::string& name_space);

}  // namespace miv::worker
