#pragma once

// Which cell of a population has which of its morphologies.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/neuroh5/types.h"

namespace miv::worker {

/// The input roles of a forest's morphologies: "morphology", or what the list
/// config.morphology names ("morphology:0", ...).
/// Errors: InvalidArgument.
absl::StatusOr<std::vector<std::string>> MorphologyRoles(
    const nlohmann::json& config);

/// [cells of the population, by gid] index of a cell's morphology in
/// MorphologyRoles.  Entries with gids ([[first, last], ...]) have those cells;
/// the entries without share the other cells in turn, by gid.
/// Errors: InvalidArgument for a cell with none or two, or of another
/// population.
absl::StatusOr<std::vector<std::uint32_t>> MorphologyOfCells(
    const nlohmann::json& config, const neuroh5::Population& population);

}  // namespace miv::worker
