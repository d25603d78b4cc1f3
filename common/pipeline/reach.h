#pragma once

// Whether axons reach: cells that are expected to find no source.

#include <array>
#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/pipeline/draft.h"

namespace miv::pipeline {

/// Cells spread evenly over a rectangle of U and V, um.
struct CellPatch {
  double cells = 0;
  std::array<double, 2> low{}, high{};
};

/// Mean number of destination cells that have no source within half_width (um)
/// along U and V, if every position is drawn by itself:
///   sum over destinations of the mean over their positions of
///   product over sources of (1 - share of the patch within reach) ^ cells.
/// own: index of the destinations' own patch among the sources for each patch
/// of destinations, which has one cell less; empty if they are others.
double ExpectedWithoutSource(absl::Span<const CellPatch> destinations,
                             absl::Span<const CellPatch> sources,
                             const std::array<double, 2>& half_width,
                             absl::Span<const std::size_t> own);

/// Warns of projections of a generate_connections step whose sources are likely
/// to be out of reach of some cell, with the number of cells.  Needs
/// the cell counts and the layer extents of the network; does nothing without.
void WarnOfReach(Draft& draft, std::size_t index);

}  // namespace miv::pipeline
