#include "worker/simulate/simulation_step.h"

#include <chrono>
#include <cmath>
#include <ctime>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/simulate/assemble.h"
#include "worker/simulate/lfp/lfp_recorder.h"
#include "worker/simulate/model.h"
#include "worker/simulate/neuron/integrator.h"
#include "worker/simulate/output/run_output.h"
#include "worker/simulate/recordings/recorder.h"
#include "worker/simulate/result_head.h"
#include "worker/simulate/run_loop.h"
#include "worker/simulate/run_start.h"
#include "worker/simulate/simulation_config.h"
#include "worker/step/peak_memory.h"

namespace miv::simulate {
namespace {

using nlohmann::json;

double CpuSeconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// The config without paths and resources: equal inputs give equal files.
json ConfigForManifest(json config) {
  for (const char* key :
       {"cells", "connections", "gap_junctions", "templates", "mechanisms",
        "ranks", "nodes", "io_size", "debug", "checkpoint_interval"}) {
    config.erase(key);
  }
  return config;
}

json ManifestOf(worker::StepContext& ctx, const Model& model, double celsius) {
  json cells = json::object();
  for (const LoadedPopulation& population : model.cells.populations) {
    cells[population.info.name] = population.gids.size();
  }
  return json{{"kind", "simulation"},
              {"config", ConfigForManifest(ctx.config)},
              {"seed", ctx.seed},
              {"neuron", model.engine->version()},
              {"compiler", absl::StrCat("GCC ", __VERSION__)},
              {"celsius", celsius},
              {"cells", std::move(cells)},
              {"resume", model.hidden_state.empty() ? "exact" : "not exact"}};
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

std::string SegmentFolder(const worker::StepContext& ctx) {
  return JoinPath(ctx.output_directory, segments::kSegmentFolder);
}

/// Collective: a number of each rank as a list.
json PerRank(parallel::Ranks& ranks, std::uint64_t value) {
  return ranks.AllGather(static_cast<std::int64_t>(value));
}

/// Compartments of this rank's cells.
std::uint64_t SegmentsOf(const LoadedCells& cells) {
  std::uint64_t segments = 0;
  for (const auto& cell : cells.cells) {
    for (const TreeSection& section : cell->tree) segments += section.nseg;
  }
  return segments;
}

json PerRankSeconds(parallel::Ranks& ranks, double seconds) {
  json list = json::array();
  for (const std::int64_t micros :
       ranks.AllGather(static_cast<std::int64_t>(seconds * 1e6))) {
    list.push_back(static_cast<double>(micros) * 1e-6);
  }
  return list;
}

ResultHead HeadOf(worker::StepContext& ctx, const SimulationConfig& config,
                  const Model& model, const Instruments& instruments,
                  double celsius) {
  ResultHead head;
  head.types = model.cell_file->types();
  for (const LoadedPopulation& population : model.cells.populations) {
    if (population.artificial) {
      head.artificial.push_back(population.info.name);
    }
  }
  head.t_end_ms = config.t_end_ms;
  for (const LfpStream& stream : instruments.lfp->streams()) {
    const Electrode& electrode = stream.electrode;
    head.lfp.push_back(
        {electrode.label,
         {electrode.position.begin(), electrode.position.end()},
         electrode.rho,
         electrode.mode == LfpMode::kLegacy ? "legacy" : "exact",
         electrode.placement == CellPlacement::kSoma ? "soma" : "trees",
         electrode.dt_ms,
         stream.steps_per_sample,
         stream.populations});
  }
  for (const RecordingStream& stream : instruments.recorder->streams()) {
    head.recordings.push_back({stream.recording.label,
                               stream.recording.variable, stream.unit,
                               stream.dt_ms, stream.steps_per_sample});
  }
  head.manifest = ManifestOf(ctx, model, celsius);
  return head;
}

/// Collective: the segment files of the run, with their head.
absl::StatusOr<std::unique_ptr<RunOutput>> OpenOutput(
    worker::StepContext& ctx, const SimulationConfig& config,
    const CheckpointRule& from, ResultHead head) {
  head.first_step = from.first_step;
  const double begin_ms = from.first_step > 0 ? JustAfter(from.header.t_ms) : 0;
  MIV_ASSIGN_OR_RETURN(auto output,
                       RunOutput::Create(ctx.ranks, {SegmentFolder(ctx),
                                                     config.dt_ms, begin_ms}));
  if (ctx.ranks.is_root()) output->AddHead(ToText(head));
  return output;
}

/// Collective: the files of the run from its segments.  Returns the number of
/// spikes, the same on all ranks.
absl::StatusOr<std::int64_t> WriteFiles(worker::StepContext& ctx,
                                        RunOutput& output) {
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(output.Close()));
  absl::Status status;
  std::int64_t spikes = 0;
  if (ctx.ranks.is_root()) {
    ctx.observer.Progress("results", 0, 1, "files");
    const std::string folder = SegmentFolder(ctx);
    const auto assembled = AssembleResults({folder}, ctx.output_directory);
    status = assembled.status();
    if (assembled.ok()) spikes = static_cast<std::int64_t>(assembled->spikes);
    if (status.ok() && !ctx.keep_segments) status = RemoveTree(folder);
  }
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(status));
  return ctx.ranks.Sum(spikes);
}

/// What came out, the same on all ranks.
struct Outcome {
  std::int64_t spikes = 0;
  double celsius = 0;
  std::int64_t steps = 0;
};

/// How long this rank took.
struct Times {
  double setup_s = 0;  ///< wall time before the first step
  double setup_cpu_s = 0;
  double cpu_s = 0;  ///< of everything
};

/// Collective: see SimulationStep.
json ReportOf(worker::StepContext& ctx, const Model& model,
              const RunOutcome& run, const Outcome& outcome,
              const Times& times) {
  return json{
      {"cells", PerRank(ctx.ranks, model.cells.cells.size())},
      {"synapses", PerRank(ctx.ranks, model.counts.synapses)},
      {"edges", PerRank(ctx.ranks, model.counts.synapses)},
      {"point_processes", PerRank(ctx.ranks, model.counts.point_processes)},
      {"netcons", PerRank(ctx.ranks, model.counts.connections)},
      {"segments", PerRank(ctx.ranks, SegmentsOf(model.cells))},
      {"steps", outcome.steps},
      {"cpu_s", PerRankSeconds(ctx.ranks, times.cpu_s)},
      {"setup_cpu_s", PerRankSeconds(ctx.ranks, times.setup_cpu_s)},
      {"peak_rss_bytes", PerRank(ctx.ranks, worker::PeakMemoryBytes())},
      {"setup_s", PerRankSeconds(ctx.ranks, times.setup_s)},
      {"gap_junctions", model.gap_junctions},
      {"spikes", outcome.spikes},
      {"ties", run.ties},
      {"unequal_ties", run.unequal_ties},
      {"celsius", outcome.celsius}};
}

}  // namespace

absl::StatusOr<nlohmann::json> SimulationStep(worker::StepContext& ctx) {
  const auto start = std::chrono::steady_clock::now();
  const double cpu_start = CpuSeconds();
  worker::ForgetPeakMemory();
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
  MIV_ASSIGN_OR_RETURN(const double celsius, model->engine->Global("celsius"));
  const double setup_cpu_s = CpuSeconds() - cpu_start;
  MIV_ASSIGN_OR_RETURN(
      const auto output,
      OpenOutput(ctx, config, from.rule,
                 HeadOf(ctx, config, *model, instruments, celsius)));
  MIV_ASSIGN_OR_RETURN(
      const RunOutcome run,
      RunNetwork(
          ctx, {*model->engine, *model->network, model->cells, *instruments.lfp,
                *instruments.recorder, *output, config.t_end_ms, config.dt_ms,
                config.ties_by_source ? neuron::TiedEvents::kBySource
                                      : neuron::TiedEvents::kArrival,
                from.checkpoints.get(), from.rule}));
  MIV_RETURN_IF_ERROR(model->hooks->Run(ctx, *model->engine, model->cells,
                                        HookPoint::kAfterRun));
  MIV_ASSIGN_OR_RETURN(const std::int64_t spike_count,
                       WriteFiles(ctx, *output));
  const std::int64_t steps =
      std::llround(config.t_end_ms / config.dt_ms) - from.rule.first_step;
  return ReportOf(ctx, *model, run, {spike_count, celsius, steps},
                  {setup.count(), setup_cpu_s, CpuSeconds() - cpu_start});
}

}  // namespace miv::simulate
