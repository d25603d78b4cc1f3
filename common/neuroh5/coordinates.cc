#include "common/neuroh5/coordinates.h"

#include <algorithm>
#include <vector>

#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"

namespace miv::neuroh5 {
namespace {

absl::StatusOr<bool> HoldsCoordinates(const Reader& reader,
                                      absl::string_view population,
                                      absl::string_view name_space) {
  MIV_ASSIGN_OR_RETURN(const auto attributes,
                       reader.CellAttributes(population, name_space));
  const auto has = [&attributes](absl::string_view name) {
    return std::any_of(attributes.begin(), attributes.end(),
                       [name](const auto& a) { return a.name == name; });
  };
  return has(kXCoordinate) && has(kYCoordinate) && has(kZCoordinate);
}

}  // namespace

absl::StatusOr<std::string> CoordinateNamespace(const Reader& reader,
                                                absl::string_view population,
                                                absl::string_view preferred) {
  MIV_ASSIGN_OR_RETURN(auto names, reader.Namespaces(population));
  const auto rank = [preferred](absl::string_view name) {
    return name == preferred               ? 0
           : name == kGeneratedCoordinates ? 1
           : name == kCoordinates          ? 2
                                           : 3;
  };
  std::stable_sort(
      names.begin(), names.end(),
      [&rank](const auto& a, const auto& b) { return rank(a) < rank(b); });
  for (const std::string& name : names) {
    if (name == kTrees) continue;  // of points, not of cells
    MIV_ASSIGN_OR_RETURN(const bool holds,
                         HoldsCoordinates(reader, population, name));
    if (holds) return name;
  }
  return "";
}

}  // namespace miv::neuroh5
