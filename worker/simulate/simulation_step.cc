#include "worker/simulate/simulation_step.h"

#include <chrono>
#include <ctime>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/simulate/lfp/lfp_recorder.h"
#include "worker/simulate/model.h"
#include "worker/simulate/neuron/integrator.h"
#include "worker/simulate/recordings/recorder.h"
#include "worker/simulate/results_file.h"
#include "worker/simulate/run_loop.h"
#include "worker/simulate/run_start.h"
#include "worker/simulate/simulation_config.h"

namespace miv::simulate {
namespace {

using nlohmann::json;

double CpuSeconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// The config without paths and resources: equal inputs give equal files.
json ConfigForManifest(json config) {
  for (const char* key : {"cells", "connections", "gap_junctions", "templates",
                          "mechanisms", "ranks", "nodes", "io_size", "debug"}) {
    config.erase(key);
  }
  return config;
}

json ManifestOf(worker::StepContext& ctx, const Model& model, double celsius,
                const std::vector<neuron::Spike>& spikes) {
  json cells = json::object();
  json spike_counts = json::object();
  for (const LoadedPopulation& population : model.cells.populations) {
    cells[population.info.name] = population.gids.size();
    spike_counts[population.info.name] = 0;
  }
  std::map<std::string, std::uint64_t> counts;
  for (const neuron::Spike& spike : spikes) {
    const auto* population = model.cell_file->types().OfGid(spike.gid);
    if (population != nullptr) ++counts[population->name];
  }
  for (const auto& [name, count] : counts) spike_counts[name] = count;
  return json{{"kind", "simulation"},
              {"config", ConfigForManifest(ctx.config)},
              {"seed", ctx.seed},
              {"neuron", model.engine->version()},
              {"compiler", absl::StrCat("GCC ", __VERSION__)},
              {"celsius", celsius},
              {"cells", std::move(cells)},
              {"spikes", std::move(spike_counts)}};
}

/// What is measured and recorded while the model runs.
struct Instruments {
  std::unique_ptr<LfpRecorder> lfp;
  std::unique_ptr<Recorder> recorder;
};

absl::Status StartModel(worker::StepContext& ctx,
                        const SimulationConfig& config, Model& model) {
  neuron::RunSettings settings;
  settings.dt_ms = config.dt_ms;
  settings.v_init_mv = config.v_init_mv;
  settings.secondorder = config.secondorder;
  settings.celsius = config.celsius;
  ctx.observer.Progress("initialisation", 0, 1, "model");
  return ctx.ranks.AgreeOnStatus(neuron::Initialise(*model.engine, settings));
}

absl::StatusOr<Instruments> MakeInstruments(worker::StepContext& ctx,
                                            const SimulationConfig& config,
                                            const Model& model) {
  Instruments instruments;
  MIV_ASSIGN_OR_RETURN(
      instruments.lfp,
      LfpRecorder::Create(ctx.ranks, {*model.engine, config.lfp, model.cells,
                                      *model.cell_file, config.dt_ms}));
  MIV_ASSIGN_OR_RETURN(instruments.recorder,
                       Recorder::Create(ctx.ranks, {config.record, model.cells,
                                                    ctx.seed, config.dt_ms}));
  return instruments;
}

/// Collective: a number of each rank as a list.
json PerRank(parallel::Ranks& ranks, std::uint64_t value) {
  return ranks.AllGather(static_cast<std::int64_t>(value));
}

json PerRankSeconds(parallel::Ranks& ranks, double seconds) {
  json list = json::array();
  for (const std::int64_t micros :
       ranks.AllGather(static_cast<std::int64_t>(seconds * 1e6))) {
    list.push_back(static_cast<double>(micros) * 1e-6);
  }
  return list;
}

absl::Status WriteFiles(worker::StepContext& ctx, const Results& results) {
  if (!ctx.ranks.is_root()) return absl::OkStatus();
  ctx.observer.Progress("results", 0, 1, "files");
  MIV_RETURN_IF_ERROR(
      WriteResults(JoinPath(ctx.output_directory, "results.h5"), results));
  return WriteReadouts(ctx.output_directory, results.lfp);
}

/// Collective: everything on rank 0.
absl::StatusOr<Results> Collect(worker::StepContext& ctx,
                                const SimulationConfig& config,
                                const Model& model, Instruments& instruments,
                                std::vector<neuron::Spike> spikes) {
  Results results;
  results.types = model.cell_file->types();
  for (const LoadedPopulation& population : model.cells.populations) {
    if (population.artificial) {
      results.artificial.push_back(population.info.name);
    }
  }
  results.t_end_ms = config.t_end_ms;
  MIV_ASSIGN_OR_RETURN(results.lfp, instruments.lfp->Finish());
  results.recordings = instruments.recorder->Finish();
  MIV_ASSIGN_OR_RETURN(const double celsius, model.engine->Global("celsius"));
  results.manifest = ManifestOf(ctx, model, celsius, spikes);
  results.spikes = std::move(spikes);
  return results;
}

}  // namespace

absl::StatusOr<nlohmann::json> SimulationStep(worker::StepContext& ctx) {
  const auto start = std::chrono::steady_clock::now();
  const double cpu_start = CpuSeconds();
  MIV_ASSIGN_OR_RETURN(const SimulationConfig config,
                       ParseSimulationConfig(ctx.config, ctx.seed));
  Model* model = nullptr;
  MIV_ASSIGN_OR_RETURN(model, BuildModel(ctx, config));
  MIV_RETURN_IF_ERROR(StartModel(ctx, config, *model));
  MIV_ASSIGN_OR_RETURN(const RunStart from, PrepareStart(ctx, config, *model));
  MIV_ASSIGN_OR_RETURN(Instruments instruments,
                       MakeInstruments(ctx, config, *model));
  const std::chrono::duration<double> setup =
      std::chrono::steady_clock::now() - start;
  MIV_ASSIGN_OR_RETURN(
      RunOutcome run,
      RunNetwork(ctx, {*model->engine, *model->network, model->cells,
                       *instruments.lfp, *instruments.recorder, config.t_end_ms,
                       config.ties_by_source ? neuron::TiedEvents::kBySource
                                             : neuron::TiedEvents::kArrival,
                       from.checkpoints.get(), from.rule}));
  MIV_ASSIGN_OR_RETURN(
      const Results results,
      Collect(ctx, config, *model, instruments, std::move(run.spikes)));
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(WriteFiles(ctx, results)));
  const std::int64_t spike_count =
      ctx.ranks.Sum(static_cast<std::int64_t>(results.spikes.size()));
  return json{
      {"cells", PerRank(ctx.ranks, model->cells.cells.size())},
      {"synapses", PerRank(ctx.ranks, model->counts.synapses)},
      {"edges", PerRank(ctx.ranks, model->counts.synapses)},
      {"point_processes", PerRank(ctx.ranks, model->counts.point_processes)},
      {"netcons", PerRank(ctx.ranks, model->counts.connections)},
      {"cpu_s", PerRankSeconds(ctx.ranks, CpuSeconds() - cpu_start)},
      {"setup_s", PerRankSeconds(ctx.ranks, setup.count())},
      {"gap_junctions", model->gap_junctions},
      {"spikes", spike_count},
      {"ties", run.ties},
      {"unequal_ties", run.unequal_ties},
      {"celsius", results.manifest["celsius"]}};
}

}  // namespace miv::simulate
