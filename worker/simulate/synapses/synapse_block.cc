#include "worker/simulate/synapses/synapse_block.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"

namespace miv::simulate {
namespace {

using neuroh5::Selection;

/// Position of a gid in a sorted list, -1 if it is absent.
int Find(const std::vector<std::uint32_t>& gids, std::uint32_t gid) {
  const auto at = std::lower_bound(gids.begin(), gids.end(), gid);
  if (at == gids.end() || *at != gid) return -1;
  return static_cast<int>(at - gids.begin());
}

template <typename T>
absl::Span<const T> RowOf(const neuroh5::Ragged<T>& table, std::uint32_t gid) {
  const int row = Find(table.gids, gid);
  return row < 0 ? absl::Span<const T>() : table[row];
}

absl::Status CheckParallel(const neuroh5::Reader& reader,
                           const std::string& population,
                           const neuroh5::Ragged<std::uint32_t>& ids,
                           const std::vector<std::uint32_t>& gids,
                           const std::vector<std::uint64_t>& offsets,
                           const char* attribute) {
  if (ids.gids == gids && ids.offsets == offsets) return absl::OkStatus();
  Fault fault;
  fault.reason = "SYNAPSE_TABLE";
  fault.file = reader.path();
  fault.what = absl::StrCat("/Populations/", population, "/",
                            neuroh5::kSynapseAttributes, "/", attribute,
                            " is not parallel to ", neuroh5::kSynIds);
  return MakeStatus(absl::StatusCode::kDataLoss, fault);
}

absl::Status ReadWeights(const neuroh5::Reader& cells,
                         const std::string& population,
                         const WeightSource& source, const Selection& selection,
                         SynapseWeights* weights) {
  const std::string& name_space = source.name_space;
  MIV_ASSIGN_OR_RETURN(const auto ids,
                       cells.ReadCells<std::uint32_t>(
                           population, name_space, neuroh5::kSynId, selection));
  MIV_ASSIGN_OR_RETURN(const auto attributes,
                       cells.CellAttributes(population, name_space));
  for (const neuroh5::CellAttributeInfo& info : attributes) {
    if (info.name == neuroh5::kSynId) continue;
    MIV_ASSIGN_OR_RETURN(
        const auto values,
        cells.ReadCells<float>(population, name_space, info.name, selection));
    MIV_RETURN_IF_ERROR(CheckParallel(cells, population, ids, values.gids,
                                      values.offsets, info.name.c_str()));
    auto& by_synapse = (*weights)[info.name];
    for (std::size_t i = 0; i < ids.size(); ++i) {
      for (std::size_t k = 0; k < ids[i].size(); ++k) {
        by_synapse[{ids.gids[i], ids[i][k]}] =
            source.expression ? source.expression->Evaluate(values[i][k])
                              : values[i][k];
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SynapseBlockData::ReadSynapses(const neuroh5::Reader& cells,
                                            const std::string& population,
                                            const Selection& selection) {
  const char* space = neuroh5::kSynapseAttributes;
  MIV_ASSIGN_OR_RETURN(
      ids_, cells.ReadCells<std::uint32_t>(population, space, neuroh5::kSynIds,
                                           selection));
  MIV_ASSIGN_OR_RETURN(
      locs_,
      cells.ReadCells<float>(population, space, neuroh5::kSynLocs, selection));
  MIV_ASSIGN_OR_RETURN(
      sections_, cells.ReadCells<std::uint32_t>(population, space,
                                                neuroh5::kSynSecs, selection));
  MIV_ASSIGN_OR_RETURN(
      swc_types_, cells.ReadCells<std::uint8_t>(population, space,
                                                neuroh5::kSwcTypes, selection));
  MIV_RETURN_IF_ERROR(CheckParallel(cells, population, ids_, locs_.gids,
                                    locs_.offsets, neuroh5::kSynLocs));
  MIV_RETURN_IF_ERROR(CheckParallel(cells, population, ids_, sections_.gids,
                                    sections_.offsets, neuroh5::kSynSecs));
  return CheckParallel(cells, population, ids_, swc_types_.gids,
                       swc_types_.offsets, neuroh5::kSwcTypes);
}

absl::Status SynapseBlockData::ReadLayers(const neuroh5::Reader& cells,
                                          const std::string& population,
                                          const Selection& selection) {
  MIV_ASSIGN_OR_RETURN(layers_, cells.ReadCells<std::int8_t>(
                                    population, neuroh5::kSynapseAttributes,
                                    neuroh5::kSynLayers, selection));
  return CheckParallel(cells, population, ids_, layers_.gids, layers_.offsets,
                       neuroh5::kSynLayers);
}

absl::StatusOr<SynapseBlockData> SynapseBlockData::Read(
    const neuroh5::Reader& cells, const CellType& type,
    const std::vector<neuroh5::Projection>& projections,
    const std::vector<std::uint32_t>& gids) {
  SynapseBlockData data;
  const Selection selection = Selection::Gids(gids);
  const std::string& population = type.population;
  MIV_RETURN_IF_ERROR(data.ReadSynapses(cells, population, selection));
  if (type.reduced) {
    MIV_RETURN_IF_ERROR(data.ReadLayers(cells, population, selection));
  }
  const std::vector<neuroh5::EdgeAttributeName> wanted = {
      {neuroh5::kSynapses, neuroh5::kSynId, neuroh5::ValueType::kU32},
      {neuroh5::kConnections, neuroh5::kDistance, neuroh5::ValueType::kF32}};
  for (const neuroh5::Projection& projection : projections) {
    MIV_ASSIGN_OR_RETURN(data.edges_.emplace_back(),
                         projection.Read(selection, wanted));
  }
  for (const WeightSource& source : type.weights) {
    MIV_RETURN_IF_ERROR(
        ReadWeights(cells, population, source, selection, &data.weights_));
  }
  return data;
}

CellSynapses SynapseBlockData::SynapsesOf(std::uint32_t gid) const {
  return {RowOf(ids_, gid), RowOf(locs_, gid), RowOf(sections_, gid),
          RowOf(swc_types_, gid)};
}

absl::Span<const std::int8_t> SynapseBlockData::LayersOf(
    std::uint32_t gid) const {
  return RowOf(layers_, gid);
}

std::vector<CellEdges> SynapseBlockData::EdgesOf(std::uint32_t gid) const {
  std::vector<CellEdges> all;
  for (std::size_t source = 0; source < edges_.size(); ++source) {
    CellEdges edges;
    edges.source = static_cast<int>(source);
    const neuroh5::Edges& stored = edges_[source];
    const int row = Find(stored.dst_gids, gid);
    if (row >= 0) {
      const std::uint64_t first = stored.offsets[row];
      const std::uint64_t count = stored.offsets[row + 1] - first;
      edges.src_gids =
          absl::MakeConstSpan(stored.src_gids).subspan(first, count);
      edges.syn_ids = absl::MakeConstSpan(std::get<std::vector<std::uint32_t>>(
                                              stored.attributes[0]))
                          .subspan(first, count);
      edges.distances = absl::MakeConstSpan(
                            std::get<std::vector<float>>(stored.attributes[1]))
                            .subspan(first, count);
    }
    all.push_back(edges);
  }
  return all;
}

}  // namespace miv::simulate
