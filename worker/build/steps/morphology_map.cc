#include "worker/build/steps/morphology_map.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/build/steps/config_fields.h"

namespace miv::worker {
namespace {

using nlohmann::json;

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

absl::Status Bad(const std::string& field, const std::string& what,
                 const std::string& found) {
  return InvalidInput({.reason = "BAD_CONFIG",
                       .field = absl::StrCat("config.", field),
                       .what = what,
                       .expected = "one morphology for every cell",
                       .found = found});
}

// Gives cells first .. last of `range` morphology `index`.
absl::Status Claim(const json& range, std::uint32_t index,
                   const neuroh5::Population& population,
                   std::vector<std::uint32_t>& shapes) {
  const std::string field = absl::StrCat("morphology[", index, "].gids");
  if (!range.is_array() || range.size() != 2 || !range[0].is_number_integer() ||
      !range[1].is_number_integer())
    return Bad(field, "not a range of gids", range.dump());
  const auto start = static_cast<std::int64_t>(population.start);
  const std::int64_t first = range[0], last = range[1];
  if (first > last || first < start ||
      last >= start + static_cast<std::int64_t>(population.count))
    return Bad(field, absl::StrCat("not cells of ", population.name),
               range.dump());
  for (std::int64_t gid = first; gid <= last; ++gid) {
    std::uint32_t& shape = shapes[static_cast<std::size_t>(gid - start)];
    if (shape != kNone)
      return Bad(field, "a cell has two morphologies", absl::StrCat(gid));
    shape = index;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> MorphologyRoles(const json& config) {
  const json* entries = FindField(config, "morphology");
  if (entries == nullptr) return std::vector<std::string>{"morphology"};
  if (!entries->is_array() || entries->empty())
    return Bad("morphology", "not a list of morphologies", entries->dump());
  std::vector<std::string> roles;
  for (const json& entry : *entries) {
    MIV_ASSIGN_OR_RETURN(roles.emplace_back(), TextField(entry, "file"));
  }
  return roles;
}

absl::StatusOr<std::vector<std::uint32_t>> MorphologyOfCells(
    const json& config, const neuroh5::Population& population) {
  const json* entries = FindField(config, "morphology");
  if (entries == nullptr)
    return std::vector<std::uint32_t>(population.count, 0);
  std::vector<std::uint32_t> shapes(population.count, kNone), others;
  for (std::uint32_t i = 0; i < entries->size(); ++i) {
    const json* gids = FindField((*entries)[i], "gids");
    if (gids == nullptr) others.push_back(i);
    for (std::size_t k = 0; gids != nullptr && k < gids->size(); ++k)
      MIV_RETURN_IF_ERROR(Claim((*gids)[k], i, population, shapes));
  }
  std::size_t next = 0;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (shapes[i] != kNone) continue;
    if (others.empty())
      return Bad("morphology", "a cell has no morphology",
                 absl::StrCat("gid ", population.start + i));
    shapes[i] = others[next++ % others.size()];
  }
  return shapes;
}

}  // namespace miv::worker
