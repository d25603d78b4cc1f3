#pragma once

// Which cells the entries of input_spikes steps and stimuli are about.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/pipeline/draft.h"

namespace miv::pipeline {

/// Gids [begin, end).
struct GidRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Gids by population of the nearest h5_types step: packed from 0 in ascending
/// order of population_definitions.  Empty if the network comes from files.
std::map<std::string, GidRange> GidsOf(const Draft& draft, std::size_t index);

/// The cells of an entry that has a population, gids, or trains (or times) by
/// gid, ascending.  A population whose gids are not known has none.
/// Gids are ascending and distinct in the result.
std::vector<GidRange> CellsOfInput(const Draft& draft, std::size_t index,
                                   const nlohmann::json& entry);

}  // namespace miv::pipeline
