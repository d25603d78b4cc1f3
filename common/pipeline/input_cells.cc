#include "common/pipeline/input_cells.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "common/pipeline/checks.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

std::vector<std::uint64_t> GidsNamed(const json& entry) {
  std::vector<std::uint64_t> gids;
  if (entry.contains("gids"))
    gids = entry["gids"].get<std::vector<std::uint64_t>>();
  for (const char* field : {"trains", "times"}) {
    if (!gids.empty() || !entry.contains(field) || !entry[field].is_object())
      continue;
    for (const auto& [key, train] : entry[field].items()) {
      std::uint64_t gid = 0;
      if (absl::SimpleAtoi(key, &gid)) gids.push_back(gid);
    }
  }
  std::sort(gids.begin(), gids.end());
  return gids;
}

}  // namespace

std::map<std::string, GidRange> GidsOf(const Draft& draft, std::size_t index) {
  std::map<std::string, GidRange> ranges;
  const ResolvedStep* types = NearestOfKind(draft, index, "h5_types");
  if (types == nullptr) return ranges;
  const json& definitions = types->config["population_definitions"];
  std::map<std::int64_t, std::string> by_index;
  for (const auto& [name, layers] : types->config["cell_distributions"].items())
    if (definitions.contains(name)) by_index[definitions[name]] = name;
  std::uint64_t start = 0;
  for (const auto& [number, name] : by_index) {
    const auto count = static_cast<std::uint64_t>(
        TotalCells(types->config["cell_distributions"][name]));
    ranges[name] = {start, start + count};
    start += count;
  }
  return ranges;
}

std::vector<GidRange> CellsOfInput(const Draft& draft, std::size_t index,
                                   const json& entry) {
  std::vector<GidRange> cells;
  if (entry.contains("population")) {
    const auto ranges = GidsOf(draft, index);
    const auto found = ranges.find(entry["population"].get<std::string>());
    if (found != ranges.end()) cells.push_back(found->second);
    return cells;
  }
  for (const std::uint64_t gid : GidsNamed(entry))
    cells.push_back({gid, gid + 1});
  return cells;
}

}  // namespace miv::pipeline
