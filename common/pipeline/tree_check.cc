#include "common/pipeline/tree_check.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/positive_normal.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/model_schema.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

// Synapses over a population below which the cells may well have none:
// P(none) = exp(-7) < 0.001.
constexpr double kCertain = 7;

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

std::string LayersOfTree(const TreeLengths& tree, const json& definitions) {
  std::set<std::string> names;
  for (const auto& [section, layers] : tree)
    for (const auto& [layer, um] : layers)
      if (layer >= 0) names.insert(LayerName(definitions, layer));
  return names.empty() ? "no point of the tree has a layer"
                       : "a tree in " + absl::StrJoin(names, ", ");
}

absl::Status NoSynapses(const ResolvedStep& step, const PopulationTree& tree) {
  const json& definitions = step.config["layer_definitions"];
  std::set<std::string> wanted;
  const json& density =
      step.config["cell_types"][step.population()]["synapses"]["density"];
  for (const auto& [section, types] : density.items())
    for (const auto& [type, layers] : types.items())
      for (const auto& [layer, value] : layers.items())
        wanted.insert(absl::StrCat(section, " in ", layer));
  const std::string found = LayersOfTree(tree.lengths, definitions);
  const bool layerless = found.starts_with("no point");
  Fault fault = {
      .reason = "NO_SYNAPSES",
      .file = tree.file,
      .what = absl::StrCat("no density of ", step.population(),
                           " fits the tree: its cells would get no synapse"),
      .expected = absl::StrJoin(wanted, ", "),
      .found = found,
      .remedy = layerless
                    ? "Add a layer to every point (SWC column 8), give the "
                      "forest layer_from: depth, or give a density for layer "
                      "default."
                    : "Check section classes and layers against the "
                      "morphology."};
  return ConfigError(
      step, absl::StrCat("cell_types.", step.population(), ".synapses.density"),
      std::move(fault));
}

std::int64_t CellsIn(const ResolvedPipeline& pipeline,
                     const std::string& population) {
  for (const ResolvedStep& step : pipeline.steps)
    if (step.kind == "h5_types" &&
        step.config["cell_distributions"].contains(population))
      return TotalCells(step.config["cell_distributions"][population]);
  return 0;
}

// The checks of one generate_connections step.
class ProjectionCheck {
 public:
  ProjectionCheck(const ResolvedPipeline& pipeline, const ResolvedStep& step,
                  const Expected& expected, std::vector<Warning>& warnings)
      : step_(step),
        expected_(expected),
        cells_(CellsIn(pipeline, step.population())),
        field_(absl::StrCat("synapses.", step.population())),
        definitions_(step.config["layer_definitions"]),
        sources_(step.config["synapses"][step.population()]),
        warnings_(warnings) {}

  absl::Status Run() {
    for (const auto& [category, mean] : expected_)
      if (!Taken(category)) MIV_RETURN_IF_ERROR(Untaken(category, mean));
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
    return absl::StrCat(section, " in ", LayerName(definitions_, layer));
  }

  absl::Status Untaken(const Category& category, double mean) {
    const std::string& type = std::get<1>(category);
    const std::string what = absl::StrCat(
        "about ", Number(mean), " ", type, " synapses per ", step_.population(),
        " cell on ", Text(category), " have no projection");
    const std::string remedy =
        absl::StrCat("Add ", Text(category), " to a projection of type ", type,
                     ", or take the density away.");
    if (mean * static_cast<double>(std::max<std::int64_t>(cells_, 1)) >=
        kCertain)
      return ConfigError(
          step_, field_,
          {.reason = "UNTAKEN_SYNAPSES", .what = what, .remedy = remedy});
    Warn(field_,
         absl::StrCat(what, ": should a cell get one, the step will fail. ",
                      remedy));
    return absl::OkStatus();
  }

  absl::Status CheckRows(const std::string& pre, const json& projection) {
    std::vector<std::string> empty;
    const std::size_t rows = projection["sections"].size();
    for (std::size_t i = 0; i < rows; ++i)
      if (projection["proportions"][i] > 0 &&
          expected_.count(RowOf(projection, i)) == 0)
        empty.push_back(Text(RowOf(projection, i)));
    if (empty.empty()) return absl::OkStatus();
    const std::string type = projection["type"];
    const std::string field = absl::StrCat(field_, ".", pre);
    if (empty.size() < rows) {
      Warn(field, absl::StrCat("No ", type, " synapses of ", step_.population(),
                               " lie on ", absl::StrJoin(empty, ", "),
                               ": these rows of the projection from ", pre,
                               " do nothing and may be left out."));
      return absl::OkStatus();
    }
    return ConfigError(
        step_, field,
        {.reason = "UNREACHABLE_PROJECTION",
         .what = absl::StrCat("the projection from ", pre, " cannot receive a ",
                              "synapse: the cells have no ", type,
                              " synapses on ", absl::StrJoin(empty, ", ")),
         .remedy = "Give the cell type a density where its tree has such "
                   "sections, or remove the projection."});
  }

  void Warn(const std::string& field, std::string text) {
    text[0] = static_cast<char>(std::toupper(text[0]));
    warnings_.push_back(
        {step_.name, ConfigField(step_, field), std::move(text)});
  }

  const ResolvedStep& step_;
  const Expected& expected_;
  const std::int64_t cells_;
  const std::string field_;
  const json& definitions_;
  const json& sources_;
  std::vector<Warning>& warnings_;
};

}  // namespace

absl::StatusOr<TreeLengths> TreeLengthsFromJson(const json& value) {
  const absl::Status bad =
      absl::InvalidArgumentError("the lengths of a tree are malformed");
  if (!value.is_object()) return bad;
  TreeLengths lengths;
  const auto& classes = SectionClasses();
  for (const auto& [section, layers] : value.items()) {
    const bool known =
        std::find(classes.begin(), classes.end(), section) != classes.end();
    if (!known || !layers.is_object()) return bad;
    for (const auto& [name, um] : layers.items()) {
      int layer = 0;
      if (!absl::SimpleAtoi(name, &layer) || layer < -1 || layer > 127 ||
          !um.is_number() || !std::isfinite(um.get<double>()) ||
          um.get<double>() < 0)
        return bad;
      lengths[section][layer] = um;
    }
  }
  return lengths;
}

json ToJson(const TreeLengths& lengths) {
  json value = json::object();
  for (const auto& [section, layers] : lengths)
    for (const auto& [layer, um] : layers)
      value[section][absl::StrCat(layer)] = um;
  return value;
}

std::vector<double> MorphologyShares(const ResolvedPipeline& pipeline,
                                     const ResolvedStep& forest) {
  const json entries = forest.config.value("morphology", json());
  if (!entries.is_array()) return {1.0};
  const auto total =
      static_cast<double>(CellsIn(pipeline, forest.population()));
  std::vector<double> shares(entries.size(), 0);
  double left = total, takers = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].contains("gids")) ++takers;
    for (const json& range : entries[i].value("gids", json::array()))
      shares[i] += range[1].get<double>() - range[0].get<double>() + 1;
    left -= shares[i];
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].contains("gids")) shares[i] = std::max(left, 1.0) / takers;
    if (total > 0) shares[i] /= total;
  }
  return shares;
}

absl::Status CheckTrees(const ResolvedPipeline& pipeline,
                        const TreesByStep& trees,
                        std::vector<Warning>& warnings) {
  for (const auto& [name, shapes] : trees) {
    const ResolvedStep& placed = *pipeline.FindStep(name);
    Expected expected;
    for (const PopulationTree& tree : shapes) {
      const Expected on_tree = ExpectedOn(placed, tree.lengths);
      if (on_tree.empty()) return NoSynapses(placed, tree);
      for (const auto& [category, mean] : on_tree)
        expected[category] += tree.share * mean;
    }
    for (const ResolvedStep& step : pipeline.steps) {
      if (step.kind != "generate_connections") continue;
      const Input* input = step.FindInput("synapses");
      if (input == nullptr || input->step != name) continue;
      MIV_RETURN_IF_ERROR(
          ProjectionCheck(pipeline, step, expected, warnings).Run());
    }
  }
  return absl::OkStatus();
}

}  // namespace miv::pipeline
