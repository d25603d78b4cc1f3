#pragma once

#include <cstdint>
#include <vector>

#include "worker/build/synapses/cell_geometry.h"

namespace miv::build {

/// The sections of one class in the order in which they are filled: for every
/// section of the class whose parent is not of the class, ascending, first its
/// descendants within the class in preorder (children ascending), then the
/// section itself.  Every section of the class appears once.
/// Source: MiV-Simulator, distribute_synapses.py.
std::vector<std::uint32_t> PlacementOrder(const CellGeometry& cell,
                                          std::uint8_t swc_type);

}  // namespace miv::build
