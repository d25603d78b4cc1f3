#include "common/verify/network.h"

#include <limits>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"

namespace miv::verify {

absl::StatusOr<Column> ReadColumn(const neuroh5::Reader& reader,
                                  const neuroh5::Population& population,
                                  absl::string_view name_space,
                                  absl::string_view attribute) {
  MIV_ASSIGN_OR_RETURN(
      const auto ragged,
      reader.ReadCellValues(population.name, name_space, attribute,
                            neuroh5::Selection::All()));
  Column column;
  column.values.assign(population.count,
                       std::numeric_limits<float>::quiet_NaN());
  std::vector<bool> seen(population.count, false);
  for (std::size_t i = 0; i < ragged.gids.size(); ++i) {
    if (!population.Contains(ragged.gids[i])) continue;
    const std::size_t at = ragged.gids[i] - population.start;
    const std::uint64_t first = ragged.offsets[i];
    seen[at] = ragged.offsets[i + 1] - first == 1;
    if (seen[at])
      column.values[at] = std::visit(
          [first](const auto& v) { return static_cast<float>(v[first]); },
          ragged.values);
  }
  for (std::size_t at = 0; at < seen.size(); ++at)
    if (!seen[at])
      column.incomplete.push_back(
          static_cast<std::uint32_t>(population.start + at));
  return column;
}

absl::StatusOr<ArcTable> ReadArcs(const neuroh5::Reader& reader,
                                  const neuroh5::Population& population) {
  ArcTable table;
  if (!reader.HasNamespace(population.name, neuroh5::kArcDistances))
    return table;
  for (const auto& [name, values] :
       {std::pair{neuroh5::kUDistance, &table.u},
        std::pair{neuroh5::kVDistance, &table.v}}) {
    MIV_ASSIGN_OR_RETURN(auto column, ReadColumn(reader, population,
                                                 neuroh5::kArcDistances, name));
    *values = std::move(column.values);
  }
  return table;
}

}  // namespace miv::verify
