#pragma once

// The synapses and edges of a few cells, read together.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/neuroh5/projection.h"
#include "common/neuroh5/reader.h"
#include "worker/simulate/cells/cell_types.h"
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
  /// type: names the population and the namespaces of the cell file that have
  /// weights (syn_id and one array per synapse name).
  /// Errors: DataLoss if the arrays of a cell have different lengths.
  static absl::StatusOr<SynapseBlockData> Read(
      const neuroh5::Reader& cells, const CellType& type,
      const std::vector<neuroh5::Projection>& projections,
      const std::vector<std::uint32_t>& gids);

  /// Empty tables for a gid that the files do not have.
  CellSynapses SynapsesOf(std::uint32_t gid) const;
  /// Layer of each synapse, of reduced cells only.
  absl::Span<const std::int8_t> LayersOf(std::uint32_t gid) const;
  /// One entry per source, empty ones included.
  std::vector<CellEdges> EdgesOf(std::uint32_t gid) const;
  const SynapseWeights& weights() const { return weights_; }

 private:
  absl::Status ReadSynapses(const neuroh5::Reader& cells,
                            const std::string& population,
                            const neuroh5::Selection& selection);
  absl::Status ReadLayers(const neuroh5::Reader& cells,
                          const std::string& population,
                          const neuroh5::Selection& selection);

  neuroh5::Ragged<std::uint32_t> ids_;
  neuroh5::Ragged<float> locs_;
  neuroh5::Ragged<std::uint32_t> sections_;
  neuroh5::Ragged<std::uint8_t> swc_types_;
  neuroh5::Ragged<std::int8_t> layers_;
  std::vector<neuroh5::Edges> edges_;
  SynapseWeights weights_;
};

}  // namespace miv::simulate
