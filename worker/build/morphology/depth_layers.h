#pragma once

// Layers of a reconstruction that has none of its own, by depth.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "worker/build/morphology/morphology.h"

namespace miv::build {

/// What lies between two depths: low <= L < high, um.
struct DepthRange {
  std::int8_t layer = -1;
  double low = 0, high = 0;
};

/// How the coordinates of a reconstruction lie in the network.
struct DepthFrame {
  int axis = 1;     ///< coordinate that runs across the layers: 0 x, 1 y, 2 z
  double sign = 1;  ///< 1 if L grows with it, -1 if it falls
  double soma_depth = 0;           ///< L of the root point, um
  std::vector<DepthRange> ranges;  ///< ascending, not overlapping
};

/// Checks `frame`: axis 0 to 2, sign 1 or -1, numbers finite, ranges as stated.
/// Errors: InvalidArgument.
absl::Status ValidateDepthFrame(const DepthFrame& frame);

/// Gives every point the layer at its depth,
///   L(point) = soma_depth + sign * (point - root) along the axis,
/// and -1 where no range holds it.  Layers that the points had are lost.
/// frame: passes ValidateDepthFrame.  Returns the number of points in no range.
std::size_t AssignLayersByDepth(const DepthFrame& frame, PointTree& points);

}  // namespace miv::build
