#pragma once

// Writes the edges of a projection block by block: the number of edges of each
// destination is known first, the edges come later.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/neuroh5/handle.h"
#include "common/neuroh5/projection.h"
#include "common/neuroh5/types.h"
#include "common/neuroh5/writer.h"

namespace miv::neuroh5 {

/// The canonical neuroh5 layout: destinations ascending, sources ascending
/// within a destination (stable: equal sources keep their order), attributes
/// permuted alongside, runs of consecutive destinations in one block.
class ProjectionStream {
 public:
  /// Collective.  Creates /Projections/<destination>/<source>; index and
  /// pointers are written at once.
  ///   dst_gids [n] this rank's destinations (global), ascending; all of a
  ///   lower
  ///            rank's are lower; n may be 0
  ///   counts   [n] edges of each; 0 keeps the destination as one without
  ///   inputs attributes the same on all ranks
  /// Without an edge on any rank only the groups are written, as neuroh5 does.
  /// The writer outlives the stream.
  /// Errors: InvalidArgument (gids, lengths, a pair that is not among the valid
  /// projections), AlreadyExists.
  static absl::StatusOr<ProjectionStream> Create(
      Writer& writer, const ProjectionName& name,
      absl::Span<const std::uint32_t> dst_gids,
      absl::Span<const std::uint64_t> counts,
      absl::Span<const EdgeAttributeName> attributes);

  /// Not collective.  The edges of this rank's next destinations, which must be
  /// those announced, complete; attributes in the order announced.
  /// Errors: InvalidArgument.
  absl::Status Write(Edges edges);

  /// Collective.  FailedPrecondition if a rank wrote fewer destinations than
  /// announced.
  absl::Status Finish();

 private:
  ProjectionStream() = default;
  const FileAccess* access_ = nullptr;
  std::string where_;
  Population source_;
  std::vector<EdgeAttributeName> attributes_;
  std::vector<std::uint32_t> dst_gids_;
  std::vector<std::uint64_t> counts_;
  std::size_t next_row_ = 0;
  std::uint64_t next_edge_ = 0;
  Handle source_index_;
  std::vector<Handle> datasets_;
};

}  // namespace miv::neuroh5
