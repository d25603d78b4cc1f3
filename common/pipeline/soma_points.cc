#include "common/pipeline/soma_points.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

constexpr double kTolerance = 1e-3;  // um, of the layers' faces

// Cells of the populations that stand at points, by the name of these.
struct Use {
  std::string population;
  std::int64_t cells = 0;
};

absl::StatusOr<std::map<std::string, Use>> UsesOf(const ResolvedStep& step) {
  std::map<std::string, Use> uses;
  for (const auto& [population, layers] :
       step.config["cell_distributions"].items())
    for (const auto& [layer, count] : layers.items()) {
      if (!IsPointLayer(layer) || count == 0) continue;
      const auto [use, fresh] =
          uses.emplace(layer, Use{population, count.get<std::int64_t>()});
      if (!fresh)
        return ConfigError(
            step, FieldPath(FieldPath("cell_distributions", population), layer),
            {.reason = "DUPLICATE_VALUE",
             .what = absl::StrCat("cells of ", use->second.population,
                                  " are at these points already"),
             .remedy = "Give every population points of its own."});
    }
  return uses;
}

bool InSomeLayer(const json& extents, const json& point) {
  for (const auto& [layer, box] : extents.items()) {
    bool inside = true;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double x = point[axis];
      inside = inside && x >= box[0][axis].get<double>() - kTolerance &&
               x <= box[1][axis].get<double>() + kTolerance;
    }
    if (inside) return true;
  }
  return false;
}

absl::Status CheckList(const ResolvedStep& step, const std::string& field,
                       const json& points, const Use& use) {
  if (points.size() != static_cast<std::size_t>(use.cells))
    return ConfigError(step, field,
                       {.reason = "INCONSISTENT_CELLS",
                        .what = absl::StrCat("not one point for every cell of ",
                                             use.population),
                        .expected = absl::StrCat(use.cells, " points"),
                        .found = absl::StrCat(points.size())});
  if (step.config["rotation"] != json{0.0, 0.0, 0.0}) return absl::OkStatus();
  for (std::size_t i = 0; i < points.size(); ++i)
    if (!InSomeLayer(step.config["layer_extents"], points[i]))
      return ConfigError(step, FieldPath(field, i),
                         {.reason = "OUT_OF_RANGE",
                          .what = "the point lies in no layer",
                          .expected = "a point in one of layer_extents",
                          .found = Show(points[i])});
  return absl::OkStatus();
}

}  // namespace

bool IsPointLayer(absl::string_view layer) {
  return absl::StartsWith(layer, "@");
}

bool HasPoints(const json& layers) {
  for (const auto& [layer, count] : layers.items())
    if (IsPointLayer(layer) && count > 0) return true;
  return false;
}

absl::Status CheckPoints(const Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  const json points = step.config.value("points", json::object());
  MIV_ASSIGN_OR_RETURN(const auto uses, UsesOf(step));
  for (const auto& [name, use] : uses) {
    const std::string field = FieldPath("points", name);
    if (!points.contains(name))
      return ConfigError(
          step, field,
          {.reason = "MISSING_FIELD",
           .what = absl::StrCat("the cells of ", use.population, " at ", name,
                                " have no points; generator functions do not "
                                "run here"),
           .expected = "a list of [x, y, z], or a file with a line for each",
           .remedy = "Write out what the generator gives."});
    if (points[name].is_array())
      MIV_RETURN_IF_ERROR(CheckList(step, field, points[name], use));
  }
  for (const std::string& name : KeysOf(points)) {
    if (uses.contains(name)) continue;
    std::vector<std::string> used;
    for (const auto& [known, use] : uses) used.push_back(known);
    return ConfigError(
        step, FieldPath("points", name),
        {.reason = "UNKNOWN_NAME",
         .what = "no cells are at these points",
         .expected = used.empty() ? "a layer @NAME in cell_distributions"
                                  : "one of " + absl::StrJoin(used, ", "),
         .remedy = NearestName(name, used).empty() ? "Remove them."
                                                   : SuggestName(name, used)});
  }
  return absl::OkStatus();
}

}  // namespace miv::pipeline
