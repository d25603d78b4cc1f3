#pragma once

// Points as text.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/build/geometry/box.h"

namespace miv::build {

/// Reads one point a line: x, y and z in um, separated by blanks, tabs or
/// commas.  Empty lines and those that start with # do not count; a first line
/// "x y z" is a heading.
/// file: what errors call the text.
/// Errors: InvalidArgument INVALID_POINTS with file and line for anything else,
/// a number that is not finite, or a text without points.
absl::StatusOr<std::vector<Point3>> ParsePoints(absl::string_view text,
                                                const std::string& file);

}  // namespace miv::build
