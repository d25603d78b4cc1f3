#pragma once

// Writes parallel cell attributes block by block, for namespaces that do not
// fit memory: the number of values per cell is known first, the values come
// later.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/fault.h"
#include "common/neuroh5/handle.h"
#include "common/neuroh5/values.h"
#include "common/neuroh5/writer.h"

namespace miv::neuroh5 {

struct ColumnName {
  std::string name;
  ValueType type = ValueType::kF32;
};

/// All columns have the same number of values per cell (as the Synapse
/// Attributes do).  The file is the same as from Writer::WriteCells.
class CellStream {
 public:
  /// Collective.  Creates the namespace and writes index and pointers.
  ///   columns the same on all ranks
  ///   gids    [n] this rank's cells, as in Writer::WriteCells
  ///   counts  [n] values per cell
  /// The writer outlives the stream and is not moved.
  static absl::StatusOr<CellStream> Create(
      Writer& writer, absl::string_view population,
      absl::string_view name_space, absl::Span<const ColumnName> columns,
      absl::Span<const std::uint32_t> gids,
      absl::Span<const std::uint64_t> counts);

  /// Not collective.  The next values of this rank's cells, any number: one
  /// view per column, in the order of `columns`, of equal lengths. Errors:
  /// InvalidArgument for another type or length, OutOfRange beyond the
  /// announced counts.
  absl::Status Write(absl::Span<const ValuesView> values);

  /// Collective.  FailedPrecondition if a rank wrote fewer values than
  /// announced.
  absl::Status Finish();

 private:
  CellStream() = default;
  absl::Status Invalid(absl::StatusCode code, const Fault& fault) const;

  Writer* writer_ = nullptr;
  std::string group_;
  std::vector<ColumnName> columns_;
  std::vector<Handle> datasets_;
  std::uint64_t next_ = 0;  ///< file row of the next value
  std::uint64_t last_ = 0;  ///< end of this rank's rows
};

}  // namespace miv::neuroh5
