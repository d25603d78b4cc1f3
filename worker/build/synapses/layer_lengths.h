#pragma once

// How much cable of which class lies in which layer.

#include <cstdint>
#include <map>
#include <utility>

#include "worker/build/synapses/cell_geometry.h"

namespace miv::build {

/// Layer of segment `index` (0 .. nseg - 1): that of the 3-d point nearest to
/// its centre, (index + 0.5) / nseg along the arc; the earlier one of two
/// equally near.
std::int8_t SegmentLayer(const SectionGeometry& section, int index);

/// Summed length of the segments, um, by section class (SWC type) and layer.
using LayerLengths = std::map<std::pair<std::uint8_t, std::int8_t>, double>;

/// cell: passes ValidateCellGeometry.
LayerLengths LengthsByLayer(const CellGeometry& cell);

}  // namespace miv::build
