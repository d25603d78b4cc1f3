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

struct Electrode {
  std::string path;   ///< "lfp[0]"
  std::string label;  ///< unique
  Point position{};   ///< um
  double rho = 333;   ///< ohm cm
  double dt_ms = 0.1;
  CellPlacement placement = CellPlacement::kSoma;
  /// Cells whose soma is nearer count with weight 1 ...
  double near_um = std::numeric_limits<double>::infinity();
  /// ... and of the others this fraction, drawn by gid, with weight 1/fraction.
  double far_fraction = 1;
  std::vector<std::string> populations;  ///< empty: all with a membrane
  std::int64_t seed = 0;
};

/// config: the value of `lfp`, a list.  Without maxEDist and fdst every cell
/// counts with weight 1; fdst alone means maxEDist 100, maxEDist alone fdst 1.
/// default_seed: of electrodes that have none.
/// Errors: InvalidArgument that names the field; mode legacy is refused.
absl::StatusOr<std::vector<Electrode>> ParseLfp(const nlohmann::json& config,
                                                std::int64_t default_seed);

/// How many steps lie between two samples.
/// Errors: InvalidArgument that names the two nearest intervals if sample_ms is
/// no multiple of dt_ms.
absl::StatusOr<std::int64_t> StepsPerSample(const std::string& field,
                                            double sample_ms, double dt_ms);

}  // namespace miv::simulate
