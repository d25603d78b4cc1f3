#pragma once

// Checks of soma positions against the layers.

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "common/verify/network.h"

namespace miv::verify {

/// Coordinates of a population, by gid - start: U, V, L, X, Y, Z, um.
struct SomaTable {
  std::string name;
  std::uint64_t start = 0;
  std::array<std::vector<float>, 6> axis;
  std::vector<std::uint32_t> incomplete;  ///< gids without all six, ascending

  std::size_t size() const { return axis[0].size(); }
  std::uint32_t gid(std::size_t i) const {
    return static_cast<std::uint32_t>(start + i);
  }
  bool finite(std::size_t i) const {
    for (const auto& values : axis)
      if (!std::isfinite(values[i])) return false;
    return true;
  }
};

/// soma_layers, soma_layer_count, soma_constraints, soma_uniform_u,
/// soma_uniform_v.  work.expected has coordinates.
void CheckLayers(const Work& work, const SomaTable& somata);

/// soma_spacing over all cells; soma_nearest_neighbour by layer.
void CheckSpacing(const Work& work, const std::vector<SomaTable>& all);

}  // namespace miv::verify
