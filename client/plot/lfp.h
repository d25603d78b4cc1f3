#pragma once

// Extracellular potentials: one row per electrode, with its power spectrum
// beside it.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/plot/figure.h"
#include "client/results/results.h"

namespace miv::client {

struct LfpOptions {
  FigureOptions figure;
  std::string title;
  std::vector<std::string> electrodes;   ///< empty: all
  std::vector<std::string> populations;  ///< contributions to draw as well
  bool spectrum = false;
};

/// What a potential is shown in: microvolts if it stays below half a
/// millivolt.
struct PotentialUnit {
  std::string name;  ///< "µV" or "mV"
  double per_millivolt = 1;
};
PotentialUnit UnitFor(double largest_mv);

/// The gnuplot script.
/// Errors: NotFound for an unknown electrode, or a population that the file
/// does not hold the contribution of; InvalidArgument for an empty window of
/// time; as Preamble.
absl::StatusOr<std::string> LfpScript(const std::vector<Electrode>& electrodes,
                                      const LfpOptions& options);

}  // namespace miv::client
