// generate_connections: the projections onto a population.

#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/projection_stream.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/writer.h"
#include "worker/build/connectivity/connector.h"
#include "worker/build/steps/arc_positions.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/connection_config.h"
#include "worker/build/steps/connection_summary.h"
#include "worker/build/steps/model_names.h"
#include "worker/build/steps/model_steps.h"
#include "worker/build/steps/rank_share.h"
#include "worker/build/steps/rounds.h"
#include "worker/build/steps/synapse_blocks.h"
#include "worker/parallel/parallel_file.h"

namespace miv::worker {
namespace {

// Synapses that a rank holds at once (about 60 bytes each, with their edges).
constexpr std::uint64_t kSynapsesPerBlock = 1'000'000;

struct Plan {
  neuroh5::Reader synapses;
  neuroh5::Population population;
  std::string name_space;             // of the synapses
  build::SourcePopulation positions;  // of the destinations
  build::ConnectionPlan connections;
  neuroh5::CellCounts cells;  // destinations and their synapses

  SynapseSource source() const {
    return {&synapses, population.name, name_space};
  }
};

absl::Status CheckTypes(const neuroh5::Reader& synapses,
                        const neuroh5::Reader& distances) {
  if (synapses.types().populations == distances.types().populations)
    return absl::OkStatus();
  return InvalidInput(
      {.reason = "INCONSISTENT_INPUT",
       .file = synapses.path(),
       .what = "synapses and distances are of networks with other populations",
       .remedy = "Build both on the same h5_types step."});
}

absl::StatusOr<build::ConnectionPlan> ConnectionsOf(
    ConnectionModel model, const neuroh5::Reader& distances,
    const std::string& name_space) {
  std::vector<build::ConnectionPlan::Source> sources;
  for (std::size_t p = 0; p < model.rules.size(); ++p) {
    MIV_ASSIGN_OR_RETURN(
        auto positions,
        ReadArcPositions(distances, model.rules[p].source, name_space));
    sources.push_back({std::move(positions), std::move(model.kernels[p])});
  }
  return build::ConnectionPlan::Create(
      std::move(model.rules), std::move(sources), {model.allow_autapses});
}

absl::StatusOr<Plan> MakePlan(const StepContext& ctx) {
  MIV_ASSIGN_OR_RETURN(const StepInput synapse_file, InputOf(ctx, "synapses"));
  MIV_ASSIGN_OR_RETURN(const StepInput distance_file,
                       InputOf(ctx, "distances"));
  MIV_ASSIGN_OR_RETURN(auto synapses, neuroh5::Reader::Open(synapse_file.path));
  MIV_ASSIGN_OR_RETURN(const auto distances,
                       neuroh5::Reader::Open(distance_file.path));
  MIV_RETURN_IF_ERROR(CheckTypes(synapses, distances));
  MIV_ASSIGN_OR_RETURN(const std::string name,
                       TextField(ctx.config, "population"));
  MIV_ASSIGN_OR_RETURN(const auto population, synapses.types().Get(name));
  MIV_ASSIGN_OR_RETURN(const LayerNames layers, LayerNames::Of(ctx.config));
  MIV_ASSIGN_OR_RETURN(auto model, ConnectionModelOf(ctx.config, name, layers));
  MIV_ASSIGN_OR_RETURN(const std::string distance_space,
                       TextField(ctx.config, "distances_namespace"));
  MIV_ASSIGN_OR_RETURN(std::string synapse_space,
                       TextField(ctx.config, "synapses_namespace"));
  MIV_ASSIGN_OR_RETURN(auto positions,
                       ReadArcPositions(distances, name, distance_space));
  MIV_ASSIGN_OR_RETURN(
      auto connections,
      ConnectionsOf(std::move(model), distances, distance_space));
  Plan plan{std::move(synapses),      population,
            std::move(synapse_space), std::move(positions),
            std::move(connections),   {}};
  MIV_ASSIGN_OR_RETURN(plan.cells, CellsOf(plan.source()));
  return plan;
}

// The work of one rank.
class RankConnections {
 public:
  RankConnections(StepContext& ctx, const Plan& plan)
      : ctx_(ctx),
        plan_(plan),
        connector_(plan.connections),
        edges_per_cell_(plan.connections.size()),
        summary_(plan.connections.size()) {
    const std::vector<std::uint32_t>& gids = plan.cells.gids;
    const std::vector<std::uint64_t>& counts = plan.cells.counts;
    const Share mine =
        ShareByWeight(counts, ctx.ranks.rank(), ctx.ranks.size());
    gids_.assign(gids.begin() + static_cast<std::ptrdiff_t>(mine.begin),
                 gids.begin() + static_cast<std::ptrdiff_t>(mine.end));
    blocks_ =
        RunsOf(absl::MakeConstSpan(counts).subspan(mine.begin, mine.size()),
               kSynapsesPerBlock);
  }

  std::size_t cells() const { return gids_.size(); }
  std::uint64_t synapses() const { return synapses_; }
  std::uint64_t edges() const { return edges_; }
  ConnectionSummary& summary() { return summary_; }

  std::size_t blocks() const { return blocks_.size() - 1; }

  // Deals the synapses of a block and notes the edges of its cells.
  absl::StatusOr<std::uint64_t> Count(std::size_t block) {
    MIV_RETURN_IF_ERROR(Read(block));
    const SynapseBlock& read = read_;
    for (std::size_t i = 0; i < read.size(); ++i) {
      MIV_RETURN_IF_ERROR(
          connector_.Count(CellOf(read, i), ctx_.seed, counts_));
      summary_.Add(read.gids[i], counts_);
      for (std::size_t p = 0; p < counts_.size(); ++p) {
        edges_per_cell_[p].push_back(counts_[p].edges);
        synapses_ += counts_[p].synapses;
        edges_ += counts_[p].edges;
      }
    }
    return read.syn_ids.size();
  }

  // Collective.
  absl::Status CreateStreams(neuroh5::Writer& writer) {
    using neuroh5::ValueType;
    const neuroh5::EdgeAttributeName attributes[] = {
        {neuroh5::kConnections, neuroh5::kDistance, ValueType::kF32},
        {neuroh5::kSynapses, neuroh5::kSynId, ValueType::kU32}};
    const auto& rules = plan_.connections.rules();
    for (std::size_t p = 0; p < rules.size(); ++p) {
      MIV_ASSIGN_OR_RETURN(auto stream,
                           neuroh5::ProjectionStream::Create(
                               writer, {plan_.population.name, rules[p].source},
                               gids_, edges_per_cell_[p], attributes));
      streams_.push_back(std::move(stream));
    }
    return absl::OkStatus();
  }

  // Gives the synapses of a block their sources and writes the edges.
  absl::StatusOr<std::uint64_t> Connect(std::size_t block) {
    MIV_RETURN_IF_ERROR(Read(block));
    const SynapseBlock& read = read_;
    std::vector<neuroh5::Edges> out(streams_.size());
    std::vector<build::ProjectionEdges> columns(streams_.size());
    std::uint64_t edges = 0;
    for (std::size_t i = 0; i < read.size(); ++i) {
      MIV_RETURN_IF_ERROR(
          connector_.Connect(CellOf(read, i), ctx_.seed, cell_edges_, counts_));
      for (std::size_t p = 0; p < out.size(); ++p) {
        const build::ProjectionEdges& from = cell_edges_[p];
        out[p].dst_gids.push_back(read.gids[i]);
        Append(from.sources, out[p].src_gids);
        Append(from.distances, columns[p].distances);
        Append(from.syn_ids, columns[p].syn_ids);
        out[p].offsets.push_back(out[p].src_gids.size());
      }
    }
    for (std::size_t p = 0; p < out.size(); ++p) {
      out[p].attributes.emplace_back(std::move(columns[p].distances));
      out[p].attributes.emplace_back(std::move(columns[p].syn_ids));
      edges += out[p].src_gids.size();
      MIV_RETURN_IF_ERROR(streams_[p].Write(std::move(out[p])));
    }
    return edges;
  }

  // Collective.
  absl::Status FinishStreams() {
    for (auto& stream : streams_) MIV_RETURN_IF_ERROR(stream.Finish());
    return absl::OkStatus();
  }

 private:
  template <typename T>
  static void Append(const std::vector<T>& from, std::vector<T>& to) {
    to.insert(to.end(), from.begin(), from.end());
  }

  absl::Status Read(std::size_t block) {
    const auto at = [&](std::size_t b) {
      return gids_.begin() + static_cast<std::ptrdiff_t>(blocks_[b]);
    };
    return ReadSynapses(plan_.source(), {at(block), at(block + 1)}, &read_);
  }

  build::CellSynapses CellOf(const SynapseBlock& read, std::size_t i) const {
    const std::size_t row = read.gids[i] - plan_.positions.start;
    return read.Cell(i, plan_.positions.u[row], plan_.positions.v[row]);
  }

  StepContext& ctx_;
  const Plan& plan_;
  build::Connector connector_;
  std::vector<std::uint32_t> gids_;
  std::vector<std::size_t> blocks_;  // their first cells, and the end
  SynapseBlock read_;
  std::vector<std::vector<std::uint64_t>> edges_per_cell_;  // by projection
  std::vector<neuroh5::ProjectionStream> streams_;          // by projection
  std::vector<build::ProjectionEdges> cell_edges_;
  std::vector<build::ProjectionCounts> counts_;
  ConnectionSummary summary_;
  std::uint64_t synapses_ = 0, edges_ = 0;
};

absl::Status WriteConnections(StepContext& ctx, const Plan& plan,
                              RankConnections& work) {
  MIV_ASSIGN_OR_RETURN(const auto access, parallel::AccessFor(ctx.ranks));
  MIV_ASSIGN_OR_RETURN(
      neuroh5::Writer writer,
      neuroh5::Writer::Create(JoinPath(ctx.output_directory, "connectivity.h5"),
                              access, plan.synapses.types()));
  MIV_RETURN_IF_ERROR(work.CreateStreams(writer));
  const auto edges = static_cast<std::uint64_t>(
      ctx.ranks.Sum(static_cast<std::int64_t>(work.edges())));
  MIV_RETURN_IF_ERROR(
      RunInRounds(ctx, work.blocks(), {"choose sources", "edges", edges},
                  [&](std::size_t block) { return work.Connect(block); }));
  MIV_RETURN_IF_ERROR(work.FinishStreams());
  return writer.Close();
}

}  // namespace

absl::StatusOr<nlohmann::json> GenerateConnectionsStep(StepContext& ctx) {
  WorkMeter meter;
  const auto plan = MakePlan(ctx);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(plan.status()));
  RankConnections work(ctx, *plan);
  const std::uint64_t synapses = std::accumulate(
      plan->cells.counts.begin(), plan->cells.counts.end(), std::uint64_t{0});
  MIV_RETURN_IF_ERROR(
      RunInRounds(ctx, work.blocks(), {"deal synapses", "synapses", synapses},
                  [&](std::size_t block) { return work.Count(block); }));
  const nlohmann::json projections = work.summary().Finish(
      ctx, plan->population.name, plan->connections.rules());
  MIV_RETURN_IF_ERROR(WriteConnections(ctx, *plan, work));
  meter.AddCells(work.cells());
  meter.AddSynapses(work.synapses());
  meter.AddEdges(work.edges());
  nlohmann::json report = meter.Report(ctx.ranks);
  report["projections"] = projections;
  return report;
}

}  // namespace miv::worker
