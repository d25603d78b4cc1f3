// Arc distances.

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"
#include "common/verify/network.h"
#include "common/verify/tally.h"

namespace miv::verify {
namespace {

constexpr double kTolerance = 1e-3;          // um
constexpr double kRelativeTolerance = 1e-6;  // of float32
// By so much the volume is wider than the layers.  build-pipeline.md 3.3.
constexpr double kMargin = 0.01;

struct Axis {
  const char* distance;
  const char* coordinate;
  const char* lowest;
  const char* highest;
  const char* letter;
};

constexpr Axis kAxes[] = {
    {neuroh5::kUDistance, neuroh5::kUCoordinate, neuroh5::kReferenceUMin,
     neuroh5::kReferenceUMax, "u"},
    {neuroh5::kVDistance, neuroh5::kVCoordinate, neuroh5::kReferenceVMin,
     neuroh5::kReferenceVMax, "v"}};

struct Range {
  double low = 0, high = 0;
};

Range Volume(const DistanceExpectations& expected, int axis) {
  Range range{1e300, -1e300};
  for (const auto& [layer, box] : expected.layers) {
    range.low = std::min(range.low, box.lo[axis]);
    range.high = std::max(range.high, box.hi[axis]);
  }
  return {range.low - kMargin, range.high + kMargin};
}

double Origin(const nlohmann::json& origin, const Range& volume) {
  if (origin.is_number()) return origin.get<double>();
  if (origin == "min") return volume.low;
  if (origin == "max") return volume.high;
  return (volume.low + volume.high) / 2;  // median and mean of a uniform axis
}

void CheckAffine(const Work& work, const neuroh5::Population& population,
                 int axis, const Column& distances) {
  const std::string name = absl::StrCat("arc_distance_", kAxes[axis].letter);
  const std::string space = work.expected.coordinates
                                ? work.expected.coordinates->name_space
                                : neuroh5::kGeneratedCoordinates;
  const auto coordinates =
      ReadColumn(work.cells, population, space, kAxes[axis].coordinate);
  if (!work.expected.distances || !coordinates.ok()) {
    work.Add(Skipped(name, population.name,
                     coordinates.ok() ? "no config gives the origin"
                                      : "the file has no coordinates"));
    return;
  }
  const double origin = Origin(work.expected.distances->origin[axis],
                               Volume(*work.expected.distances, axis));
  Tally affine(name, population.name,
               absl::StrFormat("coordinate - %g within 0.001 um", origin));
  affine.SawItems(population.count);
  for (std::size_t i = 0; i < population.count; ++i) {
    const double at = coordinates->values[i];
    const double error = std::fabs(distances.values[i] - (at - origin));
    affine.Largest(error);
    if (!(error <= kTolerance + kRelativeTolerance * std::fabs(at)))
      affine.Offend(static_cast<std::int64_t>(population.start + i), -1, [&] {
        return absl::StrFormat("%g at coordinate %g", distances.values[i], at);
      });
  }
  work.Add(affine.Finish());
}

void CheckReference(const Work& work, const neuroh5::Population& population,
                    int axis, const Column& distances) {
  const std::string name = absl::StrCat("arc_reference_", kAxes[axis].letter);
  const std::string group = absl::StrCat("/Populations/", population.name, "/",
                                         neuroh5::kArcDistances);
  const auto low = work.cells.NumberAttribute(group, kAxes[axis].lowest);
  const auto high = work.cells.NumberAttribute(group, kAxes[axis].highest);
  if (!low.ok() || !high.ok()) {
    work.Add(Skipped(name, population.name, "the file has no reference"));
    return;
  }
  Tally inside(name, population.name,
               absl::StrFormat("distances from %g to %g um", *low, *high));
  inside.SawItems(population.count);
  if (work.expected.distances) {
    const Range volume = Volume(*work.expected.distances, axis);
    const double origin = Origin(work.expected.distances->origin[axis], volume);
    if (std::fabs(volume.low - origin - *low) > kTolerance ||
        std::fabs(volume.high - origin - *high) > kTolerance)
      inside.Offend(-1, -1, [&] {
        return absl::StrFormat("the volume is from %g to %g um",
                               volume.low - origin, volume.high - origin);
      });
  }
  for (std::size_t i = 0; i < population.count; ++i)
    if (!(distances.values[i] >= *low - kTolerance &&
          distances.values[i] <= *high + kTolerance))
      inside.Offend(static_cast<std::int64_t>(population.start + i), -1,
                    [&] { return absl::StrFormat("%g", distances.values[i]); });
  work.Add(inside.Finish());
}

}  // namespace

absl::Status CheckDistances(const Work& work) {
  for (const auto& population : work.cells.types().populations) {
    if (!work.cells.HasNamespace(population.name, neuroh5::kArcDistances)) {
      work.Add(Skipped("arc_distance_u", population.name, "the file has none"));
      continue;
    }
    for (int axis = 0; axis < 2; ++axis) {
      MIV_ASSIGN_OR_RETURN(
          const Column distances,
          ReadColumn(work.cells, population, neuroh5::kArcDistances,
                     kAxes[axis].distance));
      CheckAffine(work, population, axis, distances);
      CheckReference(work, population, axis, distances);
    }
  }
  return absl::OkStatus();
}

}  // namespace miv::verify
