#pragma once

// The geometry of one cell as the model template lays it out: what placing
// synapses needs to know, and no more.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace miv::build {

/// One unbranched cable, as the simulator sees it.
///
/// The point arrays are parallel, at least one long, in order from the 0 end
/// to the 1 end.  Positions are those the simulator has after the template
/// ran (pt3d order), relative to the origin of the morphology.
struct SectionGeometry {
  std::uint8_t swc_type = 0;  ///< section class: SWC type of its last point
  double length_um = 0;       ///< L, positive
  int nseg = 1;               ///< segments of equal length, at least 1

  std::vector<double> arc;         ///< normalised arc length, 0..1, ascending
  std::vector<std::int8_t> layer;  ///< layer index, -1 = none
  std::vector<float> x, y, z;      ///< um
};

/// Section `child` is attached to section `parent`; both are section indices.
struct SectionEdge {
  std::uint32_t parent = 0;
  std::uint32_t child = 0;

  bool operator==(const SectionEdge&) const = default;
};

/// Sections in the numbering of the morphology (`syn_secs` refers to it), and
/// the edges between them in ascending order of the parent.
struct CellGeometry {
  std::vector<SectionGeometry> sections;
  std::vector<SectionEdge> edges;
};

/// Checks everything stated above: equal lengths of the point arrays, arc in
/// 0..1 and ascending, positive finite lengths, nseg >= 1, finite points, edges
/// within range, at most one parent per section, no cycle.
/// Errors: InvalidArgument that names the section.
absl::Status ValidateCellGeometry(const CellGeometry& cell);

}  // namespace miv::build
