#include "worker/simulate/model.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "worker/simulate/clamps.h"
#include "worker/simulate/debug_tables.h"
#include "worker/simulate/gap_junctions.h"
#include "worker/simulate/neuron/compile/hidden_state.h"
#include "worker/simulate/process_engine.h"
#include "worker/simulate/stimulus/spike_trains.h"
#include "worker/simulate/stimulus/train_file.h"

namespace miv::simulate {
namespace {

absl::StatusOr<std::unique_ptr<neuroh5::Reader>> OpenInput(
    worker::StepContext& ctx, absl::string_view role) {
  const auto input = worker::InputOf(ctx, role);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(input.status()));
  auto reader = neuroh5::Reader::Open(input->path);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(reader.status()));
  return std::make_unique<neuroh5::Reader>(*std::move(reader));
}

/// Collective: what MechanismsWithHiddenState says of the mod files.
absl::StatusOr<std::vector<std::string>> HiddenStateOfModel(
    worker::StepContext& ctx) {
  const auto input = ctx.inputs.find("mechanisms");
  if (input == ctx.inputs.end()) return std::vector<std::string>();
  std::string text;
  absl::Status status;
  if (ctx.ranks.is_root()) {
    const auto sources =
        neuron::ReadModSources(input->second.path, input->second.label);
    status = sources.status();
    if (sources.ok()) {
      text = absl::StrJoin(neuron::MechanismsWithHiddenState(*sources), "\n");
    }
  }
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(status));
  ctx.ranks.Broadcast(&text);
  return std::vector<std::string>(
      absl::StrSplit(text, '\n', absl::SkipEmpty()));
}

/// What NEURON and the templates printed.
void PassOnOutput(worker::StepContext& ctx, neuron::Engine& engine) {
  const std::string out = engine.TakeOutput();
  const std::string complaints = engine.TakeComplaints();
  if (!ctx.ranks.is_root()) return;
  if (!out.empty()) ctx.observer.Log(out);
  if (!complaints.empty()) ctx.observer.Warning(complaints);
}

absl::Status LoadAllCells(worker::StepContext& ctx,
                          const SimulationConfig& config, Model* model) {
  const auto templates = worker::InputOf(ctx, "templates");
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(templates.status()));
  MIV_ASSIGN_OR_RETURN(
      model->cells,
      LoadCells(ctx, *model->engine, *model->network,
                CellSource{*model->cell_file, config.cell_types, *templates,
                           config.isolate_cells, config.dt_ms,
                           config.celsius.has_value(), config.segments}));
  PassOnOutput(ctx, *model->engine);
  return ctx.ranks.AgreeOnStatus(model->network->RecordSpikes());
}

absl::Status ConnectAllCells(worker::StepContext& ctx,
                             const SimulationConfig& config, Model* model) {
  std::unique_ptr<NetconTable> table;
  if (config.debug.netcons) {
    auto made = NetconTable::Create(ctx.ranks, ctx.output_directory,
                                    config.synapse_mechanisms);
    MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(made.status()));
    table = *std::move(made);
  }
  const ConnectionSource source{*model->cell_file,
                                *model->connection_file,
                                config.synapses,
                                config.synapse_mechanisms,
                                config.connection_velocity,
                                config.default_velocity,
                                config.dt_ms,
                                config.param_scope};
  MIV_ASSIGN_OR_RETURN(model->counts,
                       ConnectCells(ctx, *model->engine, *model->network,
                                    model->cells, source, table.get()));
  return table ? table->Finish() : absl::OkStatus();
}

absl::StatusOr<Trains> TrainsOf(worker::StepContext& ctx,
                                const SimulationConfig& config,
                                const Model& model) {
  TrainRequest request{config.stimulus, model.cell_file->types(), {}, {},
                       ctx.seed,        config.t_end_ms,          {}};
  for (const LoadedPopulation& population : model.cells.populations) {
    if (population.artificial) {
      request.artificial.push_back(population.info.name);
    }
  }
  for (const auto& cell : model.cells.cells) {
    if (cell->artificial) request.gids.push_back(cell->gid);
  }
  std::sort(request.gids.begin(), request.gids.end());
  request.read_file = [&](std::size_t entry,
                          const std::vector<std::uint32_t>& gids)
      -> absl::StatusOr<std::map<std::uint32_t, std::vector<double>>> {
    MIV_ASSIGN_OR_RETURN(const worker::StepInput file,
                         worker::InputOf(ctx, config.stimulus[entry].file));
    return ReadTrains(file, model.cell_file->types(),
                      config.stimulus[entry].name_space,
                      config.stimulus[entry].attribute, gids);
  };
  return MakeTrains(request);
}

absl::Status PlayTrains(const Trains& trains, Model* model) {
  for (const auto& cell : model->cells.cells) {
    const auto train = trains.by_gid.find(cell->gid);
    if (train == trains.by_gid.end()) continue;
    MIV_RETURN_IF_ERROR(model->network->Play(*cell->cell, train->second));
  }
  return absl::OkStatus();
}

absl::Status AddStimulus(worker::StepContext& ctx,
                         const SimulationConfig& config, Model* model) {
  const auto trains = TrainsOf(ctx, config, *model);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(trains.status()));
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(PlayTrains(*trains, model)));
  const std::int64_t late =
      ctx.ranks.Sum(static_cast<std::int64_t>(trains->beyond_end));
  if (late > 0 && ctx.ranks.is_root()) {
    ctx.observer.Warning(absl::StrCat(
        "stimulus: ", late, " spike times lie after t_end and will not occur"));
  }
  return absl::OkStatus();
}

/// True once per process: NEURON cannot forget a network.
bool ClaimProcess() {
  static bool claimed = false;
  return !std::exchange(claimed, true);
}

}  // namespace

absl::StatusOr<Model*> BuildModel(worker::StepContext& ctx,
                                  const SimulationConfig& config) {
  if (!ClaimProcess()) {
    return absl::FailedPreconditionError(
        "this process has already built a network; a worker group runs one "
        "simulation");
  }
  Model* model = new Model;  // for the life of the process, see Model
  MIV_ASSIGN_OR_RETURN(model->cell_file, OpenInput(ctx, "cells"));
  MIV_ASSIGN_OR_RETURN(model->connection_file, OpenInput(ctx, "connections"));
  MIV_ASSIGN_OR_RETURN(model->hidden_state, HiddenStateOfModel(ctx));
  if (!config.hooks.empty()) {
    model->hidden_state.push_back("hooks: variables of the user's own code");
  }
  ctx.observer.Progress("mechanisms", 0, 1, "library");
  MIV_ASSIGN_OR_RETURN(model->engine, EngineForStep(ctx));
  auto network = neuron::Network::Create(*model->engine);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(network.status()));
  model->network = *std::move(network);
  MIV_ASSIGN_OR_RETURN(auto hooks,
                       Hooks::Create(ctx, *model->engine, config.hooks));
  model->hooks = std::make_unique<Hooks>(std::move(hooks));
  MIV_RETURN_IF_ERROR(LoadAllCells(ctx, config, model));
  MIV_RETURN_IF_ERROR(model->hooks->Run(ctx, *model->engine, model->cells,
                                        HookPoint::kAfterCells));
  MIV_RETURN_IF_ERROR(ConnectAllCells(ctx, config, model));
  MIV_RETURN_IF_ERROR(AddStimulus(ctx, config, model));
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(
      AddClamps(config.clamps, model->cells, *model->network)));
  const auto junctions = ctx.inputs.find("gap_junctions");
  if (junctions != ctx.inputs.end()) {
    MIV_ASSIGN_OR_RETURN(model->gap_junctions,
                         AddGapJunctions(ctx.ranks, *model->engine,
                                         model->cells, junctions->second.path));
  }
  if (config.debug.sections) {
    MIV_RETURN_IF_ERROR(WriteSectionTables(ctx.ranks, ctx.output_directory,
                                           model->cells, config.dt_ms));
  }
  PassOnOutput(ctx, *model->engine);
  MIV_RETURN_IF_ERROR(model->hooks->Run(ctx, *model->engine, model->cells,
                                        HookPoint::kBeforeRun));
  return model;
}

}  // namespace miv::simulate
