#pragma once

// The destination index of a stored projection.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/neuroh5/handle.h"
#include "common/neuroh5/projection.h"
#include "common/neuroh5/types.h"

namespace miv::neuroh5 {

/// "/Projections/PYR/STIM/Synapses/syn_id"; parts at the end may be left out.
std::string ProjectionPath(const ProjectionName& name,
                           absl::string_view name_space = "",
                           absl::string_view attribute = "");

struct ProjectionIndex {
  std::vector<std::uint32_t> dst_gids;       ///< global, one per row
  std::vector<std::uint64_t> pointer = {0};  ///< [rows + 1] edge offsets
  std::uint64_t blocks = 0;
  /// The last block pointer is the number of destinations, as neuroh5's README
  /// says, instead of one more, as neuroh5 reads.
  bool readme_sentinel = false;
};

/// A projection of which only the group exists has no rows.
/// Errors: NotFound; DataLoss where index, pointers and Source Index disagree
/// or a destination is beyond the population.
absl::StatusOr<ProjectionIndex> ReadProjectionIndex(
    const Handle& file, const ProjectionName& name,
    const Population& destination);

/// The datasets outside Edges, sorted by namespace, then name.
/// Errors: FailedPrecondition for a type that neuroh5 does not allow.
absl::StatusOr<std::vector<EdgeAttributeName>> EdgeAttributes(
    const Handle& file, const ProjectionName& name);

/// DataLoss unless the dataset has one value per edge.
absl::Status CheckEdgeLength(const Handle& file, absl::string_view path,
                             const Handle& dataset, std::uint64_t edges);

}  // namespace miv::neuroh5
