#pragma once

// Cells made of straight cables, for tests.

#include <cstdint>
#include <vector>

#include "worker/build/synapses/cell_geometry.h"

namespace miv::build {

/// A cable of `length` um along x, from the origin; layer i of `layers` holds
/// from i / n to (i + 1) / n of it.
inline SectionGeometry StraightSection(std::uint8_t swc_type, double length,
                                       int nseg,
                                       const std::vector<std::int8_t>& layers) {
  SectionGeometry section;
  section.swc_type = swc_type;
  section.length_um = length;
  section.nseg = nseg;
  const double n = static_cast<double>(layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    // Two points close to the ends of the stretch decide its layer.
    for (const double within : {0.0, 0.999}) {
      const double arc = (static_cast<double>(i) + within) / n;
      section.arc.push_back(arc);
      section.layer.push_back(layers[i]);
      section.x.push_back(static_cast<float>(arc * length));
      section.y.push_back(0);
      section.z.push_back(0);
    }
  }
  section.arc.back() = 1;
  section.x.back() = static_cast<float>(length);
  return section;
}

inline CellGeometry OneSection(const SectionGeometry& section) {
  CellGeometry cell;
  cell.sections = {section};
  return cell;
}

}  // namespace miv::build
