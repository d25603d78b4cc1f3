#pragma once

// Edges between two populations: reading by destination, in bounded memory.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/types.h"
#include "common/neuroh5/values.h"

namespace miv::neuroh5 {

/// "Synapses" / "syn_id" and its type.
struct EdgeAttributeName {
  std::string name_space;
  std::string name;
  ValueType type = ValueType::kF32;
  bool operator==(const EdgeAttributeName&) const = default;
};

/// Edges in CSR form: destination i has the edges [offsets[i], offsets[i + 1]).
///   dst_gids   [n] global
///   offsets    [n + 1], offsets[0] = 0
///   src_gids   [edges] global
///   attributes [a] each of length edges, in the order asked for
struct Edges {
  std::vector<std::uint32_t> dst_gids;
  std::vector<std::uint64_t> offsets = {0};
  std::vector<std::uint32_t> src_gids;
  std::vector<Values> attributes;
};

struct Span;

/// One projection of an open file.  Keeps the destination index in memory (12
/// bytes per stored destination); edges are read on demand.  Rows are stored
/// destinations in storage order, among them those without edges; a destination
/// appended twice has two rows.
class Projection {
 public:
  /// The reader outlives the projection.
  /// Errors: NotFound if the file has no such projection; DataLoss if block
  /// index, pointers and lengths contradict each other, a gid is out of range,
  /// or an attribute's length is not the number of edges; FailedPrecondition
  /// for an attribute of a type that neuroh5 does not allow.
  static absl::StatusOr<Projection> Open(const Reader& reader,
                                         const ProjectionName& name);

  const ProjectionName& name() const { return name_; }
  std::uint64_t rows() const { return dst_gids_.size(); }
  std::uint64_t edges() const { return pointer_.back(); }
  /// Sorted by namespace, then name.
  const std::vector<EdgeAttributeName>& attributes() const {
    return attributes_;
  }
  /// Global gid of each row, and the edge offsets [rows + 1].
  const std::vector<std::uint32_t>& row_gids() const { return dst_gids_; }
  const std::vector<std::uint64_t>& row_offsets() const { return pointer_; }

  /// Rows [first, first + count) as stored.  `attributes` picks the attributes
  /// to read, by (name_space, name); types are not looked at. Errors:
  /// OutOfRange, NotFound for an attribute, DataLoss for a source index beyond
  /// the source population.
  absl::StatusOr<Edges> ReadRows(
      std::uint64_t first, std::uint64_t count,
      absl::Span<const EdgeAttributeName> attributes) const;

  /// The destinations of the selection that the file has, ordered by gid, with
  /// the edges of all their rows in storage order.
  absl::StatusOr<Edges> Read(
      const Selection& selection,
      absl::Span<const EdgeAttributeName> attributes) const;

  /// Cuts the rows into consecutive ranges of at most max_edges edges (a row
  /// with more stands alone).  Returns the first row of each range, then
  /// rows().
  std::vector<std::uint64_t> Blocks(std::uint64_t max_edges) const;

 private:
  Projection() = default;
  absl::StatusOr<std::vector<std::uint32_t>> ReadSources(
      const std::vector<Span>& spans, std::uint64_t total) const;
  absl::StatusOr<Values> ReadAttribute(const EdgeAttributeName& attribute,
                                       const std::vector<Span>& spans,
                                       std::uint64_t total) const;

  const Reader* reader_ = nullptr;
  ProjectionName name_;
  Population source_;
  std::vector<std::uint32_t> dst_gids_;
  std::vector<std::uint64_t> pointer_ = {0};
  bool ascending_ = true;
  std::vector<EdgeAttributeName> attributes_;
};

}  // namespace miv::neuroh5
