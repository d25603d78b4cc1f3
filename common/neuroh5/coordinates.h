#pragma once

// Under which name a file keeps the positions of the cells.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/neuroh5/reader.h"

namespace miv::neuroh5 {

/// What programs call it that take a file of "Generated Coordinates" over.
inline constexpr char kCoordinates[] = "Coordinates";

/// The namespace of a population that holds X, Y and Z Coordinate: `preferred`
/// if it does, else "Generated Coordinates", else "Coordinates", else the first
/// by name; "" if there is none.
absl::StatusOr<std::string> CoordinateNamespace(
    const Reader& reader, absl::string_view population,
    absl::string_view preferred = "");

}  // namespace miv::neuroh5
