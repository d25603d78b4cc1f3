#include "common/verify/soma_checks.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/verify/nearest.h"
#include "common/verify/statistics.h"
#include "common/verify/tally.h"

namespace miv::verify {
namespace {

constexpr double kTolerance = 1e-3;  // um, of layer boundaries and spacing
// Fewer cells say nothing about a distribution.
constexpr std::size_t kLeastCells = 20;

bool Inside(const Box& box, const SomaTable& somata, std::size_t i) {
  for (int a = 0; a < 3; ++a)
    if (!(somata.axis[a][i] >= box.lo[a] - kTolerance &&
          somata.axis[a][i] <= box.hi[a] + kTolerance))
      return false;
  return true;
}

// Cells of a population in one of its layers; those that lie in several, as at
// a common face, may belong to any.
struct LayerMembers {
  std::vector<std::size_t> only;
  std::int64_t shared = 0;
};

using Members = std::map<std::string, LayerMembers>;

std::string PlaceText(const SomaTable& somata, std::size_t i) {
  return absl::StrFormat("at U, V, L = %g, %g, %g", somata.axis[0][i],
                         somata.axis[1][i], somata.axis[2][i]);
}

bool InBand(const CoordinateExpectations& expected, const SomaTable& somata,
            const std::string& layer, std::size_t i) {
  const auto bands = expected.bands.find(somata.name);
  if (bands == expected.bands.end()) return true;
  const auto band = bands->second.find(layer);
  return band == bands->second.end() ||
         (somata.axis[2][i] >= band->second.first - kTolerance &&
          somata.axis[2][i] <= band->second.second + kTolerance);
}

// Adds soma_layers and soma_constraints; returns who is where.
Members Assign(const Work& work, const SomaTable& somata) {
  const auto& expected = *work.expected.coordinates;
  Tally inside("soma_layers", somata.name,
               "every cell in a layer that has cells, within 0.001 um");
  Tally banded("soma_constraints", somata.name,
               "L within the cell_constraints of the layer");
  const auto cells = expected.cells.find(somata.name);
  Members members;
  for (std::size_t i = 0; i < somata.size(); ++i) {
    if (!somata.finite(i) || cells == expected.cells.end()) continue;
    std::vector<std::string> layers;
    bool in_band = false;
    for (const auto& [layer, count] : cells->second)
      if (Inside(expected.layers.at(layer), somata, i)) {
        layers.push_back(layer);
        in_band = in_band || InBand(expected, somata, layer, i);
      }
    if (layers.empty()) {
      inside.Offend(somata.gid(i), -1, [&] { return PlaceText(somata, i); });
    } else if (!in_band) {
      banded.Offend(somata.gid(i), -1, [&] { return PlaceText(somata, i); });
    }
    if (layers.size() == 1) members[layers[0]].only.push_back(i);
    if (layers.size() > 1)
      for (const auto& layer : layers) ++members[layer].shared;
  }
  inside.SawItems(somata.size());
  banded.SawItems(somata.size());
  work.Add(inside.Finish());
  if (expected.bands.contains(somata.name)) work.Add(banded.Finish());
  return members;
}

void CheckCount(const Work& work, const std::string& subject,
                std::int64_t expected, const LayerMembers& members) {
  const auto least = static_cast<std::int64_t>(members.only.size());
  const std::int64_t most = least + members.shared;
  Check check = Compare(
      "soma_layer_count", subject, absl::StrCat(expected),
      most == least ? absl::StrCat(least) : absl::StrCat(least, " to ", most),
      least <= expected && expected <= most);
  check.difference = static_cast<double>(
      std::max({expected - most, least - expected, std::int64_t{0}}));
  work.Add(std::move(check));
}

// Kolmogorov-Smirnov, one-sided: more even than random is as it should be.
// Repulsion moves cells towards the faces by about the distance of neighbours,
// which is allowed.
void CheckUniform(const Work& work, const SomaTable& somata,
                  const std::string& layer, const LayerMembers& members) {
  const Box& box = work.expected.coordinates->layers.at(layer);
  const double n = static_cast<double>(members.only.size());
  double volume = 1;
  for (int a = 0; a < 3; ++a) volume *= box.hi[a] - box.lo[a];
  for (int a = 0; a < 2; ++a) {
    std::vector<float> values;
    for (const std::size_t i : members.only)
      values.push_back(somata.axis[a][i]);
    const double distance = UniformDistance(values, box.lo[a], box.hi[a]);
    const double slack = std::cbrt(volume / n) / (box.hi[a] - box.lo[a]) / 2;
    Check check =
        Compare(a == 0 ? "soma_uniform_u" : "soma_uniform_v",
                absl::StrCat(somata.name, " ", layer), "uniform over the layer",
                absl::StrFormat("D = %.3f", distance), true);
    check.p = KolmogorovP(std::max(distance - slack, 0.0), n);
    work.Add(std::move(check));
  }
}

std::array<float, 3> PointOf(const SomaTable& somata, std::size_t i) {
  return {somata.axis[0][i], somata.axis[1][i], somata.axis[2][i]};
}

// Whether constraints keep the population from part of the layer.
bool Confined(const CoordinateExpectations& expected, const std::string& name,
              const std::string& layer) {
  const auto bands = expected.bands.find(name);
  return bands != expected.bands.end() && bands->second.contains(layer);
}

void CheckNeighbours(const Work& work, const std::string& layer,
                     const std::vector<SomaTable>& all) {
  const auto& expected = *work.expected.coordinates;
  const Box& box = expected.layers.at(layer);
  std::vector<std::array<float, 3>> points;
  for (const SomaTable& somata : all) {
    const auto cells = expected.cells.find(somata.name);
    if (cells == expected.cells.end() || !cells->second.contains(layer) ||
        expected.placed.contains(somata.name) ||
        Confined(expected, somata.name, layer))
      continue;
    for (std::size_t i = 0; i < somata.size(); ++i)
      if (somata.finite(i) && Inside(box, somata, i))
        points.push_back(PointOf(somata, i));
  }
  if (points.size() < kLeastCells) return;
  double mean = 0, volume = 1;
  for (const double d : NearestDistances(points)) mean += d;
  const double n = static_cast<double>(points.size());
  mean /= n;
  for (int a = 0; a < 3; ++a) volume *= box.hi[a] - box.lo[a];
  const PoissonNeighbour poisson = PoissonNearest(n / volume);
  Check check = Compare("soma_nearest_neighbour", layer,
                        absl::StrFormat("mean above %.2f um", poisson.mean),
                        absl::StrFormat("%.2f um", mean), true);
  check.z = (mean - poisson.mean) / (poisson.sd / std::sqrt(n));
  check.p = UpperP(-*check.z);
  work.Add(std::move(check));
}

// Of cells at given points, no more is known of their layers.
void CheckAnyLayer(const Work& work, const SomaTable& somata) {
  Tally inside("soma_layers", somata.name,
               "every cell in a layer, within 0.001 um");
  const auto& layers = work.expected.coordinates->layers;
  for (std::size_t i = 0; i < somata.size(); ++i)
    if (somata.finite(i) &&
        std::none_of(layers.begin(), layers.end(), [&](const auto& layer) {
          return Inside(layer.second, somata, i);
        }))
      inside.Offend(somata.gid(i), -1, [&] { return PlaceText(somata, i); });
  inside.SawItems(somata.size());
  work.Add(inside.Finish());
  work.Add(Skipped("soma_layer_count", somata.name,
                   "some cells stand at given points"));
}

}  // namespace

void CheckLayers(const Work& work, const SomaTable& somata) {
  const auto& expected = *work.expected.coordinates;
  if (expected.placed.contains(somata.name)) return CheckAnyLayer(work, somata);
  Members members = Assign(work, somata);
  const auto cells = expected.cells.find(somata.name);
  if (cells == expected.cells.end()) return;
  for (const auto& [layer, count] : cells->second) {
    const std::string subject = absl::StrCat(somata.name, " ", layer);
    if (expected.exact_layers)
      CheckCount(work, subject, count, members[layer]);
    else
      work.Add(Skipped("soma_layer_count", subject,
                       "with compat_sampling only the total is given"));
    if (members[layer].only.size() >= kLeastCells)
      CheckUniform(work, somata, layer, members[layer]);
  }
}

void CheckSpacing(const Work& work, const std::vector<SomaTable>& all) {
  std::vector<std::array<float, 3>> points;
  std::vector<std::uint32_t> gids;
  for (const SomaTable& somata : all)
    for (std::size_t i = 0; i < somata.size(); ++i)
      if (somata.finite(i)) {
        points.push_back(PointOf(somata, i));
        gids.push_back(somata.gid(i));
      }
  Tally apart("soma_spacing", "network", "no two cells within 0.001 um");
  apart.SawItems(points.size());
  const auto distances = NearestDistances(points);
  for (std::size_t i = 0; i < distances.size(); ++i)
    if (distances[i] < kTolerance)
      apart.Offend(gids[i], -1, [&] {
        return absl::StrFormat("%.2g um from another", distances[i]);
      });
  work.Add(apart.Finish());
  if (!work.expected.coordinates) return;
  for (const auto& [layer, box] : work.expected.coordinates->layers)
    CheckNeighbours(work, layer, all);
}

}  // namespace miv::verify
