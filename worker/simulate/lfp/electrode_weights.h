#pragma once

// How much a current of a piece of membrane contributes to the potential at an
// electrode: the line source approximation.  Pure.

#include <array>
#include <vector>

#include "absl/types/span.h"

namespace miv::simulate {

using Point = std::array<double, 3>;  ///< um

/// A straight piece of cable that carries a uniform transmembrane current.
struct LineSource {
  Point a{};
  Point b{};
  double diam = 0;  ///< um
};

/// Extracellular potential at `position` per unit of current, mV / nA, in an
/// infinite homogeneous medium of resistivity rho (ohm cm).
///
///   l = |b - a|, u = (b - a) / l, h = (position - b) . u, s = h + l
///   r2 = max(|position - b|^2 - h^2, (diam / 2)^2)
///   w = 1e-2 rho / (4 pi l) |asinh(s / sqrt(r2)) - asinh(h / sqrt(r2))|
///   Source: Holt & Koch 1999, J. Comput. Neurosci. 6:169, eq. 4, written
///   without cancellation; no electrode is nearer than the membrane.
///   Far away w -> 1e-2 rho / (4 pi r).
///
/// A source without length is a point at b, no nearer than its radius (1 nm if
/// it has none).
double LineSourceWeight(const LineSource& source, const Point& position,
                        double rho);

/// A 3-d point of a section with its distance along the section, um.
struct PathPoint {
  Point position{};
  double arc = 0;
};

/// Position at distance `s`, um, along the path, linear between its points; its
/// ends beyond them.
Point PointAt(absl::Span<const PathPoint> path, double s);

/// The segments of a section as line sources: segment k of n runs from k/n to
/// (k+1)/n of the arc length, its ends interpolated linearly between the
/// points. path: at least one point, arc ascending.  diams: [n] segment
/// diameters, um. Returns [n].
std::vector<LineSource> SegmentSources(absl::Span<const PathPoint> path,
                                       absl::Span<const double> diams);

}  // namespace miv::simulate
