#pragma once

// The volume of a network: one axis-aligned box per layer, in the unrotated
// coordinates U, V (along the layers) and L (across them).

#include <array>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv::build {

using Point3 = std::array<double, 3>;

/// All points p with lo[i] <= p[i] <= hi[i], um.
struct Box {
  Point3 lo{}, hi{};

  double extent(int axis) const { return hi[axis] - lo[axis]; }
  /// Inside, or outside by less than `tolerance` along every axis.
  bool Contains(const Point3& p, double tolerance = 0) const;
  bool operator==(const Box&) const = default;
};

struct Layer {
  std::string name;
  Box box;
};

/// Layers by unique name, in the order given.
class LayerTable {
 public:
  /// Errors: InvalidArgument, naming the layer, for a repeated or empty name, a
  /// bound that is not finite, or lo > hi; also if there is no layer.
  static absl::StatusOr<LayerTable> Create(std::vector<Layer> layers);

  const std::vector<Layer>& layers() const { return layers_; }
  /// The smallest box that holds every layer.
  const Box& extent() const { return extent_; }
  /// nullptr if there is no such layer.
  const Layer* Find(absl::string_view name) const;
  /// Errors: InvalidArgument that lists the layers there are.
  absl::StatusOr<Box> Get(absl::string_view name) const;

 private:
  LayerTable() = default;
  std::vector<Layer> layers_;
  Box extent_;
};

/// Rotation matrix, row by row.
using Rotation = std::array<Point3, 3>;

/// How several non-zero angles combine.
enum class RotationOrder {
  kAllAxes,   ///< about x, then y, then z, all about the fixed axes
  kLastAxis,  ///< MiV-Simulator's: only the last non-zero angle acts
};

/// Right-handed rotation by these angles about x, y and z, degrees.  Angles
/// that are multiples of 90 give exact matrices.
Rotation RotationMatrix(const Point3& degrees,
                        RotationOrder order = RotationOrder::kAllAxes);

/// Position in space (X, Y, Z) of a point in layer coordinates (U, V, L).
Point3 Rotate(const Rotation& rotation, const Point3& uvl);

}  // namespace miv::build
