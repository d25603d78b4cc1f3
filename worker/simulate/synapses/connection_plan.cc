#include "worker/simulate/synapses/connection_plan.h"

#include <algorithm>
#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::simulate {
namespace {

constexpr double kLowestX = 0.05;
constexpr double kHighestX = 0.95;
constexpr std::uint32_t kNone = 0xffffffffu;

/// Synapses of one class share point processes; -1 for types that cannot carry
/// synapses.
int SharingClass(int swc_type) {
  switch (swc_type) {
    case 1:
    case 2:
    case 7:
    case 8:
      return swc_type;
    case 3:
    case 4:
      return 3;
    default:
      return -1;
  }
}

absl::Status SynapseError(const CellSynapses& synapses, std::size_t i,
                          std::string what, std::string expected,
                          std::string found) {
  Fault fault;
  fault.reason = "SYNAPSE";
  fault.what = absl::StrCat("synapse ", synapses.ids[i], ": ", what);
  fault.expected = std::move(expected);
  fault.found = std::move(found);
  return InvalidInput(fault);
}

absl::Status EdgeError(std::uint32_t syn_id, absl::string_view what) {
  Fault fault;
  fault.reason = "EDGE";
  fault.what = absl::StrCat("synapse ", syn_id, ": ", what);
  return InvalidInput(fault);
}

using PositionOf = absl::flat_hash_map<std::uint32_t, std::uint32_t>;

absl::StatusOr<PositionOf> IndexSynapses(const CellSynapses& synapses) {
  PositionOf position;
  position.reserve(synapses.ids.size());
  for (std::size_t i = 0; i < synapses.ids.size(); ++i) {
    if (!position.emplace(synapses.ids[i], static_cast<std::uint32_t>(i))
             .second) {
      return SynapseError(synapses, i, "the id occurs twice", "", "");
    }
  }
  return position;
}

/// Where the edge of each synapse is: [synapse] index into the projection's
/// edges, or kNone.  `taken` marks synapses of earlier projections.
absl::Status MatchEdges(const CellEdges& edges, const PositionOf& position,
                        std::vector<bool>* taken,
                        std::vector<std::uint32_t>* edge_of) {
  edge_of->assign(taken->size(), kNone);
  for (std::size_t e = 0; e < edges.syn_ids.size(); ++e) {
    const auto found = position.find(edges.syn_ids[e]);
    if (found == position.end()) {
      return EdgeError(edges.syn_ids[e],
                       "an edge names a synapse that the "
                       "cell does not have");
    }
    if ((*taken)[found->second]) {
      return EdgeError(edges.syn_ids[e], "two edges end on one synapse");
    }
    (*taken)[found->second] = true;
    (*edge_of)[found->second] = static_cast<std::uint32_t>(e);
  }
  return absl::OkStatus();
}

/// One source population being planned; the sharing table is its own.
class SourcePlan {
 public:
  SourcePlan(const CellSynapses& synapses, const CellEdges& edges,
             absl::Span<const int> nseg, const PlanRules& rules,
             SectionChooser* chooser, ConnectionTable* table)
      : synapses_(synapses),
        edges_(edges),
        nseg_(nseg),
        rules_(rules),
        chooser_(chooser),
        table_(*table) {
    if (chooser_ != nullptr) chooser_->StartSource();
  }

  absl::Status Add(std::size_t synapse, std::uint32_t edge,
                   const SynapseParts& parts) {
    const int type = synapses_.swc_types[synapse];
    MIV_RETURN_IF_ERROR(CheckPlace(synapse, type));
    const double x = std::clamp(static_cast<double>(synapses_.locs[synapse]),
                                kLowestX, kHighestX);
    const std::uint32_t section = chooser_ == nullptr
                                      ? synapses_.sections[synapse]
                                      : chooser_->SectionOf(synapse, x);
    MIV_RETURN_IF_ERROR(CheckSection(synapse, section));
    const std::vector<SynapsePart>* block = parts.For(edges_.source, type);
    if (block == nullptr) {
      return SynapseError(synapses_, synapse,
                          "its type has no block of mechanisms",
                          "a block for the type, or `default`",
                          absl::StrCat("SWC type ", type));
    }
    PlannedConnection connection;
    connection.synapse = static_cast<std::uint32_t>(synapse);
    connection.src_gid = edges_.src_gids[edge];
    connection.delay_ms = Delay(edges_.distances[edge]);
    for (const SynapsePart& part : *block) {
      connection.variant = part.variant;
      connection.point_process = PointProcess(
          {section, x, part.variant, synapses_.ids[synapse]}, type, part.name);
      table_.connections.push_back(connection);
    }
    return absl::OkStatus();
  }

 private:
  absl::Status CheckSection(std::size_t synapse, std::uint32_t section) const {
    if (section < nseg_.size()) return absl::OkStatus();
    return SynapseError(synapses_, synapse, "the cell lacks its section",
                        absl::StrCat("below ", nseg_.size()),
                        absl::StrCat(section));
  }

  absl::Status CheckPlace(std::size_t synapse, int type) const {
    if (!std::isfinite(synapses_.locs[synapse])) {
      return SynapseError(synapses_, synapse, "its location is no number", "",
                          absl::StrCat(synapses_.locs[synapse]));
    }
    if (SharingClass(type) < 0) {
      return SynapseError(synapses_, synapse,
                          "sections of its type cannot carry synapses",
                          "soma, axon, basal, apical, ais or hillock",
                          absl::StrCat("SWC type ", type));
    }
    return absl::OkStatus();
  }

  /// The reference computes in double and stores float32.
  double Delay(float distance) const {
    const double travel =
        static_cast<double>(distance) / rules_.velocity[edges_.source];
    return static_cast<float>(std::max(travel, 2 * rules_.dt_ms));
  }

  /// The shared point process of this place and name, or a new one.
  std::uint32_t PointProcess(const PlannedPointProcess& wanted, int type,
                             int name) {
    const auto next = static_cast<std::uint32_t>(table_.point_processes.size());
    if (!rules_.unique) {
      const int segment = static_cast<int>(wanted.x * nseg_[wanted.section]);
      const std::uint64_t key =
          static_cast<std::uint64_t>(wanted.section) << 40 |
          static_cast<std::uint64_t>(segment) << 24 |
          static_cast<std::uint64_t>(SharingClass(type)) << 16 |
          static_cast<std::uint64_t>(name);
      const auto [at, fresh] = shared_.emplace(key, next);
      if (!fresh) return at->second;
    }
    table_.point_processes.push_back(wanted);
    return next;
  }

  const CellSynapses& synapses_;
  const CellEdges& edges_;
  absl::Span<const int> nseg_;
  const PlanRules& rules_;
  SectionChooser* chooser_;
  ConnectionTable& table_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> shared_;
};

}  // namespace

absl::StatusOr<ConnectionTable> PlanConnections(
    const CellSynapses& synapses, absl::Span<const CellEdges> edges,
    absl::Span<const int> nseg, const SynapseParts& parts,
    const PlanRules& rules, SectionChooser* chooser) {
  MIV_ASSIGN_OR_RETURN(const PositionOf position, IndexSynapses(synapses));
  ConnectionTable table;
  std::vector<bool> taken(synapses.ids.size(), false);
  std::vector<std::uint32_t> edge_of;
  for (const CellEdges& projection : edges) {
    MIV_RETURN_IF_ERROR(MatchEdges(projection, position, &taken, &edge_of));
    SourcePlan plan(synapses, projection, nseg, rules, chooser, &table);
    for (std::size_t i = 0; i < synapses.ids.size(); ++i) {
      if (edge_of[i] == kNone) continue;
      MIV_RETURN_IF_ERROR(plan.Add(i, edge_of[i], parts));
    }
  }
  table.unconnected =
      static_cast<std::uint64_t>(std::count(taken.begin(), taken.end(), false));
  return table;
}

}  // namespace miv::simulate
