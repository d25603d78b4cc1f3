#pragma once

// Which point processes and connections the synapses of one cell become.  Pure:
// tables in, tables out.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace miv::simulate {

/// The synapses of one cell, in file order; parallel arrays.
struct CellSynapses {
  absl::Span<const std::uint32_t> ids;
  absl::Span<const float> locs;  ///< 0..1 along the section
  absl::Span<const std::uint32_t> sections;
  absl::Span<const std::uint8_t> swc_types;
};

/// The edges of one projection that end on the cell; parallel arrays.
struct CellEdges {
  int source = 0;  ///< which source population, any numbering
  absl::Span<const std::uint32_t> src_gids;
  absl::Span<const std::uint32_t> syn_ids;
  absl::Span<const float> distances;  ///< um
};

/// One part of a synapse.  Parts of equal name share point processes; the
/// variant (any numbering) says which parameters the connection gets.
struct SynapsePart {
  int name = 0;
  int variant = 0;
};

/// What a synapse of a source and type consists of, in order; nullptr if the
/// config has no block for the type.
class SynapseParts {
 public:
  virtual ~SynapseParts() = default;
  virtual const std::vector<SynapsePart>* For(int source,
                                              int swc_type) const = 0;
};

/// Puts synapses on other sections than their table says.
class SectionChooser {
 public:
  virtual ~SectionChooser() = default;
  /// Called before the synapses of each source.
  virtual void StartSource() = 0;
  /// Called for each synapse of a source, in order; x as clipped.
  virtual std::uint32_t SectionOf(std::size_t synapse, double x) = 0;
};

struct PlanRules {
  /// [source] conduction velocity, um/ms.
  std::vector<double> velocity;
  double dt_ms = 0.025;
  /// One point process per synapse instead of one per segment.
  bool unique = false;
};

struct PlannedPointProcess {
  std::uint32_t section = 0;
  double x = 0.5;
  int variant = 0;                 ///< of the synapse that it was created for
  std::uint32_t first_syn_id = 0;  ///< that synapse
};

struct PlannedConnection {
  std::uint32_t synapse = 0;  ///< position in CellSynapses
  std::uint32_t src_gid = 0;
  int variant = 0;
  double delay_ms = 0;
  std::uint32_t point_process = 0;
};

struct ConnectionTable {
  std::vector<PlannedPointProcess> point_processes;  ///< in creation order
  std::vector<PlannedConnection> connections;        ///< in creation order
  std::uint64_t unconnected = 0;  ///< synapses without an edge
};

/// Semantics of MiV-Simulator f279b9c, config_cell_syns:
///  - sources in the order of `edges`; the synapses of each in file order; the
///    names of each in their order;
///  - x = synapse location clipped to [0.05, 0.95];
///  - a point process is shared by the synapses of one (source, segment, name)
///    whose SWC types are of one class: {apical, basal}, axon, ais, hillock,
///    soma; trunk and tuft are refused;
///  - delay = float32(max(distance / velocity, 2 dt));
///  - a synapse without an edge gets nothing.
///
/// nseg: [sections] segments of each section of the cell.
/// chooser: null, unless the table's sections do not count.
/// Errors: InvalidArgument, naming the synapse, for a section that the cell
/// lacks, a location that is no number, an edge of an unknown synapse or a
/// second edge of one, and a type without a block.
absl::StatusOr<ConnectionTable> PlanConnections(
    const CellSynapses& synapses, absl::Span<const CellEdges> edges,
    absl::Span<const int> nseg, const SynapseParts& parts,
    const PlanRules& rules, SectionChooser* chooser = nullptr);

}  // namespace miv::simulate
