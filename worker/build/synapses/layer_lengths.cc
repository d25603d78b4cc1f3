#include "worker/build/synapses/layer_lengths.h"

#include <algorithm>
#include <cstddef>

namespace miv::build {

std::int8_t SegmentLayer(const SectionGeometry& section, int index) {
  const double x = (index + 0.5) / section.nseg;
  const auto next = std::lower_bound(section.arc.begin(), section.arc.end(), x);
  std::size_t i = static_cast<std::size_t>(next - section.arc.begin());
  if (i == section.arc.size()) return section.layer.back();
  if (i > 0 && !(section.arc[i] - x < x - section.arc[i - 1])) --i;
  return section.layer[i];
}

LayerLengths LengthsByLayer(const CellGeometry& cell) {
  LayerLengths lengths;
  for (const SectionGeometry& section : cell.sections)
    for (int i = 0; i < section.nseg; ++i)
      lengths[{section.swc_type, SegmentLayer(section, i)}] +=
          section.length_um / section.nseg;
  return lengths;
}

}  // namespace miv::build
