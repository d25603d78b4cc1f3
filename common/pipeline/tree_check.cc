#include "common/pipeline/tree_check.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/positive_normal.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/innervation.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

// Synapses over a population below which the cells may well have none:
// P(none) = exp(-7) < 0.001.
constexpr double kCertain = 7;

constexpr char kTakeThem[] =
    "Add section and layer to a projection of the same type, or take the "
    "density away.";

// Section class, synapse type, layer index.
using Category = std::tuple<std::string, std::string, int>;
// Mean synapses per cell.
using Expected = std::map<Category, double>;

std::string Number(double value) {
  const double digits = std::pow(10, std::floor(std::log10(value)) - 1);
  return absl::StrCat(value >= 10 ? std::round(value)
                                  : std::round(value / digits) * digits);
}

std::string LayerName(const json& definitions, int layer) {
  if (layer < 0) return "no layer";
  for (const auto& [name, code] : definitions.items())
    if (code == layer) return name;
  return absl::StrCat("layer ", layer);
}

// The density of a segment in `layer`; null if there is none.  last: the layer
// whose density counts wherever there is one; "" = each its own.
json DensityAt(const json& layers, const json& definitions, int layer,
               const std::string& last) {
  json entry;
  for (const auto& [name, density] : layers.items())
    if (name != "default" && definitions.value(name, -2) == layer)
      entry = density;
  if (entry.is_null()) entry = layers.value("default", json());
  if (!entry.is_null() && layers.contains(last)) return layers[last];
  return entry;
}

Expected ExpectedOn(const ResolvedStep& step, const TreeLengths& tree) {
  Expected expected;
  const json& definitions = step.config["layer_definitions"];
  const json& synapses =
      step.config["cell_types"][step.population()]["synapses"];
  const json& density = synapses["density"];
  const json last_layers = synapses.value("last_layers", json::object());
  for (const auto& [section, types] : density.items()) {
    const auto lengths = tree.find(section);
    if (lengths == tree.end()) continue;
    for (const auto& [type, layers] : types.items()) {
      const std::string last =
          last_layers.value(section, json::object()).value(type, "");
      for (const auto& [layer, um] : lengths->second) {
        const json entry = DensityAt(layers, definitions, layer, last);
        if (entry.is_null()) continue;
        const double mean =
            PositiveNormalMean(entry["mean"], entry["variance"]);
        if (mean * um > 0) expected[{section, type, layer}] += mean * um;
      }
    }
  }
  return expected;
}

std::string Place(const json& definitions, const std::string& section,
                  int layer) {
  return PlaceText(section, LayerName(definitions, layer));
}

std::int64_t CellsIn(const ResolvedPipeline& pipeline,
                     const std::string& population) {
  for (const ResolvedStep& step : pipeline.steps)
    if (step.kind == "h5_types" &&
        step.config["cell_distributions"].contains(population))
      return TotalCells(step.config["cell_distributions"][population]);
  return 0;
}

// "the 20 cells of PYR"; without the number if it is not known.
std::string CellsText(double cells, const std::string& population) {
  return absl::StrCat("the ",
                      cells >= 0.5 ? absl::StrCat(std::round(cells), " ") : "",
                      "cells of ", population);
}

// Where the densities ask for synapses.
std::string Wanted(const json& density) {
  std::set<std::string> wanted;
  for (const auto& [section, types] : density.items())
    for (const auto& [type, layers] : types.items())
      for (const auto& [layer, value] : layers.items())
        if (HasSynapses(value)) wanted.insert(PlaceText(section, layer));
  return absl::StrJoin(wanted, ", ");
}

// Where there is cable.
std::string Found(const TreeLengths& tree, const json& definitions) {
  std::vector<std::string> found;
  for (const auto& [section, layers] : tree)
    for (const auto& [layer, um] : layers)
      if (um > 0)
        found.push_back(absl::StrCat(Number(um), " um of ",
                                     Place(definitions, section, layer)));
  return absl::StrJoin(found, ", ");
}

bool HasLayers(const TreeLengths& tree) {
  for (const auto& [section, layers] : tree)
    if (!layers.empty() && layers.rbegin()->first >= 0) return true;
  return false;
}

// What to do about a tree without synapses.
std::string Remedy(const ResolvedPipeline& pipeline, const ResolvedStep& step,
                   const TreeLengths& tree) {
  if (HasLayers(tree))
    return "Check section classes and layers against the morphology.";
  const Input* input = step.FindInput("forest");
  const ResolvedStep* forest =
      input == nullptr ? nullptr : pipeline.FindStep(input->step);
  if (forest != nullptr && forest->config.value("layer_from", "") == "depth")
    return absl::StrCat("Check layer_extents, soma_layer and depth_axis of ",
                        forest->name, ": they leave the tree outside.");
  return "Add a layer to every point (SWC column 8), give the forest "
         "layer_from: depth, or give a density for layer default.";
}

absl::Status NoSynapses(const ResolvedPipeline& pipeline,
                        const ResolvedStep& step, const PopulationTree& tree) {
  const std::string population = step.population();
  const std::string field =
      absl::StrCat("cell_types.", population, ".synapses.density");
  const double cells =
      tree.share * static_cast<double>(CellsIn(pipeline, population));
  return ConfigError(
      step, field,
      {.reason = "NO_SYNAPSES",
       .file = tree.file,
       .what = absl::StrCat(
           HasLayers(tree.lengths) ? "no density fits the tree"
                                   : "no point of the tree has a layer",
           ", so that ", CellsText(cells, population), " would get no synapse"),
       .expected =
           Wanted(step.config["cell_types"][population]["synapses"]["density"]),
       .found = Found(tree.lengths, step.config["layer_definitions"]),
       .remedy = Remedy(pipeline, step, tree.lengths)});
}

// The checks of one generate_connections step.
class ProjectionCheck {
 public:
  ProjectionCheck(const ResolvedPipeline& pipeline, const ResolvedStep& step,
                  const Expected& expected, std::vector<Warning>& warnings)
      : step_(step),
        expected_(expected),
        cells_(static_cast<double>(CellsIn(pipeline, step.population()))),
        field_(absl::StrCat("synapses.", step.population())),
        definitions_(step.config["layer_definitions"]),
        sources_(step.config["synapses"][step.population()]),
        warnings_(warnings) {}

  absl::Status Run() {
    MIV_RETURN_IF_ERROR(CheckTaken());
    for (const auto& [pre, projection] : sources_.items())
      MIV_RETURN_IF_ERROR(CheckRows(pre, projection));
    return absl::OkStatus();
  }

 private:
  Category RowOf(const json& projection, std::size_t i) const {
    const std::string layer = projection["layers"][i];
    return {projection["sections"][i], projection["type"],
            definitions_.value(layer, -2)};
  }

  bool Taken(const Category& category) const {
    for (const auto& [pre, projection] : sources_.items())
      for (std::size_t i = 0; i < projection["sections"].size(); ++i)
        if (RowOf(projection, i) == category &&
            projection["proportions"][i] > 0)
          return true;
    return false;
  }

  std::string Text(const Category& category) const {
    const auto& [section, type, layer] = category;
    return Place(definitions_, section, layer);
  }

  // Synapses that some cell will have belong to a projection.
  absl::Status CheckTaken() {
    std::vector<std::string> untaken;
    for (const auto& [category, mean] : expected_) {
      if (Taken(category)) continue;
      const std::string& type = std::get<1>(category);
      const std::string number = absl::StrCat("about ", Number(mean), " ");
      if (mean * std::max(cells_, 1.0) >= kCertain)
        untaken.push_back(absl::StrCat(number, type, " on ", Text(category)));
      else
        Warn(field_,
             absl::StrCat("No projection takes the ", type, " synapses on ",
                          Text(category), ", ", number, "per cell: should a ",
                          "cell get one, the step will fail. ", kTakeThem));
    }
    if (untaken.empty()) return absl::OkStatus();
    return ConfigError(
        step_, field_,
        {.reason = "UNTAKEN_SYNAPSES",
         .what = absl::StrCat("no projection takes some synapses of ",
                              CellsText(cells_, step_.population())),
         .expected = "a projection for every synapse",
         .found = absl::StrCat("per cell ", absl::StrJoin(untaken, ", ")),
         .remedy = kTakeThem});
  }

  absl::Status CheckRows(const std::string& pre, const json& projection) {
    std::vector<std::string> empty;
    std::size_t active = 0;
    for (std::size_t i = 0; i < projection["sections"].size(); ++i) {
      if (!(projection["proportions"][i] > 0)) continue;
      ++active;
      if (expected_.count(RowOf(projection, i)) == 0)
        empty.push_back(Text(RowOf(projection, i)));
    }
    if (empty.empty()) return absl::OkStatus();
    const std::string type = projection["type"];
    const std::string field = absl::StrCat(field_, ".", pre);
    if (empty.size() < active) {
      Warn(field, absl::StrCat("No ", type, " synapses of ", step_.population(),
                               " lie on ", absl::StrJoin(empty, ", "),
                               ": these rows of the projection from ", pre,
                               " do nothing and may be left out."));
      return absl::OkStatus();
    }
    return ConfigError(
        step_, field,
        {.reason = "UNREACHABLE_PROJECTION",
         .what = absl::StrCat(
             "the projection from ", pre, " cannot receive a synapse: ",
             CellsText(cells_, step_.population()), " have no ", type,
             " synapses on ", absl::StrJoin(empty, ", ")),
         .remedy = "Give the cell type a density where its tree has such "
                   "sections, or remove the projection."});
  }

  void Warn(const std::string& field, std::string text) {
    warnings_.push_back(
        {step_.name, ConfigField(step_, field), std::move(text)});
  }

  const ResolvedStep& step_;
  const Expected& expected_;
  const double cells_;  // 0 = not known
  const std::string field_;
  const json& definitions_;
  const json& sources_;
  std::vector<Warning>& warnings_;
};

// The step that places the synapses that `step` connects; nullptr if there is
// none, as for synapses from a file.
const ResolvedStep* PlacementOf(const ResolvedPipeline& pipeline,
                                const ResolvedStep& step) {
  if (step.kind != "generate_connections") return nullptr;
  const Input* input = step.FindInput("synapses");
  const ResolvedStep* placed =
      input == nullptr ? nullptr : pipeline.FindStep(input->step);
  const bool is_placement =
      placed != nullptr && placed->kind == "distribute_synapses";
  return is_placement ? placed : nullptr;
}

}  // namespace

std::vector<double> MorphologyShares(const ResolvedPipeline& pipeline,
                                     const ResolvedStep& forest) {
  const json entries = forest.config.value("morphology", json());
  if (!entries.is_array()) return {1.0};
  const auto n = static_cast<double>(entries.size());
  const auto total =
      static_cast<double>(CellsIn(pipeline, forest.population()));
  if (!(total > 0)) return std::vector<double>(entries.size(), 1 / n);
  std::vector<double> shares(entries.size(), 0);
  double rest = 1, takers = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].contains("gids")) ++takers;
    for (const json& range : entries[i].value("gids", json::array()))
      shares[i] +=
          (range[1].get<double>() - range[0].get<double>() + 1) / total;
    rest -= shares[i];
  }
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (!entries[i].contains("gids")) shares[i] = rest / takers;
  return shares;
}

absl::Status CheckTrees(const ResolvedPipeline& pipeline,
                        const TreesByStep& trees,
                        std::vector<Warning>& warnings) {
  std::map<std::string, Expected> expected;
  for (const auto& [name, shapes] : trees) {
    const ResolvedStep& placed = *pipeline.FindStep(name);
    for (const PopulationTree& tree : shapes) {
      const Expected on_tree = ExpectedOn(placed, tree.lengths);
      if (on_tree.empty()) return NoSynapses(pipeline, placed, tree);
      for (const auto& [category, mean] : on_tree)
        expected[name][category] += tree.share * mean;
    }
  }
  for (const ResolvedStep& step : pipeline.steps) {
    const ResolvedStep* placed = PlacementOf(pipeline, step);
    if (placed == nullptr) continue;
    const auto known = expected.find(placed->name);
    if (known == expected.end())
      WarnOfUntaken(step, *placed, warnings);
    else
      MIV_RETURN_IF_ERROR(
          ProjectionCheck(pipeline, step, known->second, warnings).Run());
  }
  return absl::OkStatus();
}

}  // namespace miv::pipeline
