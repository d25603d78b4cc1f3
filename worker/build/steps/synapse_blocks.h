#pragma once

// The synapses of a population's cells, read block by block.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/neuroh5/cell_counts.h"
#include "common/neuroh5/reader.h"
#include "worker/build/connectivity/connector.h"

namespace miv::worker {

/// Where the synapses of one population are.
struct SynapseSource {
  const neuroh5::Reader* reader = nullptr;  ///< outlives the source
  std::string population;
  std::string name_space;
};

/// The columns of some cells.
struct SynapseBlock {
  std::vector<std::uint32_t> gids;     ///< [n]
  std::vector<std::uint64_t> offsets;  ///< [n + 1] into the columns
  std::vector<std::uint32_t> syn_ids;
  std::vector<float> cdists;
  std::vector<std::int8_t> layers;
  std::vector<std::uint8_t> types, swc_types;

  std::size_t size() const { return gids.size(); }
  /// The i-th cell, at arc distances u and v.
  build::CellSynapses Cell(std::size_t i, double u, double v) const;
};

/// All cells with synapses, and their numbers of them.
/// Errors: NotFound, DataLoss; InvalidArgument for a cell stored twice.
absl::StatusOr<neuroh5::CellCounts> CellsOf(const SynapseSource& source);

/// Reads into `block`, whose memory is used again.
/// gids: ascending; all of them have synapses (0 values count).
/// Errors: those of reading; DataLoss if the columns of a cell differ in
/// length.
absl::Status ReadSynapses(const SynapseSource& source,
                          std::vector<std::uint32_t> gids, SynapseBlock* block);

}  // namespace miv::worker
