#include "worker/simulate/clamps.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::simulate {
namespace {

absl::Status ClampError(const Clamp& clamp, absl::string_view field,
                        std::string what, std::string found) {
  Fault fault;
  fault.reason = "CLAMP";
  fault.field = absl::StrCat(clamp.path, ".", field);
  fault.what = std::move(what);
  fault.found = std::move(found);
  return InvalidInput(fault);
}

absl::StatusOr<int> ClampedSection(const Clamp& clamp, const ModelCell& cell) {
  if (clamp.section_index) {
    if (*clamp.section_index < static_cast<int>(cell.sections.size())) {
      return *clamp.section_index;
    }
  } else {
    for (const SectionClass& known : kSectionClasses) {
      if (clamp.section_class != known.name) continue;
      const std::vector<int> sections = cell.OfClass(known.swc_type);
      if (!sections.empty()) return sections.front();
    }
  }
  return ClampError(clamp, "section", "the cell lacks the section",
                    absl::StrCat("gid ", cell.gid));
}

/// Errors do not depend on the rank: every rank checks every gid.
absl::Status CheckClampCells(const Clamp& clamp, const LoadedCells& cells) {
  if (!clamp.population.empty()) {
    const int index = cells.Find(clamp.population);
    if (index >= 0 && !cells.populations[index].artificial) {
      return absl::OkStatus();
    }
    return ClampError(clamp, "population",
                      "there is no such population of cells with a membrane",
                      clamp.population);
  }
  for (const std::uint32_t gid : clamp.gids) {
    if (!HasMembrane(cells.populations, gid)) {
      return ClampError(clamp, "gid", "the gid is no cell with a membrane",
                        absl::StrCat(gid));
    }
  }
  return absl::OkStatus();
}

bool IsClamped(const Clamp& clamp, int population, const ModelCell& cell) {
  if (!clamp.population.empty()) return cell.population == population;
  return std::find(clamp.gids.begin(), clamp.gids.end(), cell.gid) !=
         clamp.gids.end();
}

absl::Status AddClamp(const Clamp& clamp, const ModelCell& cell,
                      neuron::Network& network) {
  MIV_ASSIGN_OR_RETURN(const int index, ClampedSection(clamp, cell));
  const neuron::SectionHandle section = cell.sections[index];
  if (clamp.held) {
    return network.AddVoltageClamp(section, clamp.x, clamp.held->levels_mv,
                                   clamp.held->durations_ms,
                                   clamp.held->rs_megohm);
  }
  return network.AddCurrentClamp(section, clamp.x, clamp.current.delay_ms,
                                 clamp.current.duration_ms,
                                 clamp.current.amp_na);
}

}  // namespace

absl::Status AddClamps(const std::vector<Clamp>& clamps,
                       const LoadedCells& cells, neuron::Network& network) {
  for (const Clamp& clamp : clamps) {
    MIV_RETURN_IF_ERROR(CheckClampCells(clamp, cells));
    const int population = cells.Find(clamp.population);
    for (const auto& cell : cells.cells) {
      if (!IsClamped(clamp, population, *cell)) continue;
      MIV_RETURN_IF_ERROR(AddClamp(clamp, *cell, network));
    }
  }
  return absl::OkStatus();
}

}  // namespace miv::simulate
