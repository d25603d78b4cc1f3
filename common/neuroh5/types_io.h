#pragma once

// /H5Types on disk.

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/neuroh5/file_access.h"
#include "common/neuroh5/handle.h"
#include "common/neuroh5/types.h"

namespace miv::neuroh5 {

/// Accepts members of any integer width, under any name, in neuroh5's order,
/// and rows in any order.  Absent "Valid population projections" are none.
/// Errors: NotFound without /H5Types; DataLoss if it is not as specified or a
/// row has no label or ends beyond 2^32.
absl::StatusOr<Types> ReadTypes(const Handle& file);

/// Writes the five objects of /H5Types exactly as specified.  Collective.
absl::Status WriteTypes(const FileAccess& access, const Handle& file,
                        const Types& types);

/// False if neuroh5, which reads the rows of "Populations" as packed
/// {u64, u32, u16}, would misread this file.
bool HasNativeRows(const Handle& file);

}  // namespace miv::neuroh5
