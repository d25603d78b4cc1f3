#include "server/estimates/cost_law.h"

#include <algorithm>
#include <cmath>

namespace miv::server {
namespace {

/// One unit's part in the cost of a kind.
struct Term {
  absl::string_view kind;
  absl::string_view unit;
  double seconds;  ///< per unit of a rank's share
  double bytes;    ///< per unit of a rank's share ...
  double most;     ///< ... up to so many units: a block of work
};

constexpr double kAll = 1e300;

/// A rank before it works: program, MPI, HDF5.
constexpr double kProgramBytes = 40e6;
/// Opening, agreeing and closing.
constexpr double kFixedSeconds = 4e-3;

// docs/scaling.md, "Laws" and "Memory".
constexpr Term kTerms[] = {
    {"h5_types", "cells", 0, 0, kAll},
    {"network_architecture", "moves", 0.8e-6, 0, kAll},
    {"network_architecture", "cells", 1e-6, 150, kAll},
    {"measure_distances", "cells", 1e-6, 150, kAll},
    {"generate_synapse_forest", "bytes", 1.5e-9, 1, 4e6},
    {"generate_synapse_forest", "cells", 1e-6, 28, kAll},
    {"distribute_synapses", "synapses", 80e-9, 22, 1e6},
    {"distribute_synapses", "tree_bytes", 0.9e-9, 2, 48e6},
    {"distribute_synapses", "cells", 1e-6, 150, kAll},
    {"generate_connections", "edges", 120e-9, 60, 1e6},
    {"generate_connections", "cells", 10e-6, 150, kAll},
    {"neuroh5_graph", "bytes", 1.4e-9, 1, 16e6},
    {"import", "bytes", 1.4e-9, 1, 16e6},
    {"verify", "bytes", 4e-9, 1, 100e6},
};

// Of a simulation, per rank.  Fitted to the example at 0.5 to 30 times its
// cells, on 1 and 2 ranks, and with a twentieth of its synapses.
constexpr double kModelBytes = 52e6;
constexpr double kBytesPerSegment = 2700;
constexpr double kBytesPerNetcon = 365;
constexpr double kModelSeconds = 0.02;
constexpr double kSetupPerSegment = 10e-6;
constexpr double kSetupPerNetcon = 0.6e-6;
constexpr double kStepPerSegment = 37e-9;
constexpr double kStepPerProcess = 16e-9;
/// A rank's state outgrows the caches: a step over so many bytes takes twice
/// the time per unit of a small one, at most kSlowest times.
constexpr double kBytesForDouble = 500e6;
constexpr double kSlowest = 2.5;

Cost SimulationCost(const Amounts& amounts, int ranks) {
  const double segments = AmountOf(amounts, "segments") / ranks;
  const double netcons = AmountOf(amounts, "netcons") / ranks;
  const double processes = AmountOf(amounts, "point_processes") / ranks;
  const double held = segments * kBytesPerSegment + netcons * kBytesPerNetcon;
  const double slower = std::min(kSlowest, 1 + held / kBytesForDouble);
  const double step = segments * kStepPerSegment + processes * kStepPerProcess;
  return {kModelSeconds + segments * kSetupPerSegment +
              netcons * kSetupPerNetcon +
              AmountOf(amounts, "steps") * step * slower,
          ranks * (kModelBytes + held)};
}

}  // namespace

std::optional<Cost> TypicalCost(absl::string_view kind, const Amounts& amounts,
                                int ranks) {
  if (kind == "simulation") return SimulationCost(amounts, ranks);
  Cost cost{kFixedSeconds, kProgramBytes};
  bool known = false;
  for (const Term& term : kTerms) {
    if (term.kind != kind) continue;
    known = true;
    const double share = AmountOf(amounts, term.unit) / ranks;
    cost.seconds += share * term.seconds;
    cost.memory_bytes += std::min(share, term.most) * term.bytes;
  }
  if (!known) return std::nullopt;
  cost.memory_bytes *= ranks;
  return cost;
}

double ExpectedPointProcesses(double segments, double netcons) {
  constexpr double kPlacesPerSegment = 3;
  if (!(segments > 0)) return 0;
  const double places = kPlacesPerSegment * segments;
  return places * -std::expm1(-netcons / places);
}

}  // namespace miv::server
