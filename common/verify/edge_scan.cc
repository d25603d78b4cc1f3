#include "common/verify/edge_scan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status_macros.h"

namespace miv::verify {
namespace {

constexpr double kTolerance = 1e-3;          // um
constexpr double kRelativeTolerance = 1e-6;  // of float32

template <typename T>
T ValueAt(const neuroh5::Edges& edges, int attribute, std::size_t edge) {
  return std::visit(
      [edge](const auto& values) { return static_cast<T>(values[edge]); },
      edges.attributes[static_cast<std::size_t>(attribute)]);
}

Tally Typed(const std::string& subject, int type) {
  return Tally("projection_type", subject,
               absl::StrCat("synapses of one type, ", SynapseTypeName(type)));
}

}  // namespace

EdgeScan::State::State(const std::string& name, const StoredProjection& from)
    : subject(name),
      stored(from),
      types{Typed(name, 0), Typed(name, 1), Typed(name, 2)},
      sorted("edges_sorted", name, "sources of a destination ascending"),
      exists("edge_synapse_exists", name, "the destination has the synapse"),
      targets("projection_targets", name,
              "synapses of the projection's sections and layers"),
      distance("edge_distance", name, "|dU| + |dV| within 0.001 um"),
      reach("source_reach", name,
            "|dU| and |dV| below half the width (3 sigma)"),
      autapses("autapses", name, "no cell connects to itself"),
      contacts("contacts", name, "the config's contacts for each choice") {}

EdgeScan::EdgeScan(const Work& work, const neuroh5::Population& population)
    : population_(population.name),
      start_(population.start),
      once_("edge_synapse_once", population.name,
            "at most one edge for a synapse"),
      connected_("synapses_connected", population.name,
                 "an edge for every synapse") {
  const auto expected = work.expected.connections.find(population.name);
  if (expected != work.expected.connections.end())
    expected_ = &expected->second;
}

absl::StatusOr<std::unique_ptr<EdgeScan>> EdgeScan::Create(
    const Work& work, const neuroh5::Population& population,
    const std::vector<StoredProjection>& projections) {
  std::unique_ptr<EdgeScan> scan(new EdgeScan(work, population));
  MIV_ASSIGN_OR_RETURN(scan->arcs_, ReadArcs(work.cells, population));
  std::vector<std::string> names;
  for (const StoredProjection& stored : projections) {
    names.push_back(stored.source.name);
    auto state = std::make_unique<State>(
        absl::StrCat(stored.source.name, "->", population.name), stored);
    MIV_ASSIGN_OR_RETURN(state->arcs, ReadArcs(work.cells, stored.source));
    if (scan->expected_ != nullptr) {
      const auto found = scan->expected_->sources.find(stored.source.name);
      if (found != scan->expected_->sources.end())
        state->expected = &found->second;
    }
    if (state->expected != nullptr && !scan->arcs_.empty() &&
        !state->arcs.empty()) {
      const bool self =
          stored.source.name == population.name && !scan->expected_->autapses;
      state->sources = std::make_unique<SourceStatistics>(
          *state->expected, state->arcs,
          self ? static_cast<std::int64_t>(stored.source.start) : -1);
      state->stride =
          SourceStatistics::StrideFor(population.count, stored.source.count);
    }
    scan->states_.push_back(std::move(state));
  }
  if (scan->expected_ != nullptr)
    scan->shares_ = std::make_unique<ShareStatistics>(population.name, names,
                                                      *scan->expected_);
  return scan;
}

void EdgeScan::Take(const CellSynapses& cell, const SynapseIndex& index,
                    const PopulationBlock& block,
                    const std::vector<int>& rows) {
  ++cells_;
  synapses_ += cell.count;
  taken_.assign(cell.count, -1);
  for (std::size_t p = 0; p < states_.size(); ++p)
    if (rows[p] >= 0) TakeProjection(cell, index, block.edges[p], rows[p], p);
  TakeUnconnected(cell);
  if (shares_ == nullptr) return;
  shares_->Begin();
  for (std::size_t i = 0; i < cell.count; ++i)
    shares_->Synapse({cell.swc_type(i), cell.type(i), cell.layer(i)},
                     taken_[i]);
  shares_->End();
}

void EdgeScan::TakeProjection(const CellSynapses& cell,
                              const SynapseIndex& index,
                              const neuroh5::Edges& edges, int row,
                              std::size_t p) {
  State& state = *states_[p];
  const std::uint64_t first = edges.offsets[row], last = edges.offsets[row + 1];
  state.edges += last - first;
  sampled_ =
      state.sources != nullptr && (cell.gid - start_) % state.stride == 0;
  if (sampled_)
    state.sources->Begin(cell.gid, arcs_.u[cell.gid - start_],
                         arcs_.v[cell.gid - start_]);
  by_layer_.clear();
  for (std::uint64_t e = first; e < last; ++e) {
    Edge edge{edges.src_gids[e], -1, 0};
    if (e > first && edge.source < edges.src_gids[e - 1])
      state.sorted.Offend(cell.gid, -1, [&] {
        return absl::StrCat("source ", edge.source, " after ",
                            edges.src_gids[e - 1]);
      });
    if (state.stored.distance >= 0)
      edge.distance = ValueAt<float>(edges, state.stored.distance, e);
    int layer = -1;
    if (state.stored.syn_id >= 0) {
      edge.syn_id = ValueAt<std::int64_t>(edges, state.stored.syn_id, e);
      const auto at = index.Find(edge.syn_id);
      if (at) {
        layer = cell.layer(*at);
        TakeSynapse(cell, *at, edge, p);
      } else {
        state.exists.Expect(false, cell.gid, edge.syn_id);
      }
    }
    TakeSource(cell.gid, layer, edge, p);
  }
  if (sampled_) state.sources->End();
  TakeContacts(cell.gid, state);
}

void EdgeScan::TakeSynapse(const CellSynapses& cell, std::size_t at,
                           const Edge& edge, std::size_t p) {
  State& state = *states_[p];
  if (taken_[at] >= 0)
    once_.Offend(cell.gid, edge.syn_id, [&] {
      return absl::StrCat("from ", states_[taken_[at]]->stored.source.name,
                          " and ", state.stored.source.name);
    });
  taken_[at] = static_cast<int>(p);
  const int type = cell.type(at);
  if (type >= 0 && type <= 2) {
    ++state.type_counts[type];
    for (int other = 0; other < 3; ++other)
      if (other != type)
        state.types[other].Offend(cell.gid, edge.syn_id, [&] {
          return absl::StrCat(SynapseTypeName(type), " synapse");
        });
  }
  if (state.expected != nullptr && !state.expected->proportions.contains(
                                       {cell.swc_type(at), cell.layer(at)}))
    state.targets.Offend(cell.gid, edge.syn_id, [&] {
      return absl::StrCat("on ", SectionClassName(cell.swc_type(at)),
                          " in layer ", cell.layer(at));
    });
}

void EdgeScan::TakeSource(std::uint32_t gid, int layer, const Edge& edge,
                          std::size_t p) {
  State& state = *states_[p];
  if (edge.source == gid && state.stored.source.name == population_)
    state.autapses.Expect(false, gid, edge.syn_id);
  if (arcs_.empty() || state.arcs.empty()) return;
  const std::size_t source = edge.source - state.stored.source.start;
  const double du =
      static_cast<double>(state.arcs.u[source]) - arcs_.u[gid - start_];
  const double dv =
      static_cast<double>(state.arcs.v[source]) - arcs_.v[gid - start_];
  const double distance = std::fabs(du) + std::fabs(dv);
  if (state.stored.distance >= 0) {
    const double error = std::fabs(edge.distance - distance);
    state.distance.Largest(error);
    if (!(error <= kTolerance + kRelativeTolerance * distance))
      state.distance.Offend(gid, edge.syn_id, [&] {
        return absl::StrFormat("%g instead of %g um from gid %d", edge.distance,
                               distance, edge.source);
      });
  }
  if (state.expected == nullptr) return;
  const int k = state.expected->KernelIn(layer);
  if (k < 0) return;
  const Kernel& kernel = state.expected->kernels[static_cast<std::size_t>(k)];
  if (!(std::fabs(du) < kernel.reach(0) + kTolerance &&
        std::fabs(dv) < kernel.reach(1) + kTolerance))
    state.reach.Offend(gid, edge.syn_id, [&] {
      return absl::StrFormat("gid %d at dU = %.2f, dV = %.2f um", edge.source,
                             du, dv);
    });
  if (sampled_) state.sources->Edge(k, du, dv);
  if (state.expected->contacts > 1) by_layer_.emplace_back(layer, edge.source);
}

// Of a cell's n synapses in one layer, ceil(n / contacts) choices of a source
// give ceil(contacts) synapses each, and what is beyond n is dropped: the
// sources account for no more choices than that.
void EdgeScan::TakeContacts(std::uint32_t gid, State& state) {
  if (by_layer_.empty()) return;
  const double contacts = state.expected->contacts, each = std::ceil(contacts);
  std::sort(by_layer_.begin(), by_layer_.end());
  std::map<int, std::pair<double, double>> layers;  // synapses, choices
  for (std::size_t i = 0; i < by_layer_.size();) {
    std::size_t j = i;
    while (j < by_layer_.size() && by_layer_[j] == by_layer_[i]) ++j;
    auto& [synapses, choices] = layers[by_layer_[i].first];
    synapses += static_cast<double>(j - i);
    choices += std::ceil(static_cast<double>(j - i) / each);
    i = j;
  }
  for (const auto& [layer, sums] : layers) {
    state.contacts.SawItems(1);
    const double most = std::ceil(sums.first / contacts);
    if (sums.second > most)
      state.contacts.Offend(gid, -1, [&, layer = layer, sums = sums] {
        return absl::StrFormat("%.0f synapses of %.0f choices in layer %d",
                               sums.first, sums.second, layer);
      });
  }
}

void EdgeScan::TakeUnconnected(const CellSynapses& cell) {
  std::map<Category, bool> may_lack;
  for (std::size_t i = 0; i < cell.count; ++i) {
    if (taken_[i] >= 0) continue;
    ++unconnected_;
    const Category category{cell.swc_type(i), cell.type(i), cell.layer(i)};
    const auto [it, fresh] = may_lack.try_emplace(category, false);
    if (fresh) it->second = MayLackSource(cell, category);
    if (it->second) continue;
    connected_.Offend(cell.gid, cell.id(i),
                      [&] { return CategoryText(population_, category); });
  }
}

// Whether the config lets synapses of the category lie without a source: a
// projection that takes them has no candidate here.
bool EdgeScan::MayLackSource(const CellSynapses& cell,
                             const Category& category) {
  if (shares_ == nullptr) return false;
  for (std::size_t p = 0; p < states_.size(); ++p) {
    const State& state = *states_[p];
    if (state.sources != nullptr && shares_->Share(category, p) > 0 &&
        !state.sources->AnyCandidate(cell.gid, arcs_.u[cell.gid - start_],
                                     arcs_.v[cell.gid - start_],
                                     state.expected->KernelIn(category.layer)))
      return true;
  }
  return false;
}

}  // namespace miv::verify
