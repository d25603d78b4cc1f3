#pragma once

// The `clamps` of a simulation: electrodes that inject a current or hold a
// potential.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace miv::simulate {

/// A step of current.
struct CurrentStep {
  double delay_ms = 0;
  double duration_ms = 0;
  double amp_na = 0;
};

/// Levels held one after the other from t = 0; no current flows afterwards.
/// NEURON's SEClamp has three.
struct HeldPotential {
  std::vector<double> levels_mv;     ///< 1 to 3
  std::vector<double> durations_ms;  ///< one per level
  double rs_megohm = 1;              ///< series resistance
};

/// An electrode at one place of one or more cells.
struct Clamp {
  std::string path;                 ///< "clamps[0]"
  std::vector<std::uint32_t> gids;  ///< or all cells of `population`
  std::string population;
  std::string section_class = "soma";
  std::optional<int> section_index;  ///< wins over the class
  double x = 0.5;
  std::optional<HeldPotential> held;  ///< absent: `current`
  CurrentStep current;
};

/// config: the value of `clamps`, a list.
/// Errors: InvalidArgument that names the field: cells not named in exactly one
/// way, an unknown section class, a place outside the section, the fields of
/// both kinds of clamps or of none, levels and durations of unequal length.
absl::StatusOr<std::vector<Clamp>> ParseClamps(const nlohmann::json& config);

}  // namespace miv::simulate
