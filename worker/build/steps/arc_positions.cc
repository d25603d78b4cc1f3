#include "worker/build/steps/arc_positions.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"

namespace miv::worker {

absl::StatusOr<build::SourcePopulation> ReadArcPositions(
    const neuroh5::Reader& reader, const std::string& population,
    const std::string& name_space) {
  MIV_ASSIGN_OR_RETURN(const auto range, reader.types().Get(population));
  build::SourcePopulation positions;
  positions.name = population;
  positions.start = static_cast<std::uint32_t>(range.start);
  const std::pair<const char*, std::vector<float>*> axes[] = {
      {neuroh5::kUDistance, &positions.u}, {neuroh5::kVDistance, &positions.v}};
  for (const auto& [attribute, values] : axes) {
    MIV_ASSIGN_OR_RETURN(
        auto cells, reader.ReadCells<float>(population, name_space, attribute,
                                            neuroh5::Selection::All()));
    if (cells.gids.size() != range.count ||
        cells.values.size() != range.count || cells.gids.front() != range.start)
      return InvalidInput(
          {.reason = "BAD_DISTANCES",
           .file = reader.path(),
           .what = absl::StrCat("population ", population,
                                " does not have one ", attribute, " per cell"),
           .expected = absl::StrCat(range.count),
           .found = absl::StrCat(cells.values.size(), " of ", cells.gids.size(),
                                 " cells")});
    *values = std::move(cells.values);
  }
  return positions;
}

}  // namespace miv::worker
