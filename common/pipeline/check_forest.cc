// Checks of forests: layers by depth, and which cell has which morphology.

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/input_cells.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

// Cells first .. last of a morphology, and the field that says so.
struct Claim {
  std::int64_t first, last;
  std::string field;
};

std::string GidsText(const Claim& claim) {
  return claim.first == claim.last ? absl::StrCat(claim.first)
                                   : absl::StrCat(claim.first, "-", claim.last);
}

// First gid of the step's population and the gid after its last; nullopt if the
// network comes from files.
std::optional<std::pair<std::int64_t, std::int64_t>> OwnGids(
    const Draft& draft, std::size_t index) {
  const auto ranges = GidsOf(draft, index);
  const auto found = ranges.find(draft.step(index).population());
  if (found == ranges.end()) return std::nullopt;
  return std::pair(static_cast<std::int64_t>(found->second.begin),
                   static_cast<std::int64_t>(found->second.end));
}

// A gid or "first-last".
absl::StatusOr<Claim> ParseClaim(const ResolvedStep& step,
                                 const std::string& field, const json& value) {
  Claim claim{0, 0, field};
  if (value.is_number()) {
    claim.first = claim.last = value.get<std::int64_t>();
    return claim;
  }
  const std::vector<std::string> ends =
      absl::StrSplit(value.get<std::string>(), '-');
  if (ends.size() == 2 && absl::SimpleAtoi(ends[0], &claim.first) &&
      absl::SimpleAtoi(ends[1], &claim.last) && claim.first <= claim.last)
    return claim;
  return ConfigError(step, field,
                     {.reason = "WRONG_TYPE",
                      .what = "not a range of gids",
                      .expected = "a gid, or \"first-last\"",
                      .found = Show(value)});
}

absl::Status CheckInPopulation(const Draft& draft, std::size_t index,
                               const Claim& claim) {
  const ResolvedStep& step = draft.step(index);
  const auto range = OwnGids(draft, index);
  if (!range || (claim.first >= range->first && claim.last < range->second))
    return absl::OkStatus();
  return ConfigError(step, claim.field,
                     {.reason = "OUT_OF_RANGE",
                      .what = absl::StrCat("not cells of ", step.population()),
                      .expected = absl::StrCat("gids from ", range->first,
                                               " to ", range->second - 1),
                      .found = GidsText(claim)});
}

// No cell twice, and every cell once unless an entry takes the rest.
absl::Status CheckCover(const Draft& draft, std::size_t index,
                        std::vector<Claim> claims, bool rest) {
  const ResolvedStep& step = draft.step(index);
  std::sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
    return std::tie(a.first, a.last) < std::tie(b.first, b.last);
  });
  std::int64_t cells = 0;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    cells += claims[i].last - claims[i].first + 1;
    if (i == 0 || claims[i].first > claims[i - 1].last) continue;
    return ConfigError(step, claims[i].field,
                       {.reason = "DUPLICATE_VALUE",
                        .what = absl::StrCat("cell ", claims[i].first,
                                             " already has a morphology, as "
                                             "one of ",
                                             GidsText(claims[i - 1])),
                        .remedy = "Give every cell one morphology."});
  }
  const auto range = OwnGids(draft, index);
  if (!range) return absl::OkStatus();
  const std::int64_t total = range->second - range->first;
  if (rest ? cells < total : cells == total) return absl::OkStatus();
  return ConfigError(
      step, "morphology",
      {.reason = rest ? "DUPLICATE_VALUE" : "MISSING_FIELD",
       .what = rest ? "no cell is left for the entries without gids"
                    : absl::StrCat(total - cells, " of ", total, " cells of ",
                                   step.population(), " have no morphology"),
       .remedy = rest ? "Remove the entries without gids."
                      : "Name the cells, or add an entry for all others: one "
                        "without gids; in an import, \"default\"."});
}

// Brings gids into the form [[first, last], ...].
absl::Status CheckMorphologies(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  if (!step.config.contains("morphology")) return absl::OkStatus();
  std::vector<Claim> claims;
  bool rest = false;
  json& entries = step.config["morphology"];
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].contains("gids")) {
      rest = true;
      continue;
    }
    json ranges = json::array();
    const std::string field = absl::StrCat("morphology[", i, "].gids");
    for (std::size_t k = 0; k < entries[i]["gids"].size(); ++k) {
      MIV_ASSIGN_OR_RETURN(Claim claim, ParseClaim(step, FieldPath(field, k),
                                                   entries[i]["gids"][k]));
      MIV_RETURN_IF_ERROR(CheckInPopulation(draft, index, claim));
      ranges.push_back({claim.first, claim.last});
      claims.push_back(std::move(claim));
    }
    entries[i]["gids"] = std::move(ranges);
  }
  return CheckCover(draft, index, std::move(claims), rest);
}

// Layers that points can lie in: named, and one above the other.
absl::Status CheckDepths(const ResolvedStep& step) {
  if (step.config["layer_from"] != "depth") return absl::OkStatus();
  const json& extents = step.config["layer_extents"];
  MIV_RETURN_IF_ERROR(CheckLayer(step, "soma_layer", step.config["soma_layer"],
                                 extents, "layer_extents"));
  std::map<double, std::pair<double, std::string>> by_low;
  for (const auto& [layer, box] : extents.items()) {
    const std::string field = FieldPath("layer_extents", layer);
    MIV_RETURN_IF_ERROR(CheckLayer(step, field, layer,
                                   step.config["layer_definitions"],
                                   "layer_definitions"));
    const double low = box[0][2], high = box[1][2];
    const auto [it, fresh] = by_low.emplace(low, std::pair(high, layer));
    const auto next = std::next(it);
    const bool overlaps =
        !fresh || (it != by_low.begin() && std::prev(it)->second.first > low) ||
        (next != by_low.end() && high > next->first);
    if (!overlaps && low < high) continue;
    return ConfigError(
        step, field,
        {.reason = "OUT_OF_RANGE",
         .what = "layers that overlap along L give a point no single layer",
         .found = Show(box),
         .remedy = "Give extents that lie one above the other, or an SWC file "
                   "with a layer column and layer_from: column."});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckForest(Draft& draft, std::size_t index) {
  MIV_RETURN_IF_ERROR(CheckMorphologies(draft, index));
  return CheckDepths(draft.step(index));
}

}  // namespace miv::pipeline
