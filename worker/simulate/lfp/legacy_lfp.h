#pragma once

// The LFP as MiV-Simulator computes it, for comparing traces with it: its
// choice of cells and its coefficients, faults included.  Pure.
//
// Source: MiV-Simulator f279b9c, lfp.py.  docs/numerics.md says what is faulty.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "worker/simulate/lfp/electrode_weights.h"

namespace miv::simulate {

/// A section as that formula sees it.
struct LegacySection {
  std::vector<PathPoint> path;  ///< at least one point, arc ascending
  double length = 0;            ///< um
  std::vector<double> areas;    ///< [segments] um2
};

/// Areas of the segments of the section that was created first in the process,
/// um2: the formula takes every area there.
using ReferenceAreas = std::vector<double>;

/// mV / nA for each segment of each section of a cell, in the order of
/// `sections` (that of the cell's `all`): [sections][segments].
///
/// With n segments in a section of length L, l = L / n, P_0 its 0 end and P_j
/// (j >= 1) the centre of segment j - 1, segment j of 0..n-1 gets
///
///   R = |position - P_j|, a = |P_j - P_0|, b = l - a
///   k_j = 1e-4 A rho / (4 pi l) |ln((sqrt(a^2 + R^2) - a)
///                                   / (sqrt(b^2 + R^2) - b))|   mV cm2 / mA
///
/// with A = the reference area at the segment's x.  One list of k_j serves the
/// whole cell: later sections overwrite earlier ones, and all use what is left.
/// A segment of area S carries i_membrane S 1e-2 nA, hence mV / nA = k / (1e-2
/// S).
/// Errors: InvalidArgument if the logarithm has no value, as for an electrode
/// at a point of the cell.
absl::StatusOr<std::vector<std::vector<double>>> LegacyWeights(
    absl::Span<const LegacySection> sections, const ReferenceAreas& reference,
    const Point& position, double rho);

/// The order in which CPython walks a set made of these numbers: by their lower
/// bits, as many as its table has.  gids: contiguous and ascending, as those of
/// a population are.
std::vector<std::uint32_t> SetOrder(std::vector<std::uint32_t> gids);

}  // namespace miv::simulate
