// Checks of synapse placement and connectivity.

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/innervation.h"
#include "common/pipeline/reach.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

// Templates of cells without a tree.
constexpr absl::string_view kReducedTemplates[] = {"brk_nrn", "pr_nrn",
                                                   "prn_nrn", "sc_nrn"};

absl::Status CheckTemplate(const ResolvedStep& step, const std::string& field,
                           const json& cell_type) {
  if (cell_type.contains("template class"))
    return ConfigError(step, FieldPath(field, "template class"),
                       {.reason = "NOT_AVAILABLE",
                        .what = "cells of Python classes do not run here",
                        .remedy = "Give the cell a hoc template."});
  const std::string name = cell_type.value("template", "");
  if (name.empty())
    return ConfigError(step, FieldPath(field, "template"),
                       {.reason = "MISSING_FIELD",
                        .what = "the field is required",
                        .expected = "the name of a hoc template"});
  const std::string lower = absl::AsciiStrToLower(name);
  if (std::find(std::begin(kReducedTemplates), std::end(kReducedTemplates),
                lower) == std::end(kReducedTemplates))
    return absl::OkStatus();
  return ConfigError(step, FieldPath(field, "template"),
                     {.reason = "NOT_AVAILABLE",
                      .what = "reduced cells have no tree to place synapses on",
                      .found = Show(name),
                      .remedy = "Import the synapses of this population."});
}

absl::Status CheckDensities(const ResolvedStep& step, const std::string& field,
                            const json& density) {
  bool any = false;
  for (const auto& [section, types] : density.items())
    for (const auto& [type, layers] : types.items())
      for (const auto& [layer, value] : layers.items()) {
        const std::string at =
            absl::StrCat(field, ".", section, ".", type, ".", layer);
        MIV_RETURN_IF_ERROR(CheckLayer(step, at, layer,
                                       step.config["layer_definitions"],
                                       "layer_definitions"));
        any = any || HasSynapses(value);
      }
  if (any) return absl::OkStatus();
  return ConfigError(
      step, field,
      {.reason = "NO_SYNAPSES",
       .what = "the cell type has no density above 0",
       .expected = "{section class: {synapse type: {layer or default: {mean, "
                   "variance}}}}",
       .remedy = "Remove the step if the cells have no synapses."});
}

// A layer of synapses; "default" is one only where it has a number, as in the
// usual table.
absl::Status CheckTargetLayer(const ResolvedStep& step,
                              const std::string& field,
                              const std::string& layer) {
  const json& definitions = step.config["layer_definitions"];
  if (layer != "default" || definitions.contains(layer))
    return CheckLayer(step, field, layer, definitions, "layer_definitions");
  return ConfigError(
      step, field,
      {.reason = "UNKNOWN_LAYER",
       .what = "\"default\" has no entry in layer_definitions",
       .expected = "one of " + absl::StrJoin(KeysOf(definitions), ", "),
       .remedy = "Write one row for each layer."});
}

// sections, layers and proportions are one table; each row once.
absl::Status CheckTable(const ResolvedStep& step, const std::string& field,
                        const json& projection) {
  const json& sections = projection["sections"];
  const json& layers = projection["layers"];
  const json& proportions = projection["proportions"];
  if (sections.size() != layers.size() || sections.size() != proportions.size())
    return ConfigError(
        step, field,
        {.reason = "UNEQUAL_LENGTHS",
         .what = "sections, layers and proportions are not equally long",
         .expected = "one of each per row",
         .found = absl::StrCat(sections.size(), ", ", layers.size(), " and ",
                               proportions.size())});
  std::set<std::pair<std::string, std::string>> rows;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    MIV_RETURN_IF_ERROR(CheckTargetLayer(
        step, FieldPath(FieldPath(field, "layers"), i), layers[i]));
    if (!rows.emplace(sections[i], layers[i]).second)
      return ConfigError(step, FieldPath(FieldPath(field, "sections"), i),
                         {.reason = "DUPLICATE_VALUE",
                          .what = absl::StrCat(
                              sections[i].get<std::string>(), " in ",
                              layers[i].get<std::string>(), " is listed twice"),
                          .remedy = "Add the two proportions up in one row."});
  }
  return absl::OkStatus();
}

using Triple = std::tuple<std::string, std::string, std::string>;

struct Share {
  double sum = 0;
  std::vector<std::string> parts;
};

// numpy.isclose(sum, 1)
bool IsOne(double sum) { return std::fabs(sum - 1) <= 1e-8 + 1e-5; }

absl::Status CheckProportions(const ResolvedStep& step, const std::string& post,
                              const json& sources) {
  std::map<Triple, Share> shares;
  for (const auto& [pre, projection] : sources.items())
    for (std::size_t i = 0; i < projection["sections"].size(); ++i) {
      Share& share = shares[{projection["type"], projection["sections"][i],
                             projection["layers"][i]}];
      const double proportion = projection["proportions"][i];
      share.sum += proportion;
      share.parts.push_back(absl::StrCat(pre, " ", proportion));
    }
  for (const auto& [triple, share] : shares) {
    if (IsOne(share.sum)) continue;
    const auto& [type, section, layer] = triple;
    return ConfigError(
        step, FieldPath("synapses", post),
        {.reason = "PROPORTIONS",
         .what = absl::StrCat("the proportions of ", type, " synapses on ",
                              section, " in ", layer, " do not sum to 1"),
         .expected = "1 over all sources",
         .found = absl::StrCat(share.sum, " (",
                               absl::StrJoin(share.parts, ", "), ")"),
         .remedy = "Every synapse gets exactly one source; change the "
                   "proportions of these sources."});
  }
  return absl::OkStatus();
}

absl::Status CheckExtent(const ResolvedStep& step, const std::string& pre,
                         const json& extents) {
  const std::string field = FieldPath("axon_extents", pre);
  for (const auto& [layer, extent] : extents.items()) {
    MIV_RETURN_IF_ERROR(CheckLayer(step, FieldPath(field, layer), layer,
                                   step.config["layer_definitions"],
                                   "layer_definitions"));
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const double half = extent["width"][axis].get<double>() / 2;
      const double offset = extent["offset"][axis];
      if (half > offset) continue;
      return ConfigError(
          step, absl::StrCat(field, ".", layer, ".offset[", axis, "]"),
          {.reason = "OUT_OF_RANGE",
           .what = "the offset leaves nothing of the axon's extent",
           .expected = absl::StrCat("less than half the width, ", half),
           .found = absl::StrCat(offset)});
    }
  }
  return absl::OkStatus();
}

// Every source of the population has an extent, in every layer that needs one.
absl::Status CheckSources(const Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  const json& extents = step.config["axon_extents"];
  for (const auto& [pre, projection] :
       step.config["synapses"][step.population()].items()) {
    const std::string field = FieldPath("axon_extents", pre);
    if (!extents.contains(pre))
      return ConfigError(
          step, field,
          {.reason = "MISSING_FIELD",
           .what = absl::StrCat("the source ", pre, " has no axon extent"),
           .expected = "{layer or default: {width: [u, v], offset: [u, v]}}"});
    MIV_RETURN_IF_ERROR(CheckExtent(step, pre, extents[pre]));
    for (const json& layer : projection["layers"])
      if (!extents[pre].contains(layer.get<std::string>()) &&
          !extents[pre].contains("default"))
        return ConfigError(
            step, field,
            {.reason = "MISSING_FIELD",
             .what = absl::StrCat("there is no extent in layer ",
                                  layer.get<std::string>()),
             .remedy = "Add the layer, or \"default\" for all others."});
  }
  return absl::OkStatus();
}

// The projections are among those that the network declares.
absl::Status CheckDeclared(const Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  const ResolvedStep* types = NearestOfKind(draft, index, "h5_types");
  if (types == nullptr) return absl::OkStatus();
  const std::string post = step.population();
  const json declared = types->config["projections"].value(post, json::array());
  for (const std::string& pre : KeysOf(step.config["synapses"][post]))
    if (std::find(declared.begin(), declared.end(), pre) == declared.end())
      return ConfigError(
          step, absl::StrCat("synapses.", post, ".", pre),
          {.reason = "UNDECLARED_PROJECTION",
           .what = absl::StrCat("h5_types does not list the projection from ",
                                pre, " to ", post),
           .remedy = absl::StrCat("Add ", pre, " to projections.", post,
                                  " of step ", types->name, ".")});
  return absl::OkStatus();
}

absl::Status CheckProjectionTables(const Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  for (const auto& [post, sources] : step.config["synapses"].items()) {
    const std::string field = FieldPath("synapses", post);
    for (const auto& [pre, projection] : sources.items())
      MIV_RETURN_IF_ERROR(CheckTable(step, FieldPath(field, pre), projection));
    MIV_RETURN_IF_ERROR(CheckProportions(step, post, sources));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckDistribution(Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  const json& cell_types = step.config["cell_types"];
  const std::string field = FieldPath("cell_types", step.population());
  if (!cell_types.contains(step.population())) {
    const auto known = KeysOf(cell_types);
    return ConfigError(step, field,
                       {.reason = "MISSING_FIELD",
                        .what = "the population has no cell type",
                        .found = absl::StrJoin(known, ", "),
                        .remedy = SuggestName(step.population(), known)});
  }
  const json& cell_type = cell_types[step.population()];
  MIV_RETURN_IF_ERROR(CheckTemplate(step, field, cell_type));
  const json synapses = cell_type.value("synapses", json::object());
  const json density =
      synapses.is_object() ? synapses.value("density", json()) : json();
  return CheckDensities(step, field + ".synapses.density", density);
}

absl::Status CheckConnections(Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  const std::string post = step.population();
  const json& synapses = step.config["synapses"];
  const std::string field = FieldPath("synapses", post);
  if (!synapses.contains(post) || synapses[post].empty())
    return ConfigError(step, field,
                       {.reason = "MISSING_FIELD",
                        .what = "the population has no projections",
                        .found = absl::StrJoin(KeysOf(synapses), ", "),
                        .remedy = SuggestName(post, KeysOf(synapses))});
  for (const std::string& pre : KeysOf(synapses[post]))
    MIV_RETURN_IF_ERROR(
        CheckPopulation(draft, index, FieldPath(field, pre), pre));
  MIV_RETURN_IF_ERROR(CheckProjectionTables(draft, index));
  MIV_RETURN_IF_ERROR(CheckSources(draft, index));
  MIV_RETURN_IF_ERROR(CheckDeclared(draft, index));
  MIV_RETURN_IF_ERROR(CheckInnervation(draft, index));
  WarnOfReach(draft, index);
  return absl::OkStatus();
}

}  // namespace miv::pipeline
