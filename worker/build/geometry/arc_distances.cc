#include "worker/build/geometry/arc_distances.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::build {
namespace {

// Single precision of the coordinates near the faces of large volumes.
constexpr double kBoundTolerance = 0.001;

absl::Status BadOrigin(const char* axis, const std::string& found,
                       const std::string& expected) {
  Fault fault;
  fault.reason = "INVALID_ORIGIN";
  fault.field = absl::StrCat("origin.", axis);
  fault.what = "not a usable origin";
  fault.expected = expected;
  fault.found = found;
  return InvalidInput(fault);
}

absl::StatusOr<double> Resolve(const OriginSpec& spec, const char* axis,
                               double lo, double hi) {
  if (const auto* name = std::get_if<std::string>(&spec)) {
    // Of a straight axis, the median and the mean are both the middle.
    if (*name == "median" || *name == "mean") return (lo + hi) / 2;
    if (*name == "min") return lo;
    if (*name == "max") return hi;
    return BadOrigin(axis, absl::StrCat("\"", *name, "\""),
                     "a coordinate, median, mean, min or max");
  }
  const double value = std::get<double>(spec);
  if (!(value >= lo && value <= hi))
    return BadOrigin(
        axis, absl::StrCat(value),
        absl::StrCat("a coordinate of the volume, ", lo, " to ", hi));
  return value;
}

}  // namespace

absl::StatusOr<ArcReference> MakeArcReference(const LayerTable& layers,
                                              const Origin& origin) {
  Box volume = layers.extent();
  for (int a = 0; a < 3; ++a) {
    volume.lo[a] -= kArcMargin;
    volume.hi[a] += kArcMargin;
  }
  ArcReference reference;
  MIV_ASSIGN_OR_RETURN(reference.u_origin,
                       Resolve(origin.u, "U", volume.lo[0], volume.hi[0]));
  MIV_ASSIGN_OR_RETURN(reference.v_origin,
                       Resolve(origin.v, "V", volume.lo[1], volume.hi[1]));
  // The origin along L moves no distance; a wrong one is still a mistake.
  MIV_RETURN_IF_ERROR(
      Resolve(origin.l, "L", volume.lo[2], volume.hi[2]).status());
  reference.u_min = volume.lo[0] - reference.u_origin;
  reference.u_max = volume.hi[0] - reference.u_origin;
  reference.v_min = volume.lo[1] - reference.v_origin;
  reference.v_max = volume.hi[1] - reference.v_origin;
  return reference;
}

ArcDistances DistancesFrom(const ArcReference& reference,
                           absl::Span<const float> u,
                           absl::Span<const float> v) {
  ArcDistances distances;
  distances.u.reserve(u.size());
  distances.v.reserve(v.size());
  for (const float coordinate : u)
    distances.u.push_back(static_cast<float>(coordinate - reference.u_origin));
  for (const float coordinate : v)
    distances.v.push_back(static_cast<float>(coordinate - reference.v_origin));
  return distances;
}

std::int64_t FirstOutside(absl::Span<const Box> boxes,
                          absl::Span<const float> u, absl::Span<const float> v,
                          absl::Span<const float> l) {
  for (std::size_t i = 0; i < u.size(); ++i) {
    const Point3 p = {u[i], v[i], l[i]};
    const bool inside =
        std::any_of(boxes.begin(), boxes.end(), [&](const Box& box) {
          return box.Contains(p, kArcMargin + kBoundTolerance);
        });
    if (!inside) return static_cast<std::int64_t>(i);
  }
  return -1;
}

}  // namespace miv::build
