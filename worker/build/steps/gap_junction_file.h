#pragma once

// Gap junctions in a neuroh5 file.

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/neuroh5/types.h"
#include "common/neuroh5/writer.h"
#include "worker/parallel/ranks.h"

namespace miv::worker {

/// A junction between the cells gid[0] < gid[1]; every array is by side.
struct Junction {
  std::uint32_t gid[2];
  std::uint32_t section[2];  ///< index of the section, as in the trees
  float position[2];         ///< 0 to 1 along it
  float coupling[2];         ///< nS
};

struct CoupledPopulations {
  const neuroh5::Population& destination;
  const neuroh5::Population& source;
};

/// Collective.  Writes /Projections/DESTINATION/SOURCE: Edges, Location and
/// Coupling strength of the junctions between the two populations.
///   junctions the same on all ranks, each pair of cells once
///   both      of a population coupled to itself, a junction stands at both of
///             its cells, with source and destination exchanged; else at the
///             lower gid only
absl::Status WriteJunctions(parallel::Ranks& ranks, neuroh5::Writer& writer,
                            absl::Span<const Junction> junctions,
                            const CoupledPopulations& populations, bool both);

}  // namespace miv::worker
