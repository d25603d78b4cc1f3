// Checks of a gap_junctions step.

#include <cmath>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

bool HasPair(const json& table, const std::string& a, const std::string& b) {
  return table.contains(a) && table[a].contains(b);
}

// Populations exist, and a pair is given in one order only.
absl::Status CheckPairs(const Draft& draft, std::size_t index,
                        const std::string& table) {
  const ResolvedStep& step = draft.step(index);
  const json& pairs = step.config[table];
  for (const auto& [a, partners] : pairs.items()) {
    MIV_RETURN_IF_ERROR(CheckPopulation(draft, index, FieldPath(table, a), a));
    for (const auto& [b, value] : partners.items()) {
      const std::string field = FieldPath(FieldPath(table, a), b);
      MIV_RETURN_IF_ERROR(CheckPopulation(draft, index, field, b));
      if (a == b || !HasPair(pairs, b, a)) continue;
      return ConfigError(
          step, field,
          {.reason = "DUPLICATE_VALUE",
           .what = absl::StrCat("a gap junction has no direction, and ", b,
                                " with ", a, " is given too"),
           .remedy = "Keep one of the two in every table."});
    }
  }
  return absl::OkStatus();
}

// Every pair of `from` has an entry in `to`, in the same order.
absl::Status CheckSamePairs(const ResolvedStep& step, const std::string& from,
                            const std::string& to) {
  for (const auto& [a, partners] : step.config[from].items())
    for (const auto& [b, value] : partners.items())
      if (!HasPair(step.config[to], a, b))
        return ConfigError(
            step, FieldPath(FieldPath(to, a), b),
            {.reason = "MISSING_FIELD",
             .what = absl::StrCat("the pair stands in ", from, " only"),
             .remedy = absl::StrCat("Add it, or take it out of ", from, ".")});
  return absl::OkStatus();
}

// {distance: weight}: distances are numbers from 0, each once.
absl::Status CheckWeights(const ResolvedStep& step, const std::string& table) {
  std::set<double> distances;
  for (const auto& [key, weight] : step.config[table].items()) {
    double distance = 0;
    if (!absl::SimpleAtod(key, &distance) || !std::isfinite(distance) ||
        distance < 0)
      return ConfigError(step, FieldPath(table, key),
                         {.reason = "WRONG_TYPE",
                          .what = "the key is not a distance",
                          .expected = "a number of um, at least 0",
                          .found = Show(key)});
    if (!distances.insert(distance).second)
      return ConfigError(
          step, FieldPath(table, key),
          {.reason = "DUPLICATE_FIELD", .what = "the distance is given twice"});
  }
  return absl::OkStatus();
}

absl::Status CheckBounds(const ResolvedStep& step, const std::string& field) {
  if (!step.config.contains(field)) return absl::OkStatus();
  const json& bounds = step.config[field];
  if (bounds[0] <= bounds[1]) return absl::OkStatus();
  return ConfigError(step, field,
                     {.reason = "OUT_OF_RANGE",
                      .what = "the bounds leave no room",
                      .expected = "[low, high] in um with low <= high",
                      .found = Show(bounds)});
}

}  // namespace

absl::Status CheckGapJunctions(Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  for (const char* table :
       {"locations", "connection_probabilities", "coupling_coefficients"}) {
    MIV_RETURN_IF_ERROR(CheckPairs(draft, index, table));
    MIV_RETURN_IF_ERROR(CheckSamePairs(step, "locations", table));
    MIV_RETURN_IF_ERROR(CheckSamePairs(step, table, "locations"));
  }
  for (const char* table : {"connection_weights", "coupling_weights"})
    MIV_RETURN_IF_ERROR(CheckWeights(step, table));
  MIV_RETURN_IF_ERROR(CheckBounds(step, "connection_bounds"));
  return CheckBounds(step, "coupling_bounds");
}

}  // namespace miv::pipeline
