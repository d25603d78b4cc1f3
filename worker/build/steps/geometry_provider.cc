#include "worker/build/steps/geometry_provider.h"

#include "worker/build/steps/tree_conversion.h"

namespace miv::worker {

absl::StatusOr<build::CellGeometry> NativeGeometryProvider::GeometryOf(
    const std::string&, const std::string&, const neuroh5::Tree& tree) {
  return build::NativeGeometry(MorphologyOf(tree), policy_);
}

}  // namespace miv::worker
