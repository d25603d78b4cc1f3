#pragma once

// What the pictures need of a simulation's results.h5.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace miv::client {

/// Cells [start, start + count).
struct PopulationRange {
  std::string name;
  std::uint64_t start = 0;
  std::uint64_t count = 0;
};

struct SpikeTrains {
  std::vector<PopulationRange> populations;  ///< ascending start
  // [n] each, sorted by (t, gid).
  std::vector<std::uint32_t> gids;
  std::vector<double> times_ms;
  /// Simulated time; 0 if the file does not say.
  double duration_ms = 0;
};

struct Electrode {
  std::string label;
  std::vector<double> position_um;  ///< {x, y, z}, or empty
  double rho_ohm_cm = 0;            ///< 0 = not stated
  std::string mode;                 ///< "exact", "legacy" or empty
  // [n] each.
  std::vector<double> times_ms;
  std::vector<double> potential_mv;
  /// Contributions by population, [n] each; may be empty.
  struct Part {
    std::string population;
    std::size_t order = 0;  ///< of the population among all, for its colour
    std::vector<double> potential_mv;
  };
  std::vector<Part> parts;
};

/// `path` itself, or the one results.h5 in the directory `path` or in one of
/// its subdirectories (as `miv fetch` lays them out).
/// Errors: NotFound; InvalidArgument if there are several.
absl::StatusOr<std::string> FindResults(const std::string& path);

/// Errors: as neuroh5::Reader::Open; NotFound NO_SPIKES if the file holds no
/// /Spikes; DataLoss if it contradicts itself.
absl::StatusOr<SpikeTrains> ReadSpikes(const std::string& path);

/// The electrodes, sorted by label.
/// Errors: as ReadSpikes, with NO_LFP.
absl::StatusOr<std::vector<Electrode>> ReadElectrodes(const std::string& path);

}  // namespace miv::client
