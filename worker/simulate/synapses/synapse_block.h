#pragma once

// The synapses and edges of a few cells, read together.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/neuroh5/projection.h"
#include "common/neuroh5/reader.h"
#include "worker/simulate/synapses/connection_plan.h"

namespace miv::simulate {

/// Per-synapse weights of the cells: by synapse name, (gid, syn_id) -> weight.
using SynapseWeights =
    std::map<std::string,
             std::map<std::pair<std::uint32_t, std::uint32_t>, double>>;

/// What the files say about some cells of one population.
class SynapseBlockData {
 public:
  /// projections: one per source, in the order of CellEdges::source.
  /// weight_namespaces: of the cell file, each with syn_id and one array per
  /// synapse name.
  /// Errors: DataLoss if the arrays of a cell have different lengths.
  static absl::StatusOr<SynapseBlockData> Read(
      const neuroh5::Reader& cells, const std::string& population,
      const std::vector<neuroh5::Projection>& projections,
      const std::vector<std::string>& weight_namespaces,
      const std::vector<std::uint32_t>& gids);

  /// Empty tables for a gid that the files do not have.
  CellSynapses SynapsesOf(std::uint32_t gid) const;
  /// One entry per source, empty ones included.
  std::vector<CellEdges> EdgesOf(std::uint32_t gid) const;
  const SynapseWeights& weights() const { return weights_; }

 private:
  absl::Status ReadSynapses(const neuroh5::Reader& cells,
                            const std::string& population,
                            const neuroh5::Selection& selection);

  neuroh5::Ragged<std::uint32_t> ids_;
  neuroh5::Ragged<float> locs_;
  neuroh5::Ragged<std::uint32_t> sections_;
  neuroh5::Ragged<std::uint8_t> swc_types_;
  std::vector<neuroh5::Edges> edges_;
  SynapseWeights weights_;
};

}  // namespace miv::simulate
