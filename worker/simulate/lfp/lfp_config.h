#pragma once

// The `lfp` of a simulation: electrodes.

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/simulate/lfp/electrode_weights.h"

namespace miv::simulate {

enum class CellPlacement {
  kSoma,   ///< first soma point at the generated coordinates
  kTrees,  ///< where the trees lie, all cells at the morphology's origin
};

/// Which formula turns membrane currents into a potential.
enum class LfpMode {
  kExact,   ///< line sources (electrode_weights.h)
  kLegacy,  ///< MiV-Simulator's, for comparisons (legacy_lfp.h)
};

struct Electrode {
  std::string path;   ///< "lfp[0]"
  std::string label;  ///< unique
  Point position{};   ///< um
  double rho = 333;   ///< ohm cm
  double dt_ms = 0.1;
  LfpMode mode = LfpMode::kExact;
  CellPlacement placement = CellPlacement::kSoma;
  /// Cells whose soma is nearer count with weight 1 ...
  double near_um = std::numeric_limits<double>::infinity();
  /// ... and of the others this fraction, drawn by gid, with weight 1/fraction.
  double far_fraction = 1;
  std::vector<std::string> populations;  ///< empty: all with a membrane
  std::int64_t seed = 0;
};

/// config: the value of `lfp`, a list.  In mode exact, without maxEDist and
/// fdst every cell counts with weight 1; fdst alone means maxEDist 100,
/// maxEDist alone fdst 1.  Mode legacy has the reference's 100 and 0.1.
/// default_seed: of electrodes that have none.
/// Errors: InvalidArgument that names the field.
absl::StatusOr<std::vector<Electrode>> ParseLfp(const nlohmann::json& config,
                                                std::int64_t default_seed);

/// How many steps lie between two samples.
/// Errors: InvalidArgument that names the two nearest intervals if sample_ms is
/// no multiple of dt_ms.
absl::StatusOr<std::int64_t> StepsPerSample(const std::string& field,
                                            double sample_ms, double dt_ms);

/// How many samples belong to steps 0 .. step - 1.
inline std::uint64_t SamplesBefore(std::int64_t step,
                                   std::int64_t steps_per_sample) {
  if (step <= 0) return 0;
  return static_cast<std::uint64_t>((step - 1) / steps_per_sample + 1);
}

}  // namespace miv::simulate
