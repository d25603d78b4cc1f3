#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "worker/build/synapses/cell_geometry.h"

namespace miv::build {

/// The course of a section in space: each coordinate a shape-preserving cubic
/// of normalised arc length through the 3-d points (Fritsch & Carlson 1980,
/// slopes by Fritsch & Butland 1984, ends by the three-point formula: what
/// SciPy's PchipInterpolator does).  Of points at equal arc positions the first
/// counts.
class SectionCurve {
 public:
  explicit SectionCurve(const SectionGeometry& section);

  /// Distance of the point at arc position t (0..1) from the coordinate
  /// origin, um.  hint: the piece to look at first, updated; 0 to start with.
  /// Fast for t that rise from call to call.
  double DistanceFromOrigin(double t, std::size_t& hint) const;

 private:
  struct Piece {
    double begin = 0;  ///< arc position
    /// Coefficients by axis of 1, s, s^2, s^3 with s = t - begin.
    std::array<std::array<double, 4>, 3> c{};
  };
  std::vector<Piece> pieces_;
};

}  // namespace miv::build
