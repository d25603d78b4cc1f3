#pragma once

// Distances along the layers, from an origin, in closed form: the volume is a
// box, so the path length along an axis is the difference of coordinates.

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "worker/build/geometry/box.h"

namespace miv::build {

/// Where an axis has its 0: a coordinate (um), or "median", "mean", "min" or
/// "max" of the volume along the axis.
using OriginSpec = std::variant<double, std::string>;

struct Origin {
  OriginSpec u = "median", v = "median", l = "max";
};

/// Distances and their range over the volume, um.
struct ArcDistances {
  std::vector<float> u, v;  ///< [cells]
};
struct ArcReference {
  double u_origin = 0, v_origin = 0;  ///< coordinates of the origin
  double u_min = 0, u_max = 0;        ///< "Reference U Min/Max"
  double v_min = 0, v_max = 0;
};

/// The volume that distances refer to is the extent of all layers, widened by
/// this on every side.
inline constexpr double kArcMargin = 0.01;

/// U Distance = U - U_origin, and V alike; the reference range is the widened
/// extent minus the origin.
/// Source: MiV-Simulator, measure_distances.py; there the same affine function
/// is fitted by radial basis functions.
///
/// Errors: InvalidArgument for an origin that is not finite, has an unknown
/// name, or lies outside the widened volume.
absl::StatusOr<ArcReference> MakeArcReference(const LayerTable& layers,
                                              const Origin& origin);

/// u, v: [cells] coordinates, um.
ArcDistances DistancesFrom(const ArcReference& reference,
                           absl::Span<const float> u,
                           absl::Span<const float> v);

/// The first cell that lies in none of `boxes` widened by kArcMargin, or -1.
/// u, v, l: [cells].
std::int64_t FirstOutside(absl::Span<const Box> boxes,
                          absl::Span<const float> u, absl::Span<const float> v,
                          absl::Span<const float> l);

}  // namespace miv::build
