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

// Reads one column; the first one sets gids and offsets, the others must agree.
template <typename T>
absl::Status ReadColumn(const SynapseSource& source, const char* name,
                        const neuroh5::Selection& cells, SynapseBlock& block,
                        std::vector<T>& column) {
  MIV_ASSIGN_OR_RETURN(
      auto ragged, source.reader->ReadCells<T>(source.population,
                                               source.name_space, name, cells));
  if (block.offsets.empty()) {
    block.gids = std::move(ragged.gids);
    block.offsets = std::move(ragged.offsets);
  } else if (ragged.gids != block.gids || ragged.offsets != block.offsets) {
    return Contradiction(source,
                         absl::StrCat(name, " does not have one value per ",
                                      neuroh5::kSynIds, " in every cell"));
  }
  column = std::move(ragged.values);
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

absl::StatusOr<std::vector<std::uint32_t>> CellsOf(
    const SynapseSource& source) {
  MIV_ASSIGN_OR_RETURN(
      auto gids, source.reader->CellIndex(source.population, source.name_space,
                                          neuroh5::kSynIds));
  std::sort(gids.begin(), gids.end());
  const auto twice = std::adjacent_find(gids.begin(), gids.end());
  if (twice != gids.end())
    return InvalidInput({.reason = "BAD_SYNAPSES",
                         .file = source.reader->path(),
                         .what = absl::StrCat("a cell of ", source.population,
                                              " is stored twice"),
                         .gid = *twice});
  return gids;
}

absl::StatusOr<std::uint64_t> SynapsesOf(const SynapseSource& source) {
  MIV_ASSIGN_OR_RETURN(
      const auto attributes,
      source.reader->CellAttributes(source.population, source.name_space));
  for (const auto& attribute : attributes)
    if (attribute.name == neuroh5::kSynIds) return attribute.values;
  return std::uint64_t{0};
}

absl::StatusOr<SynapseBlock> ReadSynapses(const SynapseSource& source,
                                          std::vector<std::uint32_t> gids) {
  const std::size_t wanted = gids.size();
  const auto cells = neuroh5::Selection::Gids(std::move(gids));
  SynapseBlock block;
  MIV_RETURN_IF_ERROR(
      ReadColumn(source, neuroh5::kSynIds, cells, block, block.syn_ids));
  MIV_RETURN_IF_ERROR(
      ReadColumn(source, neuroh5::kSynCdists, cells, block, block.cdists));
  MIV_RETURN_IF_ERROR(
      ReadColumn(source, neuroh5::kSynLayers, cells, block, block.layers));
  MIV_RETURN_IF_ERROR(
      ReadColumn(source, neuroh5::kSynTypes, cells, block, block.types));
  MIV_RETURN_IF_ERROR(
      ReadColumn(source, neuroh5::kSwcTypes, cells, block, block.swc_types));
  if (block.size() != wanted)
    return Contradiction(source, absl::StrCat(block.size(), " of ", wanted,
                                              " cells could be read"));
  return block;
}

}  // namespace miv::worker
