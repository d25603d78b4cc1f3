// Populations and projections: what there is.

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/verify/network.h"
#include "common/verify/tally.h"

namespace miv::verify {
namespace {

using Pairs = std::set<std::pair<std::string, std::string>>;

std::string RangesText(const neuroh5::Types& types) {
  std::vector<std::string> ranges;
  for (const auto& p : types.populations)
    ranges.push_back(
        absl::StrCat(p.name, "=", p.index, " ", p.start, "+", p.count));
  return absl::StrJoin(ranges, ", ");
}

// The ranges that the config implies: ascending number, packed from 0.
std::string ExpectedRanges(const Expectations& expected) {
  std::vector<std::pair<int, std::string>> order;
  for (const auto& [name, number] : expected.definitions)
    order.emplace_back(number, name);
  std::sort(order.begin(), order.end());
  std::vector<std::string> ranges;
  std::int64_t start = 0;
  for (const auto& [number, name] : order) {
    const std::int64_t count = expected.counts.at(name);
    ranges.push_back(absl::StrCat(name, "=", number, " ", start, "+", count));
    start += count;
  }
  return absl::StrJoin(ranges, ", ");
}

Pairs PairsOf(const std::vector<neuroh5::ProjectionName>& names) {
  Pairs pairs;
  for (const auto& name : names) pairs.emplace(name.destination, name.source);
  return pairs;
}

std::string PairsText(const Pairs& pairs) {
  return absl::StrJoin(pairs, ", ", [](std::string* out, const auto& pair) {
    absl::StrAppend(out, pair.second, "->", pair.first);
  });
}

// What is in one set only.
std::string Difference(const Pairs& expected, const Pairs& found) {
  Pairs missing, extra;
  std::set_difference(expected.begin(), expected.end(), found.begin(),
                      found.end(), std::inserter(missing, missing.end()));
  std::set_difference(found.begin(), found.end(), expected.begin(),
                      expected.end(), std::inserter(extra, extra.end()));
  if (missing.empty() && extra.empty()) return "the same";
  std::vector<std::string> parts;
  if (!missing.empty()) parts.push_back("without " + PairsText(missing));
  if (!extra.empty()) parts.push_back("also " + PairsText(extra));
  return absl::StrJoin(parts, ", ");
}

void ComparePairs(const Work& work, const std::string& name,
                  const Pairs& expected, const Pairs& found) {
  work.Add(Compare(name, "network", absl::StrCat(expected.size(), " pairs"),
                   Difference(expected, found), expected == found));
}

}  // namespace

absl::Status CheckTypes(const Work& work) {
  const neuroh5::Types& cells = work.cells.types();
  const neuroh5::Types& connections = work.connections.types();
  work.Add(Compare("types_agree", "network", RangesText(cells),
                   RangesText(connections),
                   cells.populations == connections.populations));
  const auto stored = work.connections.Projections();
  if (!stored.ok()) return stored.status();
  const Expectations& expected = work.expected;
  if (!expected.types_known) {
    const std::string reason = "no config gives the populations";
    work.Add(Skipped("population_ranges", "network", reason));
    work.Add(Skipped("valid_projections", "network", reason));
  } else {
    const std::string ranges = ExpectedRanges(expected);
    work.Add(Compare("population_ranges", "network", ranges, RangesText(cells),
                     ranges == RangesText(cells)));
    ComparePairs(work, "valid_projections", expected.projections,
                 PairsOf(connections.valid_projections));
  }
  if (expected.connections.empty()) {
    work.Add(Skipped("projections_present", "network",
                     "no config gives the connections"));
    return absl::OkStatus();
  }
  Pairs projections;
  for (const auto& [post, table] : expected.connections)
    for (const auto& [pre, projection] : table.sources)
      projections.emplace(post, pre);
  ComparePairs(work, "projections_present", projections, PairsOf(*stored));
  return absl::OkStatus();
}

}  // namespace miv::verify
