#pragma once

// The cells that an electrode sees, as weights of membrane currents.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/neuroh5/reader.h"
#include "worker/parallel/ranks.h"
#include "worker/simulate/cells/load_cells.h"
#include "worker/simulate/lfp/legacy_lfp.h"
#include "worker/simulate/lfp/lfp_config.h"
#include "worker/simulate/neuron/engine.h"

namespace miv::simulate {

/// A cell as one electrode sees it.
struct LfpSource {
  std::vector<std::uint32_t> nodes;  ///< of the integrator's arrays
  std::vector<double> weights;       ///< mV / nA, parallel to nodes
};

/// What the cells of an electrode are taken from.
struct LfpModel {
  neuron::Engine& engine;
  const LoadedCells& cells;
  const neuroh5::Reader& reader;  ///< coordinates, for placement `soma`
  ReferenceAreas reference;       ///< for the legacy mode; else empty
};

/// Collective: segment areas of the first section of the model, that of the
/// first cell of the first population with a membrane, on every rank.
/// Errors: InvalidArgument if NEURON cannot lay that section out.
absl::StatusOr<ReferenceAreas> FirstSectionAreas(parallel::Ranks& ranks,
                                                 const LoadedCells& cells);

/// This rank's cells of a population that the electrode counts.
/// population: index into cells.populations.
/// Errors: InvalidArgument (missing coordinates or 3-d points; an electrode
/// where its formula has no value).
absl::StatusOr<std::vector<LfpSource>> SourcesOf(const LfpModel& model,
                                                 const Electrode& electrode,
                                                 int population);

}  // namespace miv::simulate
