#pragma once

// Synapse plans of a rank's cells: one per distinct morphology.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/tree.h"
#include "worker/build/steps/density_config.h"
#include "worker/build/steps/geometry_provider.h"
#include "worker/build/synapses/synapse_placement.h"

namespace miv::worker {

/// Reads the trees of given cells in blocks and keeps the plans of the last few
/// distinct ones, so that memory does not grow with the number of cells: a
/// population whose cells share one morphology has its geometry worked out
/// once.
class CellPlans {
 public:
  /// The references outlive this object.
  /// gids: [n] the cells, ascending.
  CellPlans(const neuroh5::Reader& forest, std::string population,
            std::vector<std::uint32_t> gids, const SynapseModel& model,
            GeometryProvider& geometry);

  const std::vector<std::uint32_t>& gids() const { return gids_; }

  /// The plan of the i-th cell; valid until the next call.  Fast when i rises
  /// from call to call.
  /// Errors: those of reading trees, of the geometry and of the plan; they name
  /// the gid.
  absl::StatusOr<const build::SynapsePlan*> PlanOf(std::size_t i);

 private:
  struct Shape {
    neuroh5::Tree tree;
    build::SynapsePlan plan;
    std::uint32_t serial;
  };
  absl::Status ReadBlock(std::size_t i);
  absl::StatusOr<Shape> MakeShape(const neuroh5::Tree& tree);

  const neuroh5::Reader& forest_;
  std::string population_;
  std::vector<std::uint32_t> gids_;
  const SynapseModel& model_;
  GeometryProvider& geometry_;
  std::vector<std::uint32_t> serial_of_;        // by cell, 0 = not seen yet
  std::vector<std::unique_ptr<Shape>> shapes_;  // last used first
  std::uint32_t next_serial_ = 1;
  std::vector<neuroh5::Tree> block_;
  std::size_t block_first_ = 0;
  std::size_t trees_per_block_ = 0;  // 0 = not known yet
};

}  // namespace miv::worker
