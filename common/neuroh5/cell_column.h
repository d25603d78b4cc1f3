#pragma once

// The parts of a cell attribute on disk, shared by Writer and CellStream.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/neuroh5/cell_stream.h"
#include "common/neuroh5/collective.h"
#include "common/neuroh5/file_access.h"
#include "common/neuroh5/handle.h"
#include "common/neuroh5/values.h"
#include "common/neuroh5/writer.h"

namespace miv::neuroh5 {

/// Checks names and gids and creates the group of a new namespace.  Collective.
absl::StatusOr<CellBlock> BeginNamespace(Writer& writer,
                                         absl::string_view population,
                                         absl::string_view name_space,
                                         absl::Span<const std::uint32_t> gids,
                                         absl::Span<const ColumnName> columns);

/// An attribute whose values are still to be written: this rank's go to
/// [rows.before, ...).
struct OpenColumn {
  Handle values;
  Scan rows;
};

/// Creates the three datasets and writes index and pointer.  Collective.
///   offsets [n + 1] of this rank's cells, from 0
absl::StatusOr<OpenColumn> CreateColumn(
    Writer& writer, const std::string& path, ValueType type,
    const CellBlock& block, absl::Span<const std::uint64_t> offsets);

}  // namespace miv::neuroh5
