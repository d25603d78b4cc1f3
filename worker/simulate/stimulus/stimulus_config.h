#pragma once

// The `stimulus` of a simulation: spike times of artificial cells.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace miv::simulate {

/// One entry.  Exactly one of the sources is given.
struct StimulusEntry {
  std::string path;                 ///< "stimulus[0]"
  std::string population;           ///< its cells; "" = `gids`
  std::vector<std::uint32_t> gids;  ///< ascending, distinct

  /// The same times for every cell.
  std::optional<std::vector<double>> times;
  /// One train per cell, in ascending order of gid.
  std::optional<std::vector<std::vector<double>>> trains;
  /// Trains by gid.
  std::optional<std::map<std::uint32_t, std::vector<double>>> by_gid;
  /// Homogeneous Poisson, Hz, from start to stop (ms; default 0 to t_end).
  std::optional<double> rate_hz;
  double start_ms = 0;
  std::optional<double> stop_ms;
  /// A neuroh5 file with the trains: the role of the step's input; "" = none.
  std::string file;
  std::string name_space;
  std::string attribute = "Spike Train";
};

/// config: the value of `stimulus`, a list.
/// Errors: InvalidArgument that names the field: no cells or both ways to name
/// them, not exactly one source, times that are negative, not finite or not
/// ascending, a negative rate.
absl::StatusOr<std::vector<StimulusEntry>> ParseStimulus(
    const nlohmann::json& config);

}  // namespace miv::simulate
