#pragma once

// Gives every synapse of a cell its source.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "worker/build/connectivity/alias_sampler.h"
#include "worker/build/connectivity/distance_kernel.h"
#include "worker/build/connectivity/source_index.h"
#include "worker/build/connectivity/synapse_partition.h"

namespace miv::build {

/// A destination cell: its gid, arc distances (um) and synapses, one entry per
/// synapse in every column, ascending syn_id.
struct CellSynapses {
  std::uint32_t gid = 0;
  double u = 0, v = 0;
  absl::Span<const std::uint32_t> syn_ids;
  absl::Span<const float> cdists;
  absl::Span<const std::int8_t> layers;
  absl::Span<const std::uint8_t> types, swc_types;
};

/// Edges of one cell in one projection, ascending (source, syn_id).
struct ProjectionEdges {
  std::vector<std::uint32_t> sources;  ///< global gids
  std::vector<std::uint32_t> syn_ids;
  std::vector<float> distances;  ///< |du| + |dv|, um
  void Clear();
};

/// What one cell got in one projection.
struct ProjectionCounts {
  std::uint64_t synapses = 0;  ///< dealt to the projection
  std::uint64_t edges = 0;     ///< of these, with a source
};

/// The projections onto one population.
class ConnectionPlan {
 public:
  struct Source {
    SourcePopulation population;
    LayeredKernels kernels;
  };
  struct Options {
    bool allow_autapses = false;
  };

  /// sources: parallel to rules (sources[p] belongs to rules[p].source).
  /// Errors: those of SynapsePartition and SourceIndex; InvalidArgument for a
  /// target layer without an extent and for lengths that differ.
  static absl::StatusOr<ConnectionPlan> Create(
      std::vector<ProjectionRule> rules, std::vector<Source> sources,
      const Options& options);

  std::size_t size() const { return rules_.size(); }
  const std::vector<ProjectionRule>& rules() const { return rules_; }

 private:
  friend class Connector;
  ConnectionPlan(std::vector<ProjectionRule> rules, SynapsePartition partition,
                 Options options);
  std::vector<ProjectionRule> rules_;
  SynapsePartition partition_;
  Options options_;
  std::vector<SourceIndex> indices_;     // by projection
  std::vector<LayeredKernels> kernels_;  // by projection
  std::vector<std::string> purposes_;    // of the source choice
};

/// Works on one cell at a time; keeps scratch memory between cells.
///
/// Synapses are dealt to the projections (SynapsePartition).  Per projection
/// and synapse layer, ceil(n / contacts) sources are drawn independently from
/// the kernel's candidates, each for ceil(contacts) synapses.  Sources are
/// matched to synapses in clusters: every candidate gets a centre, n uniform
/// numbers from -1 to 1 in ascending order; every contact lies at its source's
/// centre plus Normal(0, 2); contacts in this order meet synapses in order of
/// cdist, and the contacts beyond n are dropped.  Synapses without a candidate
/// stay unconnected. Source: MiV-Simulator, connections.py and
/// generate_connections.py.
///
/// A cell's edges depend on (seed, gid), its synapses and the plan only; those
/// of one projection and layer not on the other projections' sources.
class Connector {
 public:
  explicit Connector(const ConnectionPlan& plan);

  /// edges, counts: [plan.size()], overwritten.
  /// Errors: InvalidArgument, naming gid, type, section class and layer, for a
  /// synapse that no projection takes.
  absl::Status Connect(const CellSynapses& cell, std::int64_t seed,
                       std::vector<ProjectionEdges>& edges,
                       std::vector<ProjectionCounts>& counts);

  /// The counts that Connect would give, without choosing sources.
  absl::Status Count(const CellSynapses& cell, std::int64_t seed,
                     std::vector<ProjectionCounts>& counts);

 private:
  /// The synapses of one projection in one layer.
  struct Group {
    std::uint32_t projection;
    std::int8_t layer;
    std::uint32_t first = 0, size = 0;  ///< into members_
  };
  /// Candidates of the cell in one projection, for one kernel.
  struct Pool {
    std::uint32_t projection;
    int kernel;
    Candidates candidates;
    AliasSampler sampler;
  };

  absl::Status Deal(const CellSynapses& cell, std::int64_t seed,
                    std::vector<ProjectionCounts>& counts);
  std::uint32_t GroupFor(std::uint32_t projection, std::int8_t layer);
  void FillGroups(const CellSynapses& cell);
  std::uint32_t SelfIn(const SourceIndex& index, std::uint32_t gid) const;
  const Pool& PoolFor(const CellSynapses& cell, std::uint32_t projection,
                      int kernel);
  void ChooseSources(const Group& group, const Pool& pool, KeyedRng rng);
  void Emit(const CellSynapses& cell, std::uint32_t projection,
            ProjectionEdges& edges);

  const ConnectionPlan& plan_;
  std::vector<std::int32_t> group_at_;  // by projection and layer, -1 = none
  std::vector<Group> groups_;
  std::vector<std::uint32_t> group_of_;   // by synapse
  std::vector<std::uint32_t> members_;    // synapses by group, then by cdist
  std::vector<std::uint32_t> source_of_;  // by synapse, index or kNobody
  std::vector<Pool> pools_;
  std::size_t pools_used_ = 0;
  std::vector<std::uint32_t> contacts_;  // by candidate
  std::vector<double> centre_;           // by candidate
  std::vector<std::uint64_t> items_, scratch_;
};

}  // namespace miv::build
