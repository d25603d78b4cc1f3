#include "worker/build/steps/connection_summary.h"

#include "absl/strings/str_cat.h"
#include "worker/parallel/exchange.h"

namespace miv::worker {

void ConnectionSummary::Add(
    std::uint32_t gid, const std::vector<build::ProjectionCounts>& counts) {
  for (std::size_t p = 0; p < counts.size(); ++p) {
    Sum& sum = sums_[p];
    ++sum.cells;
    sum.synapses += static_cast<std::int64_t>(counts[p].synapses);
    sum.edges += static_cast<std::int64_t>(counts[p].edges);
    if (counts[p].synapses == 0) ++sum.cells_without_synapses;
    if (counts[p].edges == counts[p].synapses) continue;
    ++sum.cells_unconnected;
    if (sum.first_unconnected < 0) sum.first_unconnected = gid;
  }
}

ConnectionSummary::Sum ConnectionSummary::OverRanks(parallel::Ranks& ranks,
                                                    const Sum& mine) {
  Sum all;
  const Sum one[] = {mine};
  for (const Sum& sum :
       parallel::AllGatherValues(ranks, absl::MakeConstSpan(one))) {
    all.cells += sum.cells;
    all.synapses += sum.synapses;
    all.edges += sum.edges;
    all.cells_unconnected += sum.cells_unconnected;
    all.cells_without_synapses += sum.cells_without_synapses;
    if (all.first_unconnected < 0)
      all.first_unconnected = sum.first_unconnected;
  }
  return all;
}

nlohmann::json ConnectionSummary::Finish(
    StepContext& ctx, const std::string& population,
    const std::vector<build::ProjectionRule>& rules) {
  nlohmann::json report = nlohmann::json::object();
  for (std::size_t p = 0; p < rules.size(); ++p) {
    const Sum sum = OverRanks(ctx.ranks, sums_[p]);
    const std::int64_t unconnected = sum.synapses - sum.edges;
    report[rules[p].source] = {
        {"synapses", sum.synapses},
        {"edges", sum.edges},
        {"unconnected", unconnected},
        {"cells_unconnected", sum.cells_unconnected},
        {"cells_without_synapses", sum.cells_without_synapses}};
    if (!ctx.ranks.is_root()) continue;
    const std::string name =
        absl::StrCat("Projection ", rules[p].source, " -> ", population, ": ");
    if (unconnected > 0)
      ctx.observer.Warning(absl::StrCat(
          name, unconnected, " synapses on ", sum.cells_unconnected, " of ",
          sum.cells, " cells (first gid ", sum.first_unconnected, ") have no ",
          rules[p].source,
          " cell within the axon extent and stay unconnected."));
    if (sum.cells_without_synapses > 0)
      ctx.observer.Warning(absl::StrCat(name, sum.cells_without_synapses,
                                        " of ", sum.cells,
                                        " cells have no synapses for it."));
  }
  return report;
}

}  // namespace miv::worker
