#include "worker/build/morphology/depth_layers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"

namespace miv::build {
namespace {

const std::vector<float>& AlongAxis(const PointTree& points, int axis) {
  if (axis == 0) return points.x;
  return axis == 1 ? points.y : points.z;
}

// -1 if no range holds the depth.
std::int8_t LayerAtDepth(const std::vector<DepthRange>& ranges, double depth) {
  auto above = std::upper_bound(
      ranges.begin(), ranges.end(), depth,
      [](double d, const DepthRange& range) { return d < range.low; });
  if (above == ranges.begin()) return -1;
  --above;
  return depth < above->high ? above->layer : std::int8_t{-1};
}

}  // namespace

absl::Status ValidateDepthFrame(const DepthFrame& frame) {
  const auto invalid = [](const std::string& what) {
    return absl::InvalidArgumentError(absl::StrCat("depth of layers: ", what));
  };
  if (frame.axis < 0 || frame.axis > 2)
    return invalid(absl::StrCat("axis ", frame.axis, ", expected 0 to 2"));
  if (std::fabs(frame.sign) != 1) return invalid("the sign is not 1 or -1");
  if (!std::isfinite(frame.soma_depth))
    return invalid("the depth of the soma is not finite");
  double end = -std::numeric_limits<double>::infinity();
  for (const DepthRange& range : frame.ranges) {
    if (!(range.low < range.high) || !std::isfinite(range.high - range.low))
      return invalid(absl::StrCat("layer ", range.layer, " has no extent"));
    if (range.low < end)
      return invalid(absl::StrCat("layer ", range.layer, " begins at ",
                                  range.low,
                                  " um, before the one below it ends"));
    end = range.high;
  }
  return absl::OkStatus();
}

std::size_t AssignLayersByDepth(const DepthFrame& frame, PointTree& points) {
  const std::vector<float>& along = AlongAxis(points, frame.axis);
  const auto root = std::find(points.parent.begin(), points.parent.end(), -1) -
                    points.parent.begin();
  const double origin = along[static_cast<std::size_t>(root)];
  std::size_t outside = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double depth = frame.soma_depth + frame.sign * (along[i] - origin);
    points.layer[i] = LayerAtDepth(frame.ranges, depth);
    outside += points.layer[i] < 0;
  }
  return outside;
}

}  // namespace miv::build
