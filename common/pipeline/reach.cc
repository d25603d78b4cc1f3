#include "common/pipeline/reach.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/soma_points.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

// Steps of the integration along each axis.
constexpr int kSteps = 64;
// Expected cells without a source that are worth a word.
constexpr double kNoticed = 0.01;

// Share of a patch's positions along an axis within half_width of x.
double ShareWithin(const CellPatch& patch, std::size_t axis, double x,
                   double half_width) {
  const double low = std::max(patch.low[axis], x - half_width);
  const double high = std::min(patch.high[axis], x + half_width);
  return std::max(high - low, 0.0) / (patch.high[axis] - patch.low[axis]);
}

double At(const CellPatch& patch, std::size_t axis, int step) {
  return patch.low[axis] +
         (step + 0.5) / kSteps * (patch.high[axis] - patch.low[axis]);
}

struct Patches {
  std::vector<CellPatch> patches;
  double cells = 0;
};

Patches PatchesOf(const json& layers, const json& extents) {
  Patches all;
  for (const auto& [layer, count] : layers.items()) {
    if (!(count > 0) || !extents.contains(layer)) continue;
    const json& box = extents[layer];
    all.patches.push_back(
        {count, {box[0][0], box[0][1]}, {box[1][0], box[1][1]}});
    all.cells += count.get<double>();
  }
  return all;
}

std::string Rounded(double value) {
  if (value >= 10) return absl::StrCat(std::round(value));
  const double digits = std::pow(10, std::floor(std::log10(value)) - 1);
  return absl::StrCat(std::round(value / digits) * digits);
}

void WarnOfProjection(Draft& draft, std::size_t index, const std::string& pre,
                      const json& cells, const json& extents) {
  const ResolvedStep& step = draft.step(index);
  const std::string post = step.population();
  // Where given points are is not looked at.
  if (HasPoints(cells[pre]) || HasPoints(cells[post])) return;
  const Patches to = PatchesOf(cells[post], extents);
  const Patches from = PatchesOf(cells[pre], extents);
  std::vector<std::size_t> own;
  if (pre == post && !step.config["allow_autapses"])
    for (std::size_t i = 0; i < to.patches.size(); ++i) own.push_back(i);
  double most = 0;
  std::string where;
  for (const json& layer : step.config["synapses"][post][pre]["layers"]) {
    const json& by_layer = step.config["axon_extents"][pre];
    const std::string name =
        by_layer.contains(layer.get<std::string>()) ? layer : "default";
    const json& width = by_layer[name]["width"];
    const double without = ExpectedWithoutSource(
        to.patches, from.patches,
        {width[0].get<double>() / 2, width[1].get<double>() / 2}, own);
    if (without <= most) continue;
    most = without;
    where = name;
  }
  if (most < kNoticed) return;
  Warn(draft, step, absl::StrCat("axon_extents.", pre, ".", where),
       absl::StrCat("About ", Rounded(most), " of ", to.cells, " ", post,
                    " cells are expected to have no ", pre,
                    " source in reach: their synapses would stay unconnected. "
                    "Widen the extent, or add ",
                    pre, " cells."));
}

}  // namespace

double ExpectedWithoutSource(absl::Span<const CellPatch> destinations,
                             absl::Span<const CellPatch> sources,
                             const std::array<double, 2>& half_width,
                             absl::Span<const std::size_t> own) {
  double expected = 0;
  for (std::size_t d = 0; d < destinations.size(); ++d) {
    double sum = 0;
    for (int i = 0; i < kSteps; ++i)
      for (int j = 0; j < kSteps; ++j) {
        double none = 1;
        for (std::size_t s = 0; s < sources.size(); ++s) {
          const double u = ShareWithin(sources[s], 0, At(destinations[d], 0, i),
                                       half_width[0]);
          const double v = ShareWithin(sources[s], 1, At(destinations[d], 1, j),
                                       half_width[1]);
          const bool is_own = d < own.size() && own[d] == s;
          none *= std::pow(1 - u * v, sources[s].cells - (is_own ? 1 : 0));
        }
        sum += none;
      }
    expected += destinations[d].cells * sum / (kSteps * kSteps);
  }
  return expected;
}

void WarnOfReach(Draft& draft, std::size_t index) {
  const json* cells = CellsOf(draft, index);
  const ResolvedStep* network =
      NearestOfKind(draft, index, "network_architecture");
  if (cells == nullptr || network == nullptr) return;
  const json extents = network->config["layer_extents"];
  const std::string post = draft.step(index).population();
  for (const std::string& pre :
       KeysOf(draft.step(index).config["synapses"][post]))
    WarnOfProjection(draft, index, pre, *cells, extents);
}

}  // namespace miv::pipeline
