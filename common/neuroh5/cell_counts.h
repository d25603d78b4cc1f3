#pragma once

// How many values the cells of an attribute have: known without reading the
// values, for sharing them out.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/neuroh5/reader.h"

namespace miv::neuroh5 {

/// Cells and their numbers of values.
struct CellCounts {
  std::vector<std::uint32_t> gids;    ///< [rows] global, ascending; one for
                                      ///< each time that a cell is stored
  std::vector<std::uint64_t> counts;  ///< [rows]
};

/// Errors: NotFound, DataLoss, FailedPrecondition, as Reader's.
absl::StatusOr<CellCounts> CountCellValues(const Reader& reader,
                                           absl::string_view population,
                                           absl::string_view name_space,
                                           absl::string_view attribute);

}  // namespace miv::neuroh5
