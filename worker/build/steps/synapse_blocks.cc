#include "worker/build/steps/synapse_blocks.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"

namespace miv::worker {
namespace {

absl::Status Contradiction(const SynapseSource& source,
                           const std::string& what) {
  return MakeStatus(
      absl::StatusCode::kDataLoss,
      {.reason = "BAD_SYNAPSES",
       .file = source.reader->path(),
       .what = absl::StrCat("synapses of ", source.population, ": ", what)});
}

// Reads one column; that of the ids sets gids and offsets, the others must
// agree.
template <typename T>
absl::Status ReadColumn(const SynapseSource& source, const char* name,
                        const neuroh5::Selection& cells, SynapseBlock& block,
                        std::vector<T>& column) {
  neuroh5::Ragged<T> ragged;
  ragged.values = std::move(column);
  MIV_RETURN_IF_ERROR(source.reader->ReadCells(
      source.population, source.name_space, name, cells, &ragged));
  column = std::move(ragged.values);
  if (static_cast<const void*>(&column) == &block.syn_ids) {
    block.gids = std::move(ragged.gids);
    block.offsets = std::move(ragged.offsets);
  } else if (ragged.gids != block.gids || ragged.offsets != block.offsets) {
    return Contradiction(source,
                         absl::StrCat(name, " does not have one value per ",
                                      neuroh5::kSynIds, " in every cell"));
  }
  return absl::OkStatus();
}

}  // namespace

build::CellSynapses SynapseBlock::Cell(std::size_t i, double u,
                                       double v) const {
  const std::size_t first = offsets[i], n = offsets[i + 1] - offsets[i];
  return {gids[i],
          u,
          v,
          absl::MakeConstSpan(syn_ids).subspan(first, n),
          absl::MakeConstSpan(cdists).subspan(first, n),
          absl::MakeConstSpan(layers).subspan(first, n),
          absl::MakeConstSpan(types).subspan(first, n),
          absl::MakeConstSpan(swc_types).subspan(first, n)};
}

absl::StatusOr<neuroh5::CellCounts> CellsOf(const SynapseSource& source) {
  MIV_ASSIGN_OR_RETURN(auto cells, neuroh5::CountCellValues(
                                       *source.reader, source.population,
                                       source.name_space, neuroh5::kSynIds));
  const auto twice = std::adjacent_find(cells.gids.begin(), cells.gids.end());
  if (twice != cells.gids.end())
    return InvalidInput({.reason = "BAD_SYNAPSES",
                         .file = source.reader->path(),
                         .what = absl::StrCat("a cell of ", source.population,
                                              " is stored twice"),
                         .gid = *twice});
  return cells;
}

absl::Status ReadSynapses(const SynapseSource& source,
                          std::vector<std::uint32_t> gids,
                          SynapseBlock* block) {
  const std::size_t wanted = gids.size();
  const auto cells = neuroh5::Selection::Gids(std::move(gids));
  SynapseBlock& b = *block;
  MIV_RETURN_IF_ERROR(
      ReadColumn(source, neuroh5::kSynIds, cells, b, b.syn_ids));
  MIV_RETURN_IF_ERROR(
      ReadColumn(source, neuroh5::kSynCdists, cells, b, b.cdists));
  MIV_RETURN_IF_ERROR(
      ReadColumn(source, neuroh5::kSynLayers, cells, b, b.layers));
  MIV_RETURN_IF_ERROR(
      ReadColumn(source, neuroh5::kSynTypes, cells, b, b.types));
  MIV_RETURN_IF_ERROR(
      ReadColumn(source, neuroh5::kSwcTypes, cells, b, b.swc_types));
  if (b.size() == wanted) return absl::OkStatus();
  return Contradiction(
      source, absl::StrCat(b.size(), " of ", wanted, " cells could be read"));
}

}  // namespace miv::worker
