#pragma once

// What writing together needs: every rank's place among all, creation of
// objects that all ranks agree on, and checks that all ranks pass the same
// description.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/neuroh5/dataset.h"
#include "common/neuroh5/file_access.h"
#include "common/neuroh5/handle.h"
#include "common/neuroh5/types.h"
#include "common/neuroh5/values.h"

namespace miv::neuroh5 {

/// This rank's cells of a population among those of all ranks.
struct CellBlock {
  std::vector<std::uint32_t> relative;  ///< gid - Start, ascending
  Scan rows;
};

/// Checks that the gids are this population's, ascending, and above those of
/// lower ranks.  Collective.  `path` is for errors. Errors: InvalidArgument,
/// with the gid.
absl::StatusOr<CellBlock> PlaceCells(const FileAccess& access,
                                     const Handle& file, absl::string_view path,
                                     const Population& population,
                                     absl::Span<const std::uint32_t> gids);

/// InvalidArgument, on all ranks, if they pass different descriptions.
/// Collective.
absl::Status CheckSameEverywhere(const FileAccess& access, const Handle& file,
                                 absl::string_view path,
                                 absl::string_view description);

/// InvalidArgument unless it can name an attribute: 1 to 127 bytes, no '/'.
absl::Status CheckAttributeName(const Handle& file, absl::string_view path,
                                absl::string_view name);

/// AlreadyExists if there is something at the path.
absl::Status CheckAbsent(const Handle& file, absl::string_view path);

/// CreateGroup and CreateDataset, agreed on by all ranks.
absl::Status MakeGroup(const FileAccess& access, const Handle& file,
                       absl::string_view path);
absl::StatusOr<Handle> MakeDataset(const FileAccess& access, const Handle& file,
                                   absl::string_view path, Element element,
                                   std::uint64_t length,
                                   std::uint64_t chunk = 0);

/// This rank's part of a pointer: `before` plus its own offsets [n + 1] to rows
/// [rows.before, + n), and the total from the last rank.  Not collective.
absl::Status WritePointer(const FileAccess& access, const Handle& dataset,
                          Scan rows, Scan values,
                          absl::Span<const std::uint64_t> offsets);

/// [n + 1] running sum of counts [n], from 0.
std::vector<std::uint64_t> OffsetsOf(absl::Span<const std::uint64_t> counts);

/// Writes the values to consecutive rows from `first` on.  Not collective.
absl::Status WriteValues(const FileAccess& access, const Handle& dataset,
                         std::uint64_t first, const ValuesView& values);

}  // namespace miv::neuroh5
