#include "common/verify/population_block.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/layout.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/trees.h"

namespace miv::verify {
namespace {

absl::Status Mismatch(const neuroh5::Reader& reader,
                      const std::string& population, const char* column) {
  Fault fault;
  fault.reason = "INCONSISTENT_ATTRIBUTES";
  fault.file = reader.path();
  fault.field = neuroh5::CellPath(population, neuroh5::kSynapseAttributes);
  fault.what = absl::StrCat(column, " has other cells or lengths than ",
                            neuroh5::kSynIds);
  return MakeStatus(absl::StatusCode::kDataLoss, fault);
}

template <typename T>
std::vector<T> Converted(const neuroh5::Values& values) {
  return std::visit(
      [](const auto& stored) {
        std::vector<T> converted;
        converted.reserve(stored.size());
        for (const auto value : stored)
          converted.push_back(static_cast<T>(value));
        return converted;
      },
      values);
}

}  // namespace

absl::StatusOr<PopulationReader> PopulationReader::Create(
    const Work& work, const neuroh5::Population& population) {
  PopulationReader reader(work, population);
  reader.has_synapses_ =
      work.cells.HasNamespace(population.name, neuroh5::kSynapseAttributes);
  reader.has_trees_ = work.cells.HasNamespace(population.name, neuroh5::kTrees);
  MIV_RETURN_IF_ERROR(reader.OpenProjections());
  MIV_RETURN_IF_ERROR(reader.CountItems());
  return reader;
}

absl::Status PopulationReader::OpenProjections() {
  MIV_ASSIGN_OR_RETURN(const auto names, work_->connections.Projections());
  for (const auto& name : names) {
    if (name.destination != population_.name) continue;
    MIV_ASSIGN_OR_RETURN(auto projection,
                         neuroh5::Projection::Open(work_->connections, name));
    MIV_ASSIGN_OR_RETURN(const auto source,
                         work_->connections.types().Get(name.source));
    StoredProjection stored{std::move(projection), source, {}, -1, -1};
    for (const auto& attribute : stored.projection.attributes()) {
      int* index = nullptr;
      if (attribute.name_space == neuroh5::kConnections &&
          attribute.name == neuroh5::kDistance)
        index = &stored.distance;
      if (attribute.name_space == neuroh5::kSynapses &&
          attribute.name == neuroh5::kSynId)
        index = &stored.syn_id;
      if (index == nullptr) continue;
      *index = static_cast<int>(stored.attributes.size());
      stored.attributes.push_back(attribute);
    }
    projections_.push_back(std::move(stored));
  }
  return absl::OkStatus();
}

absl::Status PopulationReader::CountItems() {
  items_.assign(population_.count, 0);
  const auto add = [this](std::uint64_t gid, std::uint64_t items) {
    if (population_.Contains(gid)) items_[gid - population_.start] += items;
  };
  if (has_synapses_) {
    MIV_ASSIGN_OR_RETURN(const auto layout,
                         work_->cells.layouts().Get(
                             work_->cells.file(), population_,
                             neuroh5::kSynapseAttributes, neuroh5::kSynIds));
    for (std::size_t row = 0; row < layout->gids.size(); ++row)
      add(layout->gids[row], layout->count(row));
  }
  for (const StoredProjection& stored : projections_) {
    const auto& offsets = stored.projection.row_offsets();
    for (std::size_t row = 0; row < stored.projection.rows(); ++row)
      add(stored.projection.row_gids()[row], offsets[row + 1] - offsets[row]);
  }
  return absl::OkStatus();
}

absl::StatusOr<SynapseColumns> PopulationReader::ReadSynapses(
    const neuroh5::Selection& cells) const {
  SynapseColumns columns;
  const auto read = [&](const char* name) {
    return work_->cells.ReadCellValues(
        population_.name, neuroh5::kSynapseAttributes, name, cells);
  };
  MIV_ASSIGN_OR_RETURN(auto ids, read(neuroh5::kSynIds));
  columns.gids = std::move(ids.gids);
  columns.offsets = std::move(ids.offsets);
  columns.ids = Converted<std::int64_t>(ids.values);
  const auto take = [&](const char* name, auto& column) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(const auto values, read(name));
    if (values.gids != columns.gids || values.offsets != columns.offsets)
      return Mismatch(work_->cells, population_.name, name);
    using T = typename std::decay_t<decltype(column)>::value_type;
    column = Converted<T>(values.values);
    return absl::OkStatus();
  };
  MIV_RETURN_IF_ERROR(take(neuroh5::kSynSecs, columns.secs));
  MIV_RETURN_IF_ERROR(take(neuroh5::kSynLocs, columns.locs));
  MIV_RETURN_IF_ERROR(take(neuroh5::kSynLayers, columns.layers));
  MIV_RETURN_IF_ERROR(take(neuroh5::kSynTypes, columns.types));
  MIV_RETURN_IF_ERROR(take(neuroh5::kSwcTypes, columns.swc_types));
  return columns;
}

absl::StatusOr<PopulationBlock> PopulationReader::Read(
    std::uint64_t begin) const {
  PopulationBlock block;
  block.begin = block.end = begin;
  std::uint64_t items = 0;
  while (block.end < population_.end() && block.end - begin < kCellsPerBlock) {
    items += items_[block.end - population_.start];
    if (items > kItemsPerBlock && block.end > begin) break;
    ++block.end;
  }
  const auto cells = neuroh5::Selection::Range(begin, block.end);
  if (has_synapses_) {
    MIV_ASSIGN_OR_RETURN(block.synapses, ReadSynapses(cells));
  }
  if (has_trees_) {
    MIV_ASSIGN_OR_RETURN(
        block.trees, neuroh5::ReadTrees(work_->cells, population_.name, cells));
  }
  for (const StoredProjection& stored : projections_) {
    MIV_ASSIGN_OR_RETURN(auto edges,
                         stored.projection.Read(cells, stored.attributes));
    block.edges.push_back(std::move(edges));
  }
  return block;
}

}  // namespace miv::verify
