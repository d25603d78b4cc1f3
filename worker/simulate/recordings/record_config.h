#pragma once

// The `record` of a simulation: range variables over time.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace miv::simulate {

struct Recording {
  std::string path;   ///< "record[0]"
  std::string label;  ///< unique
  std::string variable = "v";

  /// Cells: `gids`, or those of `population` that a draw by gid selects
  /// (fraction), the first `limit` of them.
  std::vector<std::uint32_t> gids;
  std::string population;
  double fraction = 1;
  std::int64_t limit = -1;  ///< -1: no limit

  /// Sections: a class ("soma"), "all", or the one with this index.
  std::string section_class = "soma";
  std::optional<int> section_index;
  /// Place on each section; absent: the centre of every segment.
  std::optional<double> loc = 0.5;
  double dt_ms = 0;  ///< 0: every step
};

/// config: the value of `record`, a list.  `loc: all` is every segment.
/// Errors: InvalidArgument that names the field.
absl::StatusOr<std::vector<Recording>> ParseRecord(
    const nlohmann::json& config);

/// The recorded cells among a population's gids (ascending), by a draw per cell
/// keyed by (seed, label, gid): the same cells on any number of ranks.
std::vector<std::uint32_t> SelectCells(const Recording& recording,
                                       std::int64_t seed,
                                       const std::vector<std::uint32_t>& gids);

}  // namespace miv::simulate
