#pragma once

// Writes the edges of a projection block by block: the number of edges of each
// destination is known first, the edges come later.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/base/fault.h"
#include "common/neuroh5/file_access.h"
#include "common/neuroh5/handle.h"
#include "common/neuroh5/projection.h"
#include "common/neuroh5/types.h"
#include "common/neuroh5/writer.h"

namespace miv::neuroh5 {

/// The canonical neuroh5 layout: destinations ascending, sources ascending
/// within a destination (stable: equal sources keep their order), attributes
/// permuted alongside, runs of consecutive destinations in one block.  All four
/// index datasets exist even if there is no edge.
class ProjectionStream {
 public:
  /// Collective.  Creates /Projections/<destination>/<source>; index and
  /// pointers are written at once.
  ///   dst_gids   [n] this rank's destinations (global), ascending; all of a
  ///   lower
  ///              rank's are lower; n may be 0
  ///   counts     [n] edges of each; 0 keeps the destination as one without
  ///   inputs attributes the same on all ranks
  /// The writer outlives the stream and is not moved.
  /// Errors: InvalidArgument (gids, lengths, names, a pair that is not among
  /// the valid projections), AlreadyExists.
  static absl::StatusOr<ProjectionStream> Create(
      Writer& writer, const ProjectionName& name,
      absl::Span<const std::uint32_t> dst_gids,
      absl::Span<const std::uint64_t> counts,
      absl::Span<const EdgeAttributeName> attributes);

  /// Not collective.  The edges of this rank's next destinations, any number of
  /// them, each complete; attributes in the order announced.
  /// Errors: InvalidArgument (other destinations or counts than announced,
  /// lengths, types, a source beyond the source population).
  absl::Status Write(Edges edges);

  /// Collective.  FailedPrecondition if a rank wrote fewer destinations than
  /// announced.
  absl::Status Finish();

 private:
  ProjectionStream() = default;
  absl::Status CreateDatasets(Scan edges);
  absl::Status CheckNext(const Edges& edges) const;
  absl::Status Invalid(absl::StatusCode code, const Fault& fault) const;

  Writer* writer_ = nullptr;
  ProjectionName name_;
  Population source_;
  std::vector<EdgeAttributeName> attributes_;
  std::vector<std::uint32_t> dst_gids_;
  std::vector<std::uint64_t> offsets_ = {0};  ///< of this rank's edges
  std::size_t next_row_ = 0;
  std::uint64_t first_edge_ = 0;  ///< of this rank in the file
  Handle sources_;
  std::vector<Handle> datasets_;
};

}  // namespace miv::neuroh5
