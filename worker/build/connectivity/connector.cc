#include "worker/build/connectivity/connector.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/keyed_rng.h"
#include "common/base/status_macros.h"
#include "worker/build/connectivity/sort_by_key.h"
#include "worker/build/morphology/morphology.h"

namespace miv::build {
namespace {

constexpr std::size_t kLayerCodes = 256;
constexpr double kContactSd = 2;

absl::Status NoProjection(const CellSynapses& cell, std::size_t i) {
  Fault fault;
  fault.reason = "SYNAPSE_WITHOUT_PROJECTION";
  fault.what =
      absl::StrCat("no projection takes the ", SynapseTypeName(cell.types[i]),
                   " synapses on ", SwcTypeName(cell.swc_types[i]),
                   " in layer ", static_cast<int>(cell.layers[i]));
  fault.gid = cell.gid;
  fault.remedy =
      "Add section and layer to a projection of this type, or set the density "
      "there to 0.";
  return InvalidInput(fault);
}

}  // namespace

void ProjectionEdges::Clear() {
  sources.clear();
  syn_ids.clear();
  distances.clear();
}

ConnectionPlan::ConnectionPlan(std::vector<ProjectionRule> rules,
                               SynapsePartition partition, Options options)
    : rules_(std::move(rules)),
      partition_(std::move(partition)),
      options_(options) {
  for (const ProjectionRule& rule : rules_)
    purposes_.push_back(absl::StrCat("source choice/", rule.source));
}

absl::StatusOr<ConnectionPlan> ConnectionPlan::Create(
    std::vector<ProjectionRule> rules, std::vector<Source> sources,
    const Options& options) {
  if (rules.size() != sources.size())
    return absl::InvalidArgumentError("one source per projection is needed");
  MIV_ASSIGN_OR_RETURN(SynapsePartition partition,
                       SynapsePartition::Create(rules));
  ConnectionPlan plan(std::move(rules), std::move(partition), options);
  for (std::size_t p = 0; p < sources.size(); ++p) {
    LayeredKernels& kernels = sources[p].kernels;
    for (const SynapseTarget& target : plan.rules_[p].targets)
      if (kernels.IndexFor(target.layer) < 0)
        return absl::InvalidArgumentError(absl::StrCat(
            "axon extents of ", plan.rules_[p].source, ": no entry for layer ",
            static_cast<int>(target.layer), " and no default"));
    double reach[] = {0, 0};
    for (const DistanceKernel& kernel : kernels.kernels())
      for (int a = 0; a < 2; ++a)
        reach[a] = std::max(reach[a], kernel.reach(a));
    MIV_ASSIGN_OR_RETURN(SourceIndex index,
                         SourceIndex::Create(std::move(sources[p].population),
                                             reach[0], reach[1]));
    plan.indices_.push_back(std::move(index));
    plan.kernels_.push_back(std::move(kernels));
  }
  return plan;
}

Connector::Connector(const ConnectionPlan& plan)
    : plan_(plan), group_at_(plan.size() * kLayerCodes, -1) {}

std::uint32_t Connector::GroupFor(std::uint32_t projection, std::int8_t layer) {
  std::int32_t& at =
      group_at_[projection * kLayerCodes + static_cast<std::uint8_t>(layer)];
  if (at < 0) {
    at = static_cast<std::int32_t>(groups_.size());
    groups_.push_back({projection, layer});
  }
  return static_cast<std::uint32_t>(at);
}

// Sets groups_ (sizes), group_of_ and the numbers of synapses.
absl::Status Connector::Deal(const CellSynapses& cell, std::int64_t seed,
                             std::vector<ProjectionCounts>& counts) {
  for (const Group& group : groups_)
    group_at_[group.projection * kLayerCodes +
              static_cast<std::uint8_t>(group.layer)] = -1;
  groups_.clear();
  pools_used_ = 0;
  counts.assign(plan_.size(), {});
  group_of_.resize(cell.syn_ids.size());
  KeyedRng rng(seed, "synapse partition", cell.gid);
  for (std::size_t i = 0; i < cell.syn_ids.size(); ++i) {
    const int category = plan_.partition_.CategoryOf(
        cell.types[i], cell.swc_types[i], cell.layers[i]);
    if (category < 0) return NoProjection(cell, i);
    const std::uint32_t projection = plan_.partition_.Choose(category, rng);
    group_of_[i] = GroupFor(projection, cell.layers[i]);
    ++groups_[group_of_[i]].size;
    ++counts[projection].synapses;
  }
  return absl::OkStatus();
}

// Sets members_: groups one after the other, each by (cdist, position).
void Connector::FillGroups(const CellSynapses& cell) {
  std::uint32_t first = 0;
  for (Group& group : groups_) {
    group.first = first;
    first += group.size;
  }
  items_.clear();
  for (std::size_t i = 0; i < cell.cdists.size(); ++i)
    items_.push_back(
        KeyedItem(SortableBits(cell.cdists[i]), static_cast<std::uint32_t>(i)));
  SortByKey(items_, scratch_);
  members_.resize(items_.size());
  for (const std::uint64_t item : items_)
    members_[groups_[group_of_[ValueOf(item)]].first++] = ValueOf(item);
  for (Group& group : groups_) group.first -= group.size;
}

std::uint32_t Connector::SelfIn(const SourceIndex& index,
                                std::uint32_t gid) const {
  const std::uint32_t start = index.population().start;
  const bool inside = gid >= start && gid - start < index.population().u.size();
  return inside && !plan_.options_.allow_autapses ? gid - start
                                                  : SourceIndex::kNobody;
}

const Connector::Pool& Connector::PoolFor(const CellSynapses& cell,
                                          std::uint32_t projection,
                                          int kernel) {
  for (std::size_t i = 0; i < pools_used_; ++i)
    if (pools_[i].projection == projection && pools_[i].kernel == kernel)
      return pools_[i];
  if (pools_used_ == pools_.size()) pools_.emplace_back();
  Pool& pool = pools_[pools_used_++];
  pool.projection = projection;
  pool.kernel = kernel;
  const SourceIndex& index = plan_.indices_[projection];
  index.Find(
      cell.u, cell.v,
      plan_.kernels_[projection].kernels()[static_cast<std::size_t>(kernel)],
      SelfIn(index, cell.gid), pool.candidates);
  if (!pool.candidates.empty()) pool.sampler.Reset(pool.candidates.weight);
  return pool;
}

// Sets source_of_ for the members of the group.
void Connector::ChooseSources(const Group& group, const Pool& pool,
                              KeyedRng rng) {
  const std::size_t n = pool.candidates.index.size();
  const double per_draw = plan_.rules_[group.projection].contacts;
  const double draws = std::ceil(group.size / per_draw);
  contacts_.assign(n, 0);
  for (double d = 0; d < draws; ++d) ++contacts_[pool.sampler.Draw(rng)];
  // Ascending uniform numbers as normalised sums of exponential gaps.
  centre_.resize(n);
  double sum = 0;
  for (double& centre : centre_) centre = sum += rng.Exponential();
  sum += rng.Exponential();
  items_.clear();
  const auto each = static_cast<std::uint32_t>(std::ceil(per_draw));
  for (std::uint32_t j = 0; j < n; ++j) {
    const double centre = 2 * centre_[j] / sum - 1;
    for (std::uint32_t c = contacts_[j] * each; c > 0; --c) {
      const double at = centre + kContactSd * rng.Normal();
      items_.push_back(KeyedItem(SortableBits(static_cast<float>(at)), j));
    }
  }
  SortByKey(items_, scratch_);
  for (std::uint32_t i = 0; i < group.size; ++i)
    source_of_[members_[group.first + i]] =
        pool.candidates.index[ValueOf(items_[i])];
}

// source_of_ of the projection's synapses, as edges.
void Connector::Emit(const CellSynapses& cell, std::uint32_t projection,
                     ProjectionEdges& edges) {
  const SourcePopulation& source = plan_.indices_[projection].population();
  items_.clear();
  for (std::size_t i = 0; i < cell.syn_ids.size(); ++i)
    if (groups_[group_of_[i]].projection == projection &&
        source_of_[i] != SourceIndex::kNobody)
      items_.push_back(KeyedItem(source_of_[i], static_cast<std::uint32_t>(i)));
  SortByKey(items_, scratch_);
  for (const std::uint64_t item : items_) {
    const std::uint32_t j = KeyOf(item);
    edges.sources.push_back(source.start + j);
    edges.syn_ids.push_back(cell.syn_ids[ValueOf(item)]);
    edges.distances.push_back(static_cast<float>(
        std::fabs(source.u[j] - cell.u) + std::fabs(source.v[j] - cell.v)));
  }
}

absl::Status Connector::Connect(const CellSynapses& cell, std::int64_t seed,
                                std::vector<ProjectionEdges>& edges,
                                std::vector<ProjectionCounts>& counts) {
  MIV_RETURN_IF_ERROR(Deal(cell, seed, counts));
  FillGroups(cell);
  source_of_.assign(cell.syn_ids.size(), SourceIndex::kNobody);
  for (const Group& group : groups_) {
    const int kernel = plan_.kernels_[group.projection].IndexFor(group.layer);
    const Pool& pool = PoolFor(cell, group.projection, kernel);
    if (pool.candidates.empty()) continue;
    ChooseSources(group, pool,
                  KeyedRng(seed, plan_.purposes_[group.projection], cell.gid,
                           static_cast<std::uint8_t>(group.layer)));
    counts[group.projection].edges += group.size;
  }
  edges.resize(plan_.size());
  for (std::uint32_t p = 0; p < plan_.size(); ++p) {
    edges[p].Clear();
    if (counts[p].edges > 0) Emit(cell, p, edges[p]);
  }
  return absl::OkStatus();
}

absl::Status Connector::Count(const CellSynapses& cell, std::int64_t seed,
                              std::vector<ProjectionCounts>& counts) {
  MIV_RETURN_IF_ERROR(Deal(cell, seed, counts));
  for (const Group& group : groups_) {
    const LayeredKernels& kernels = plan_.kernels_[group.projection];
    const SourceIndex& index = plan_.indices_[group.projection];
    const DistanceKernel& kernel =
        kernels
            .kernels()[static_cast<std::size_t>(kernels.IndexFor(group.layer))];
    if (index.Any(cell.u, cell.v, kernel, SelfIn(index, cell.gid)))
      counts[group.projection].edges += group.size;
  }
  return absl::OkStatus();
}

}  // namespace miv::build
