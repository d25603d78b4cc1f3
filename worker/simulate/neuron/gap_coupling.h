#pragma once

// Electrical coupling of cells, on one rank or between ranks.

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "worker/simulate/neuron/engine.h"
#include "worker/simulate/neuron/handles.h"

namespace miv::simulate::neuron {

/// One side of a junction, on a cell of this rank.
struct GapSide {
  SectionHandle section;
  double x = 0;            ///< 0..1 along the section
  double g_us = 0;         ///< conductance towards this cell, uS
  std::int64_t id = 0;     ///< of this side, unique over all ranks, below 2^31
  std::int64_t other = 0;  ///< id of the side that drives this one
};

/// The point process that makes a side: an electrode current with RANGE g (uS)
/// and vgap (mV), i = g (vgap - v).
inline constexpr char kGapMechanism[] = "ggap";

/// Collective: puts kGapMechanism at every side and lets NEURON copy the
/// potential of `other` into its vgap at every step (ParallelContext's
/// source_var, target_var and setup_transfer).  Every id that is somebody's
/// `other` is the id of a side on some rank.  Once per process.
/// Errors: NotFound if the model lacks the mechanism; InvalidArgument if it
/// lacks g or vgap; what NEURON has to say.  Not the same on all ranks.
absl::Status CoupleSides(Engine& engine, absl::Span<const GapSide> sides);

}  // namespace miv::simulate::neuron
