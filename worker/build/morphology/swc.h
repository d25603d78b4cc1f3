#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/build/morphology/morphology.h"

namespace miv::build {

/// Reads the text of an SWC file, one point a line:
///   id type x y z radius parent [layer]
/// separated by blanks; empty lines and lines that start with # are skipped.
/// Ids may be any non-negative integers in any order; points are renumbered
/// 0..n-1 in file order.  A parent may come after its child.  Without column 8
/// the layer is -1.  Coordinates are rounded to float32 as neuroh5 stores them.
///
/// Every file must pass these checks; an error names FILE:LINE.
///   1. there is at least one point
///   2. a line has 7 or 8 columns
///   3. id, type, parent and layer are integers, the rest finite numbers
///   4. the id is not negative and is used once
///   5. the type is 1 to 8 (soma, axon, basal, apical, trunk, tuft, ais,
///      hillock), the layer -1 to 127
///   6. the radius is positive
///   7. there are at most kMaxPoints points
///   8. the parent is -1 or the id of another point
///   9. exactly one point is a root (parent -1)
///  10. every point leads to the root (no cycle)
///
/// file: what messages call it.
/// Errors: InvalidArgument.
absl::StatusOr<PointTree> ParseSwc(absl::string_view text,
                                   absl::string_view file);

}  // namespace miv::build
