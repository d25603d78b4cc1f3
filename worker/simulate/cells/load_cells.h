#pragma once

// Cells of a file as cells of NEURON, spread over the ranks.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/neuroh5/reader.h"
#include "worker/simulate/cells/model_cell.h"
#include "worker/simulate/cells/survey.h"
#include "worker/simulate/neuron/engine.h"
#include "worker/simulate/neuron/network.h"
#include "worker/step/step.h"

namespace miv::simulate {

/// The cells of this rank, by population name, then gid.
struct LoadedCells {
  std::vector<LoadedPopulation> populations;  ///< sorted by name
  std::vector<std::unique_ptr<ModelCell>> cells;

  /// Index of a population, -1 if it is not loaded.
  int Find(absl::string_view population) const;
};

struct CellSource {
  const neuroh5::Reader& reader;
  const std::map<std::string, CellType>& types;
  worker::StepInput templates;  ///< directory of hoc files
  bool isolate = true;
  double dt_ms = 0.025;
  /// The config sets the temperature: what templates say does not matter.
  bool celsius_given = false;
  /// Absent: the templates' numbers of segments.
  std::optional<SegmentRule> segments;
};

/// Collective.  For each population, sorted by name: loads the template, makes
/// this rank's cells in ascending order of gid and registers them with the
/// network (spike detector, gid).  A population with Trees gets one cell per
/// tree; one without gets `Template(gid, "")` at its coordinates.
///
/// Cells are placed by PlacePopulations.
/// Errors: the same on all ranks; they name population, gid and template file.
absl::StatusOr<LoadedCells> LoadCells(worker::StepContext& ctx,
                                      neuron::Engine& engine,
                                      neuron::Network& network,
                                      const CellSource& source);

}  // namespace miv::simulate
