#pragma once

// What a generate_connections step tells about its projections.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "worker/build/connectivity/connector.h"
#include "worker/step/step.h"

namespace miv::worker {

/// Sums over cells, per projection.
class ConnectionSummary {
 public:
  explicit ConnectionSummary(std::size_t projections) : sums_(projections) {}

  /// counts: [projections] of one cell.
  void Add(std::uint32_t gid,
           const std::vector<build::ProjectionCounts>& counts);

  /// Collective: adds up the ranks, warns of synapses without a source and of
  /// projections without synapses, and returns {SOURCE: {"synapses", "edges",
  /// "unconnected", "cells_unconnected", "cells_without_synapses"}}, the same
  /// on every rank.
  nlohmann::json Finish(StepContext& ctx, const std::string& population,
                        const std::vector<build::ProjectionRule>& rules);

 private:
  struct Sum {
    std::int64_t cells = 0;
    std::int64_t synapses = 0;
    std::int64_t edges = 0;
    std::int64_t cells_unconnected = 0;
    std::int64_t cells_without_synapses = 0;
    std::int64_t first_unconnected = -1;  ///< gid
  };
  static Sum OverRanks(parallel::Ranks& ranks, const Sum& mine);
  std::vector<Sum> sums_;
};

}  // namespace miv::worker
