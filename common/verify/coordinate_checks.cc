// Positions of the cell bodies.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/coordinates.h"
#include "common/neuroh5/names.h"
#include "common/verify/network.h"
#include "common/verify/soma_checks.h"
#include "common/verify/tally.h"

namespace miv::verify {
namespace {

// What float32 leaves of a coordinate.
constexpr double kTolerance = 1e-3;
constexpr double kRelativeTolerance = 1e-6;

constexpr const char* kAxes[] = {"U Coordinate", "V Coordinate",
                                 "L Coordinate", "X Coordinate",
                                 "Y Coordinate", "Z Coordinate"};

using Rows = std::array<Point, 3>;

// R = Rz Ry Rx, right-handed about fixed axes.
Rows RotationOf(const Point& degrees) {
  Rows r = {Point{1, 0, 0}, Point{0, 1, 0}, Point{0, 0, 1}};
  for (int axis = 0; axis < 3; ++axis) {
    const double angle = degrees[axis] * std::numbers::pi / 180;
    const int i = (axis + 1) % 3, j = (axis + 2) % 3;
    Rows turned = r;
    for (int k = 0; k < 3; ++k) {
      turned[i][k] = std::cos(angle) * r[i][k] - std::sin(angle) * r[j][k];
      turned[j][k] = std::sin(angle) * r[i][k] + std::cos(angle) * r[j][k];
    }
    r = turned;
  }
  return r;
}

// Distance of XYZ from the rotated UVL.
double RotationError(const Rows& r, const SomaTable& s, std::size_t i) {
  double square = 0;
  for (int row = 0; row < 3; ++row) {
    double expected = 0;
    for (int a = 0; a < 3; ++a) expected += r[row][a] * s.axis[a][i];
    const double d = s.axis[3 + row][i] - expected;
    square += d * d;
  }
  return std::sqrt(square);
}

void CheckFinite(const Work& work, const SomaTable& somata) {
  Tally complete("coordinates_complete", somata.name,
                 "six coordinates for every cell");
  Tally finite("coordinates_finite", somata.name, "every coordinate finite");
  complete.SawItems(somata.size());
  finite.SawItems(somata.size());
  for (const std::uint32_t gid : somata.incomplete) complete.Expect(false, gid);
  for (std::size_t i = 0; i < somata.size(); ++i)
    if (!somata.finite(i) &&
        !std::binary_search(somata.incomplete.begin(), somata.incomplete.end(),
                            somata.gid(i)))
      finite.Expect(false, somata.gid(i));
  work.Add(complete.Finish());
  work.Add(finite.Finish());
}

void CheckOrder(const Work& work, const SomaTable& somata) {
  Tally sorted("gids_sorted_by_u", somata.name, "U ascending with the gid");
  for (std::size_t i = 1; i < somata.size(); ++i) {
    if (!(somata.axis[0][i] < somata.axis[0][i - 1])) continue;
    sorted.Offend(somata.gid(i), -1, [&] {
      return absl::StrFormat("U = %g after %g", somata.axis[0][i],
                             somata.axis[0][i - 1]);
    });
  }
  sorted.SawItems(somata.size());
  work.Add(sorted.Finish());
}

void CheckRotation(const Work& work, const SomaTable& somata) {
  const Rows rotation = RotationOf(work.expected.coordinates->rotation);
  Tally rotated("soma_rotation", somata.name, "XYZ = R UVL within 0.001 um");
  for (std::size_t i = 0; i < somata.size(); ++i) {
    if (!somata.finite(i)) continue;
    const double error = RotationError(rotation, somata, i);
    double size = 0;
    for (int a = 0; a < 3; ++a) size += std::fabs(somata.axis[a][i]);
    rotated.SawItems(1);
    rotated.Largest(error);
    if (error > kTolerance + kRelativeTolerance * size)
      rotated.Offend(somata.gid(i), -1, [error] {
        return absl::StrFormat("off by %.3g um", error);
      });
  }
  work.Add(rotated.Finish());
}

absl::StatusOr<SomaTable> ReadSomata(const Work& work,
                                     const neuroh5::Population& population,
                                     const std::string& name_space) {
  SomaTable somata;
  somata.name = population.name;
  somata.start = population.start;
  for (std::size_t a = 0; a < 6; ++a) {
    MIV_ASSIGN_OR_RETURN(
        auto column, ReadColumn(work.cells, population, name_space, kAxes[a]));
    somata.axis[a] = std::move(column.values);
    somata.incomplete.insert(somata.incomplete.end(), column.incomplete.begin(),
                             column.incomplete.end());
  }
  std::sort(somata.incomplete.begin(), somata.incomplete.end());
  somata.incomplete.erase(
      std::unique(somata.incomplete.begin(), somata.incomplete.end()),
      somata.incomplete.end());
  return somata;
}

// Whether the population must have coordinates, as far as is known.
bool Required(const Work& work, const std::string& population) {
  const auto& expected = work.expected.coordinates;
  if (!expected) return false;
  return expected->populations.empty() ||
         expected->populations.contains(population);
}

// As the config calls it; without one, what there is.
absl::StatusOr<std::string> NamespaceOf(const Work& work,
                                        const std::string& population) {
  const auto& expected = work.expected.coordinates;
  if (expected) return expected->name_space;
  MIV_ASSIGN_OR_RETURN(const std::string found,
                       neuroh5::CoordinateNamespace(work.cells, population));
  return found.empty() ? std::string(neuroh5::kGeneratedCoordinates) : found;
}

}  // namespace

absl::Status CheckCoordinates(const Work& work) {
  const auto& expected = work.expected.coordinates;
  std::vector<SomaTable> all;
  double done = 0;
  const auto& populations = work.cells.types().populations;
  for (const auto& population : populations) {
    MIV_RETURN_IF_ERROR(work.progress("coordinates", done++,
                                      static_cast<double>(populations.size())));
    MIV_ASSIGN_OR_RETURN(const std::string name_space,
                         NamespaceOf(work, population.name));
    if (!work.cells.HasNamespace(population.name, name_space)) {
      if (Required(work, population.name))
        work.Add(Compare("coordinates_complete", population.name,
                         "six coordinates for every cell", "none", false));
      else
        work.Add(Skipped("coordinates_complete", population.name,
                         "the file has none"));
      continue;
    }
    MIV_ASSIGN_OR_RETURN(SomaTable somata,
                         ReadSomata(work, population, name_space));
    CheckFinite(work, somata);
    if (expected) {
      CheckOrder(work, somata);
      CheckRotation(work, somata);
      CheckLayers(work, somata);
    } else {
      work.Add(Skipped("gids_sorted_by_u", population.name,
                       "no config; other builders order otherwise"));
      work.Add(Skipped("soma_rotation", population.name,
                       "no config gives the rotation"));
      work.Add(Skipped("soma_layers", population.name,
                       "no config gives the layers"));
    }
    all.push_back(std::move(somata));
  }
  CheckSpacing(work, all);
  return absl::OkStatus();
}

}  // namespace miv::verify
