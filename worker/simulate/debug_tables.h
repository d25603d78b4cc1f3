#pragma once

// Tables that describe the model as NEURON holds it, read back from NEURON: the
// strongest test that two implementations built the same thing.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/parallel/ranks.h"
#include "worker/simulate/cells/load_cells.h"
#include "worker/simulate/gid_table.h"
#include "worker/simulate/synapses/connect_cells.h"

namespace miv::simulate {

/// netcons.tsv, one row per connection, by (post_gid, syn_id, name):
///   post_gid syn_id name src_gid mechanism section x delay <weights>
///   <parameters> shared_syn_id
/// "-" where the mechanism has no such weight or parameter; x is the centre of
/// the segment; shared_syn_id the synapse for which the point process was made.
class NetconTable final : public ConnectionWitness {
 public:
  /// Not collective.
  static absl::StatusOr<std::unique_ptr<NetconTable>> Create(
      parallel::Ranks& ranks, const std::string& directory,
      const SynapseMechanisms& mechanisms);

  absl::Status OnCell(const ConnectedCell& cell) override;

  /// Collective.
  absl::Status Finish();

 private:
  NetconTable(GidTable table, const SynapseMechanisms& mechanisms);
  std::string RowOf(const ConnectedCell& cell, std::size_t connection) const;

  GidTable table_;
  const SynapseMechanisms& mechanisms_;
  std::vector<std::string> weights_;     ///< column names
  std::vector<std::string> parameters_;  ///< column names
};

/// sections.tsv, segments.tsv, detectors.tsv and points.tsv of all cells with a
/// membrane, as they are after loading.  Collective.
///   sections   gid section parent parent_x orientation lists all_index L nseg
///              Ra n3d mechanisms ions
///   segments   gid section segment x area ri diam cm parameters
///   detectors  gid section x threshold delay
///   points     gid section point x y z diam arc
absl::Status WriteSectionTables(parallel::Ranks& ranks,
                                const std::string& directory,
                                const LoadedCells& cells, double dt_ms);

}  // namespace miv::simulate
