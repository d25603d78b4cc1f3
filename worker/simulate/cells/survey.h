#pragma once

// What cells a file holds, and where each will be simulated.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/neuroh5/reader.h"
#include "worker/simulate/cells/cell_types.h"

namespace miv::simulate {

/// One population of the model.
struct LoadedPopulation {
  neuroh5::Population info;
  CellType type;
  bool has_trees = false;
  std::string coordinates;  ///< namespace with its soma coordinates; "" = none
  bool artificial = false;
  std::vector<std::uint32_t> gids;  ///< of all ranks, ascending
  double cost = 1;                  ///< estimate for one cell, any unit
};

struct Survey {
  std::vector<LoadedPopulation> populations;  ///< sorted by name
  std::vector<std::string> warnings;
};

/// The populations of the file with the cell types that make them.  Cells are
/// those with trees, else those with coordinates, else the population's whole
/// range.  A population without trees that no cell type names is made of
/// VecStim; a cell type without a population is a warning.
/// Errors: InvalidArgument for a population with trees but no cell type.
absl::StatusOr<Survey> SurveyCells(
    const neuroh5::Reader& reader,
    const std::map<std::string, CellType>& types);

/// Whether the gid is a cell of the model with a membrane, on whichever rank.
bool HasMembrane(const std::vector<LoadedPopulation>& populations,
                 std::uint32_t gid);

/// [population][i] the rank of gid populations[population].gids[i].
std::vector<std::vector<int>> PlacePopulations(
    const std::vector<LoadedPopulation>& populations, int ranks);

}  // namespace miv::simulate
