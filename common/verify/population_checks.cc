// Synapses of a population and the projections onto it, in one pass over its
// cells.

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/verify/category_statistics.h"
#include "common/verify/edge_scan.h"
#include "common/verify/network.h"
#include "common/verify/population_block.h"
#include "common/verify/synapse_scan.h"

namespace miv::verify {
namespace {

class PopulationScan {
 public:
  PopulationScan(const Work& work, const neuroh5::Population& population)
      : work_(work), population_(population), synapses_(population.name) {
    const auto expected = work.expected.synapses.find(population.name);
    if (expected != work.expected.synapses.end())
      densities_.emplace(population.name, expected->second);
  }

  absl::Status Run() {
    MIV_ASSIGN_OR_RETURN(const PopulationReader reader,
                         PopulationReader::Create(work_, population_));
    if (!reader.has_synapses() && reader.projections().empty()) {
      Missing(reader);
      return absl::OkStatus();
    }
    MIV_ASSIGN_OR_RETURN(
        edges_, EdgeScan::Create(work_, population_, reader.projections()));
    for (std::uint64_t gid = population_.start; gid < population_.end();) {
      MIV_RETURN_IF_ERROR(work_.progress(
          population_.name, static_cast<double>(gid - population_.start),
          static_cast<double>(population_.count)));
      MIV_ASSIGN_OR_RETURN(const PopulationBlock block, reader.Read(gid));
      Take(block);
      gid = block.end;
    }
    Report(reader);
    return absl::OkStatus();
  }

 private:
  // What a config promises and the file lacks.
  void Missing(const PopulationReader& reader) {
    if (densities_ && !reader.has_synapses())
      work_.Add(
          Compare("synapse_ids", population_.name, "synapses", "none", false));
  }

  void Take(const PopulationBlock& block) {
    shapes_.Learn(block);
    std::size_t row = 0;
    std::vector<std::size_t> next(block.edges.size(), 0);
    for (std::uint64_t gid = block.begin; gid < block.end; ++gid) {
      const auto& gids = block.synapses.gids;
      CellSynapses cell{block.synapses, 0, 0, static_cast<std::uint32_t>(gid)};
      if (row < gids.size() && gids[row] == gid) {
        cell.first = block.synapses.offsets[row];
        cell.count = block.synapses.offsets[row + 1] - cell.first;
        ++row;
      }
      TakeCell(cell, block, next);
    }
  }

  void TakeCell(const CellSynapses& cell, const PopulationBlock& block,
                std::vector<std::size_t>& next) {
    index_.Reset(cell);
    const CellShape* shape = shapes_.Of(cell.gid);
    synapses_.Take(cell, index_, shape);
    if (densities_ && shape != nullptr)
      densities_->Take(cell, *shape, shapes_.KeyOf(cell.gid));
    std::vector<int> rows(next.size(), -1);
    for (std::size_t p = 0; p < next.size(); ++p) {
      const auto& gids = block.edges[p].dst_gids;
      if (next[p] < gids.size() && gids[next[p]] == cell.gid)
        rows[p] = static_cast<int>(next[p]++);
    }
    edges_->Take(cell, index_, block, rows);
  }

  void Report(const PopulationReader& reader) {
    if (reader.has_synapses())
      synapses_.Report(work_, reader.has_trees(), densities_.has_value());
    else
      Missing(reader);
    if (!densities_)
      work_.Add(Skipped("synapse_count", population_.name,
                        "no config gives the densities"));
    else if (!reader.has_trees())
      work_.Add(
          Skipped("synapse_count", population_.name, "the file has no trees"));
    else
      densities_->Report(work_);
    edges_->Report(work_);
  }

  const Work& work_;
  const neuroh5::Population& population_;
  ShapeTable shapes_;
  SynapseIndex index_;
  SynapseScan synapses_;
  std::optional<DensityStatistics> densities_;
  std::unique_ptr<EdgeScan> edges_;
};

}  // namespace

absl::Status CheckPopulation(const Work& work,
                             const neuroh5::Population& population) {
  return PopulationScan(work, population).Run();
}

}  // namespace miv::verify
