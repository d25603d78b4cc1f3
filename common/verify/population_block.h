#pragma once

// Some consecutive cells of a population, with all that is about them.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/neuroh5/projection.h"
#include "common/neuroh5/tree.h"
#include "common/verify/network.h"

namespace miv::verify {

/// Synapses of some cells, one entry per synapse in every column.
struct SynapseColumns {
  std::vector<std::uint32_t> gids;
  std::vector<std::uint64_t> offsets = {0};
  std::vector<std::int64_t> ids, secs;
  std::vector<float> locs;
  std::vector<std::int16_t> layers, types, swc_types;
};

/// A projection onto the population, as stored.
struct StoredProjection {
  neuroh5::Projection projection;
  neuroh5::Population source;
  std::vector<neuroh5::EdgeAttributeName> attributes;  ///< that are read
  int distance = -1, syn_id = -1;                      ///< indices into these
};

struct PopulationBlock {
  std::uint64_t begin = 0, end = 0;  ///< gids
  SynapseColumns synapses;
  std::vector<neuroh5::Tree> trees;
  std::vector<neuroh5::Edges> edges;  ///< by projection
};

/// Reads a population block by block; a block holds about so many synapses and
/// edges together, and so many cells at most: memory is bounded by the block
/// plus 8 bytes per cell.
class PopulationReader {
 public:
  static constexpr std::uint64_t kItemsPerBlock = 500'000;
  static constexpr std::uint64_t kCellsPerBlock = 256;

  /// Errors: as Reader's and Projection's.
  static absl::StatusOr<PopulationReader> Create(
      const Work& work, const neuroh5::Population& population);

  const std::vector<StoredProjection>& projections() const {
    return projections_;
  }
  bool has_synapses() const { return has_synapses_; }
  bool has_trees() const { return has_trees_; }

  /// The block that starts at this gid.
  /// Errors: as Reader's; DataLoss if the columns of Synapse Attributes do not
  /// belong together.
  absl::StatusOr<PopulationBlock> Read(std::uint64_t begin) const;

 private:
  PopulationReader(const Work& work, const neuroh5::Population& population)
      : work_(&work), population_(population) {}
  absl::Status OpenProjections();
  absl::Status CountItems();
  absl::StatusOr<SynapseColumns> ReadSynapses(
      const neuroh5::Selection& cells) const;

  const Work* work_;
  neuroh5::Population population_;
  std::vector<StoredProjection> projections_;
  std::vector<std::uint64_t> items_;  ///< synapses and edges of each cell
  bool has_synapses_ = false, has_trees_ = false;
};

}  // namespace miv::verify
