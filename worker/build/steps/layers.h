#pragma once

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "worker/build/geometry/box.h"

namespace miv::worker {

/// config.layer_extents, {layer: [[u, v, l] low, [u, v, l] high]}, um.
absl::StatusOr<build::LayerTable> LayersOf(const nlohmann::json& config);

/// config.rotation, degrees about x, y and z, combined as
/// config.rotation_order says; absent = none, all axes.
absl::StatusOr<build::Rotation> RotationOf(const nlohmann::json& config);

}  // namespace miv::worker
