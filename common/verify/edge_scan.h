#pragma once

// Checks of the edges onto one cell after the other.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/verify/category_statistics.h"
#include "common/verify/network.h"
#include "common/verify/population_block.h"
#include "common/verify/source_statistics.h"
#include "common/verify/synapse_scan.h"
#include "common/verify/tally.h"

namespace miv::verify {

/// Everything about the projections onto one population.
class EdgeScan {
 public:
  /// projections outlive this object.
  /// Errors: as Reader's, of the arc distances.
  static absl::StatusOr<std::unique_ptr<EdgeScan>> Create(
      const Work& work, const neuroh5::Population& population,
      const std::vector<StoredProjection>& projections);

  /// A cell with its synapses and the edges of every projection; rows[p] is
  /// its row in block.edges[p], or -1.
  void Take(const CellSynapses& cell, const SynapseIndex& index,
            const PopulationBlock& block, const std::vector<int>& rows);
  void Report(const Work& work);

 private:
  /// One projection.
  struct State {
    State(const std::string& subject, const StoredProjection& stored);
    std::string subject;
    const StoredProjection& stored;
    const ProjectionExpectations* expected = nullptr;
    ArcTable arcs;
    std::unique_ptr<SourceStatistics> sources;
    std::uint64_t stride = 1;
    std::array<Tally, 3> types;  ///< edges on synapses of each type
    std::array<std::uint64_t, 3> type_counts{};
    Tally sorted, exists, targets, distance, reach, autapses, contacts;
    std::uint64_t edges = 0;
  };
  /// One edge of the cell at hand.
  struct Edge {
    std::uint32_t source = 0;
    std::int64_t syn_id = 0;
    float distance = 0;
  };

  EdgeScan(const Work& work, const neuroh5::Population& population);
  void TakeProjection(const CellSynapses& cell, const SynapseIndex& index,
                      const neuroh5::Edges& edges, int row, std::size_t p);
  void TakeSynapse(const CellSynapses& cell, std::size_t at, const Edge& edge,
                   std::size_t p);
  void TakeSource(std::uint32_t gid, int layer, const Edge& edge,
                  std::size_t p);
  void TakeContacts(std::uint32_t gid, State& state);
  void TakeUnconnected(const CellSynapses& cell);
  bool MayLackSource(const CellSynapses& cell, const Category& category);
  void ReportTypes(const Work& work, State& state);
  void ReportProjection(const Work& work, State& state);

  std::string population_;
  std::uint64_t start_ = 0;
  const ConnectionExpectations* expected_ = nullptr;
  ArcTable arcs_;
  std::vector<std::unique_ptr<State>> states_;
  std::unique_ptr<ShareStatistics> shares_;
  Tally once_, connected_;
  std::uint64_t cells_ = 0, synapses_ = 0, unconnected_ = 0;
  std::vector<int> taken_;  ///< projection of each synapse of the cell, or -1
  bool sampled_ = false;    ///< the projection's sources, of the cell at hand
  /// (layer, source) of the edges of the projection at hand.
  std::vector<std::pair<int, std::uint32_t>> by_layer_;
};

}  // namespace miv::verify
