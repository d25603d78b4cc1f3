#include "worker/simulate/synapses/connect_cells.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"
#include "worker/simulate/synapses/reduced_layout.h"
#include "worker/simulate/synapses/synapse_block.h"

namespace miv::simulate {
namespace {

/// Cells whose synapses are in memory at the same time.
constexpr std::size_t kBlock = 16;

/// One post-synaptic population being connected.
struct Connecting {
  worker::StepContext& ctx;
  neuron::Network& network;
  const LoadedCells& cells;
  const ConnectionSource& source;
  ConnectionWitness* witness;
  const LoadedPopulation& population;
  std::vector<neuroh5::Projection> projections;  ///< by source
  /// By source: its population if some of its gids are no cells, else null.
  std::vector<const LoadedPopulation*> incomplete;
  std::unique_ptr<SynapseVariants> variants;
  PlanRules rules;
  std::vector<neuron::PointProcessHandle> point_processes;
  std::vector<neuron::ConnectionHandle> connections;
};

absl::Status WithCell(const absl::Status& status, const std::string& population,
                      std::int64_t gid) {
  if (status.ok()) return status;
  Fault context;
  context.phase = "connections";
  context.field = absl::StrCat("synapses.", population);
  context.gid = gid;
  return WithContext(status, context);
}

/// The projections onto a population, in the order of the populations' index.
absl::Status OpenProjections(Connecting& job,
                             std::vector<std::string>* sources) {
  MIV_ASSIGN_OR_RETURN(const std::vector<neuroh5::ProjectionName> names,
                       job.source.connections.Projections());
  for (const neuroh5::Population& pre : job.source.cells.types().populations) {
    const neuroh5::ProjectionName name{job.population.info.name, pre.name};
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    MIV_ASSIGN_OR_RETURN(
        neuroh5::Projection projection,
        neuroh5::Projection::Open(job.source.connections, name));
    job.projections.push_back(std::move(projection));
    sources->push_back(pre.name);
    const LoadedPopulation& loaded =
        job.cells.populations[job.cells.Find(pre.name)];
    job.incomplete.push_back(loaded.gids.size() == pre.count ? nullptr
                                                             : &loaded);
    const auto velocity = job.source.velocity.find(pre.name);
    job.rules.velocity.push_back(velocity == job.source.velocity.end()
                                     ? job.source.default_velocity
                                     : velocity->second);
  }
  return absl::OkStatus();
}

absl::Status CheckFiles(const Connecting& job) {
  const auto& cells = job.source.cells.types().populations;
  const auto& connections = job.source.connections.types().populations;
  if (cells == connections) return absl::OkStatus();
  Fault fault;
  fault.reason = "FILES_DIFFER";
  fault.file = job.source.connections.path();
  fault.what = "the populations differ from those of the cells";
  fault.found = absl::StrCat("cells of ", job.source.cells.path());
  fault.remedy = "Use the cells and connections of one graph.";
  return InvalidInput(fault);
}

/// Every namespace of weights exists; what it holds of no synapse is reported.
absl::Status CheckWeights(const Connecting& job) {
  const std::string& population = job.population.info.name;
  for (const WeightSource& source : job.population.type.weights) {
    MIV_ASSIGN_OR_RETURN(
        const auto attributes,
        job.source.cells.CellAttributes(population, source.name_space));
    for (const neuroh5::CellAttributeInfo& info : attributes) {
      if (info.name == neuroh5::kSynId || job.variants->HasName(info.name) ||
          !job.ctx.ranks.is_root()) {
        continue;
      }
      job.ctx.observer.Warning(absl::StrCat(
          source.name_space, " of ", population, " has weights of ", info.name,
          ", which is no synapse of any projection onto these cells"));
    }
  }
  return absl::OkStatus();
}

absl::Status Prepare(Connecting& job, neuron::Engine& engine) {
  MIV_RETURN_IF_ERROR(CheckFiles(job));
  std::vector<std::string> sources;
  MIV_RETURN_IF_ERROR(OpenProjections(job, &sources));
  job.rules.dt_ms = job.source.dt_ms;
  job.rules.unique = job.population.type.unique_synapses;
  MIV_ASSIGN_OR_RETURN(
      job.variants,
      SynapseVariants::Create(
          engine, {job.population.info.name, sources, job.source.synapses,
                   job.source.mechanisms, job.source.scope}));
  MIV_RETURN_IF_ERROR(CheckWeights(job));
  if (!job.ctx.ranks.is_root()) return absl::OkStatus();
  for (const std::string& mechanism : job.variants->cleared_weights()) {
    job.ctx.observer.Warning(absl::StrCat(
        "mechanism ", mechanism,
        ": NET_RECEIVE has no INITIAL block, so NEURON sets every weight after "
        "the first to 0 at initialisation and these synapses stay silent; add "
        "an empty INITIAL {} to NET_RECEIVE"));
  }
  return absl::OkStatus();
}

std::vector<neuron::IndexedValue> DelayValues(const ParameterSet& set,
                                              double delay, bool weights) {
  std::vector<neuron::IndexedValue> values;
  for (const DelayDependent& dependent : set.delay_dependent) {
    if (dependent.weight != weights) continue;
    values.emplace_back(dependent.index, dependent.expression.Evaluate(delay));
  }
  return values;
}

/// The second stage: what is written when all synapses exist, and per-synapse
/// weights, which win over everything.
void WriteAfterwards(const Connecting& job, const CellSynapses& synapses,
                     const ConnectionTable& table,
                     const SynapseWeights& weights, std::uint32_t gid) {
  if (!job.variants->has_second_stage() && weights.empty()) return;
  for (std::size_t i = 0; i < table.connections.size(); ++i) {
    const PlannedConnection& planned = table.connections[i];
    const SynapseVariant& variant = job.variants->variant(planned.variant);
    const auto point_process = job.point_processes[planned.point_process];
    const auto connection = job.connections[i];
    for (const ParameterSet* set : {&variant.values, &variant.afterwards}) {
      neuron::Write(point_process, connection,
                    DelayValues(*set, planned.delay_ms, false),
                    DelayValues(*set, planned.delay_ms, true));
      if (set == &variant.values) {
        neuron::Write(point_process, connection, variant.afterwards.parameters,
                      variant.afterwards.weights);
      }
    }
    const auto named = weights.find(variant.name);
    if (named == weights.end()) continue;
    const auto weight =
        named->second.find({gid, synapses.ids[planned.synapse]});
    if (weight == named->second.end()) continue;
    neuron::Write(point_process, connection, {},
                  {{variant.weight_slot, weight->second}});
  }
}

/// NEURON would wait for spikes of a source that does not exist.
absl::Status CheckSources(const Connecting& job,
                          const std::vector<CellEdges>& projections) {
  for (const CellEdges& edges : projections) {
    const LoadedPopulation* source = job.incomplete[edges.source];
    if (source == nullptr) continue;
    for (const std::uint32_t gid : edges.src_gids) {
      if (std::binary_search(source->gids.begin(), source->gids.end(), gid)) {
        continue;
      }
      Fault fault;
      fault.reason = "EDGE";
      fault.what = absl::StrCat("an edge comes from gid ", gid, " of ",
                                source->info.name, ", which is no cell");
      fault.remedy = "The file of cells needs a tree for every source cell.";
      return InvalidInput(fault);
    }
  }
  return absl::OkStatus();
}

absl::Status CreateAll(Connecting& job, const ModelCell& cell,
                       const ConnectionTable& table) {
  std::vector<neuron::PointProcessPlan> point_processes;
  point_processes.reserve(table.point_processes.size());
  for (const PlannedPointProcess& planned : table.point_processes) {
    point_processes.push_back({job.variants->variant(planned.variant).type,
                               cell.sections[planned.section], planned.x});
  }
  std::vector<neuron::ConnectionPlan> connections;
  connections.reserve(table.connections.size());
  for (const PlannedConnection& planned : table.connections) {
    const ParameterSet& set = job.variants->variant(planned.variant).values;
    connections.push_back({planned.src_gid, planned.point_process,
                           planned.delay_ms, set.parameters, set.weights});
  }
  job.point_processes.clear();
  job.connections.clear();
  return job.network.Connect(point_processes, connections, &job.point_processes,
                             &job.connections);
}

std::vector<int> SegmentsOf(const ModelCell& cell) {
  std::vector<int> nseg;
  nseg.reserve(cell.tree.size());
  for (const TreeSection& section : cell.tree) nseg.push_back(section.nseg);
  return nseg;
}

absl::StatusOr<ConnectionTable> PlanCell(const Connecting& job,
                                         const ModelCell& cell,
                                         const SynapseBlockData& data,
                                         const CellSynapses& synapses,
                                         const std::vector<CellEdges>& edges) {
  std::optional<ReducedSections> reduced;
  if (job.population.type.reduced) {
    reduced.emplace(ReducedLayoutOf(cell), synapses.swc_types,
                    data.LayersOf(cell.gid));
  }
  return PlanConnections(synapses, edges, SegmentsOf(cell), *job.variants,
                         job.rules, reduced ? &*reduced : nullptr);
}

absl::Status ConnectCell(Connecting& job, const ModelCell& cell,
                         const SynapseBlockData& data,
                         ConnectionCounts* counts) {
  const CellSynapses synapses = data.SynapsesOf(cell.gid);
  const std::vector<CellEdges> edges = data.EdgesOf(cell.gid);
  MIV_RETURN_IF_ERROR(CheckSources(job, edges));
  MIV_ASSIGN_OR_RETURN(const ConnectionTable table,
                       PlanCell(job, cell, data, synapses, edges));
  MIV_RETURN_IF_ERROR(CreateAll(job, cell, table));
  WriteAfterwards(job, synapses, table, data.weights(), cell.gid);
  counts->synapses += synapses.ids.size() - table.unconnected;
  counts->unconnected += table.unconnected;
  counts->point_processes += table.point_processes.size();
  counts->connections += table.connections.size();
  if (job.witness == nullptr) return absl::OkStatus();
  return job.witness->OnCell({cell, synapses, table, *job.variants,
                              job.point_processes, job.connections});
}

absl::Status ConnectBlock(Connecting& job,
                          absl::Span<const ModelCell* const> block,
                          ConnectionCounts* counts) {
  if (block.empty()) return absl::OkStatus();
  const std::string& name = job.population.info.name;
  std::vector<std::uint32_t> gids;
  for (const ModelCell* cell : block) gids.push_back(cell->gid);
  const auto data = SynapseBlockData::Read(
      job.source.cells, job.population.type, job.projections, gids);
  MIV_RETURN_IF_ERROR(WithCell(data.status(), name, -1));
  for (const ModelCell* cell : block) {
    MIV_RETURN_IF_ERROR(
        WithCell(ConnectCell(job, *cell, *data, counts), name, cell->gid));
  }
  return absl::OkStatus();
}

/// This rank's cells of a population.
std::vector<const ModelCell*> CellsOf(const LoadedCells& cells,
                                      int population) {
  std::vector<const ModelCell*> found;
  for (const auto& cell : cells.cells) {
    if (cell->population == population) found.push_back(cell.get());
  }
  return found;
}

/// Collective.
absl::Status ConnectPopulation(Connecting& job, neuron::Engine& engine,
                               int population, std::uint64_t* done,
                               std::uint64_t total, ConnectionCounts* counts) {
  worker::StepContext& ctx = job.ctx;
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(
      WithCell(Prepare(job, engine), job.population.info.name, -1)));
  if (job.projections.empty()) return absl::OkStatus();
  const std::vector<const ModelCell*> own = CellsOf(job.cells, population);
  std::size_t largest = 0;
  for (const std::int64_t count :
       ctx.ranks.AllGather(static_cast<std::int64_t>(own.size()))) {
    largest = std::max(largest, static_cast<std::size_t>(count));
  }
  for (std::size_t first = 0; first < largest; first += kBlock) {
    const auto block =
        absl::MakeConstSpan(own).subspan(std::min(first, own.size()), kBlock);
    MIV_RETURN_IF_ERROR(
        ctx.ranks.AgreeOnStatus(ConnectBlock(job, block, counts)));
    *done += block.size();
    ctx.observer.Progress("connections", static_cast<double>(*done),
                          static_cast<double>(total), "cells");
    if (worker::StopRequested(ctx)) return worker::StoppedStatus();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ConnectionCounts> ConnectCells(worker::StepContext& ctx,
                                              neuron::Engine& engine,
                                              neuron::Network& network,
                                              const LoadedCells& cells,
                                              const ConnectionSource& source,
                                              ConnectionWitness* witness) {
  ConnectionCounts counts;
  std::uint64_t total = 0;
  for (const auto& cell : cells.cells) total += cell->artificial ? 0 : 1;
  std::uint64_t done = 0;
  ctx.observer.Progress("connections", 0, static_cast<double>(total), "cells");
  for (std::size_t i = 0; i < cells.populations.size(); ++i) {
    if (cells.populations[i].artificial) continue;
    Connecting job{ctx, network, cells, source, witness, cells.populations[i]};
    MIV_RETURN_IF_ERROR(ConnectPopulation(job, engine, static_cast<int>(i),
                                          &done, total, &counts));
  }
  return counts;
}

}  // namespace miv::simulate
