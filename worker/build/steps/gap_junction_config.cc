#include "worker/build/steps/gap_junction_config.h"

#include <array>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/build/steps/config_fields.h"

namespace miv::worker {
namespace {

using nlohmann::json;

// The number at object[name], which stands at `path` of the config.
absl::StatusOr<double> NumberAt(const json& object, const std::string& name,
                                const std::string& path) {
  const auto value = object.find(name);
  if (value != object.end() && value->is_number() &&
      std::isfinite(value->get<double>()))
    return value->get<double>();
  return InvalidInput(
      {.reason = "BAD_CONFIG",
       .field = absl::StrCat(path, ".", name),
       .what = "the step cannot use this value",
       .expected = "a number",
       .found = value == object.end() ? "nothing" : value->dump()});
}

struct Weights {
  build::PolynomialFit fit;
  double min_um = 0, max_um = 0;
};

// The fit through {distance: weight}, and its bounds: those of the config, else
// the range of the distances.
absl::StatusOr<Weights> WeightsOf(const json& config, const char* table,
                                  const char* bounds) {
  MIV_ASSIGN_OR_RETURN(const json* weights, ObjectField(config, table));
  std::vector<double> x, y;
  for (const auto& [key, value] : weights->items()) {
    double distance = 0;
    if (!absl::SimpleAtod(key, &distance))
      return InvalidInput({.reason = "BAD_CONFIG",
                           .field = absl::StrCat("config.", table, ".", key),
                           .what = "the key is not a distance"});
    x.push_back(distance);
    MIV_ASSIGN_OR_RETURN(
        y.emplace_back(),
        NumberAt(*weights, key, absl::StrCat("config.", table)));
  }
  auto fit = build::PolynomialFit::Create(x, y);
  if (!fit.ok())
    return WithContext(fit.status(), {.field = absl::StrCat("config.", table)});
  Weights result{*std::move(fit), 0, 0};
  result.min_um = result.fit.x_min();
  result.max_um = result.fit.x_max();
  const json* given = FindField(config, bounds);
  if (given == nullptr) return result;
  if (!given->is_array() || given->size() != 2 || !(*given)[0].is_number() ||
      !(*given)[1].is_number() || (*given)[0] > (*given)[1])
    return InvalidInput({.reason = "BAD_CONFIG",
                         .field = absl::StrCat("config.", bounds),
                         .what = "not a lower and an upper bound"});
  result.min_um = (*given)[0];
  result.max_um = (*given)[1];
  return result;
}

absl::StatusOr<int> SwcTypeOf(const json& name, const std::string& field) {
  static constexpr std::array<const char*, 8> kNames = {
      "soma", "axon", "basal", "apical", "trunk", "tuft", "ais", "hillock"};
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (name == kNames[i]) return static_cast<int>(i) + 1;
  return InvalidInput({.reason = "BAD_CONFIG",
                       .field = field,
                       .what = "no class of sections",
                       .found = name.dump()});
}

// table[a][b]
absl::StatusOr<double> OfPair(const json& config, const char* table,
                              const GapPair& pair) {
  MIV_ASSIGN_OR_RETURN(const json* rows, ObjectField(config, table));
  return NumberAt(rows->value(pair.a, json::object()), pair.b,
                  absl::StrCat("config.", table, ".", pair.a));
}

}  // namespace

absl::StatusOr<GapModel> GapModelOf(const json& config) {
  MIV_ASSIGN_OR_RETURN(Weights reach, WeightsOf(config, "connection_weights",
                                                "connection_bounds"));
  MIV_ASSIGN_OR_RETURN(
      const Weights coupling,
      WeightsOf(config, "coupling_weights", "coupling_bounds"));
  GapModel model{{}, {reach.min_um, reach.max_um, std::move(reach.fit)}, true};
  const json* directions = FindField(config, "directions");
  if (directions == nullptr || (*directions != "both" && *directions != "one"))
    return InvalidInput({.reason = "BAD_CONFIG",
                         .field = "config.directions",
                         .what = "neither both nor one"});
  model.both_directions = *directions == "both";
  MIV_ASSIGN_OR_RETURN(const json* locations, ObjectField(config, "locations"));
  for (const auto& [a, partners] : locations->items())
    for (const auto& [b, sections] : partners.items()) {
      GapPair pair{
          a, b, {}, 0, {0, coupling.min_um, coupling.max_um, coupling.fit}};
      for (const json& name : sections) {
        MIV_ASSIGN_OR_RETURN(
            pair.classes.emplace_back(),
            SwcTypeOf(name, absl::StrCat("config.locations.", a, ".", b)));
      }
      MIV_ASSIGN_OR_RETURN(pair.probability,
                           OfPair(config, "connection_probabilities", pair));
      MIV_ASSIGN_OR_RETURN(pair.coupling.coefficient,
                           OfPair(config, "coupling_coefficients", pair));
      model.pairs.push_back(std::move(pair));
    }
  return model;
}

}  // namespace miv::worker
