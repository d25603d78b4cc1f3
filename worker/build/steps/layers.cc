#include "worker/build/steps/layers.h"

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/build/steps/config_fields.h"

namespace miv::worker {

absl::StatusOr<build::LayerTable> LayersOf(const nlohmann::json& config) {
  MIV_ASSIGN_OR_RETURN(const auto* extents,
                       ObjectField(config, "layer_extents"));
  std::vector<build::Layer> layers;
  for (const auto& [name, corners] : extents->items()) {
    const std::string field = absl::StrCat("layer_extents.", name);
    if (!corners.is_array() || corners.size() != 2)
      return InvalidInput({.reason = "BAD_CONFIG",
                           .field = absl::StrCat("config.", field),
                           .what = "not a box",
                           .expected = "two corners of three numbers each",
                           .found = corners.dump()});
    MIV_ASSIGN_OR_RETURN(const auto low, Triple(corners[0], field));
    MIV_ASSIGN_OR_RETURN(const auto high, Triple(corners[1], field));
    layers.push_back({name, {low, high}});
  }
  return build::LayerTable::Create(std::move(layers));
}

absl::StatusOr<build::Rotation> RotationOf(const nlohmann::json& config) {
  const auto* rotation = FindField(config, "rotation");
  if (rotation == nullptr) return build::RotationMatrix({0, 0, 0});
  MIV_ASSIGN_OR_RETURN(const auto degrees, Triple(*rotation, "rotation"));
  const auto* order = FindField(config, "rotation_order");
  if (order == nullptr || *order == "all_axes")
    return build::RotationMatrix(degrees);
  if (*order == "last_axis")
    return build::RotationMatrix(degrees, build::RotationOrder::kLastAxis);
  return InvalidInput({.reason = "BAD_CONFIG",
                       .field = "config.rotation_order",
                       .what = "not an order of rotations",
                       .expected = "all_axes or last_axis",
                       .found = order->dump()});
}

}  // namespace miv::worker
