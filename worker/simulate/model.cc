#include "worker/simulate/model.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/simulate/debug_tables.h"
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
                           config.celsius.has_value()}));
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

absl::Status ClampError(const CurrentClamp& clamp, absl::string_view field,
                        std::string what, std::string found) {
  Fault fault;
  fault.reason = "CLAMP";
  fault.field = absl::StrCat(clamp.path, ".", field);
  fault.what = std::move(what);
  fault.found = std::move(found);
  return InvalidInput(fault);
}

absl::StatusOr<int> ClampedSection(const CurrentClamp& clamp,
                                   const ModelCell& cell) {
  if (clamp.section_index) {
    if (*clamp.section_index < static_cast<int>(cell.sections.size())) {
      return *clamp.section_index;
    }
  } else {
    for (const SectionClass& known : kSectionClasses) {
      if (clamp.section_class != known.name) continue;
      const std::vector<int> sections = cell.OfClass(known.swc_type);
      if (!sections.empty()) return sections.front();
    }
  }
  return ClampError(clamp, "section", "the cell lacks the section",
                    absl::StrCat("gid ", cell.gid));
}

/// Errors do not depend on the rank: every rank checks every gid.
absl::Status CheckClampCells(const CurrentClamp& clamp,
                             const LoadedCells& cells) {
  if (!clamp.population.empty()) {
    const int index = cells.Find(clamp.population);
    if (index >= 0 && !cells.populations[index].artificial) {
      return absl::OkStatus();
    }
    return ClampError(clamp, "population",
                      "there is no such population of cells with a membrane",
                      clamp.population);
  }
  for (const std::uint32_t gid : clamp.gids) {
    const bool known =
        std::any_of(cells.populations.begin(), cells.populations.end(),
                    [gid](const LoadedPopulation& population) {
                      return !population.artificial &&
                             std::binary_search(population.gids.begin(),
                                                population.gids.end(), gid);
                    });
    if (!known) {
      return ClampError(clamp, "gid", "the gid is no cell with a membrane",
                        absl::StrCat(gid));
    }
  }
  return absl::OkStatus();
}

absl::Status AddClamps(const SimulationConfig& config, Model* model) {
  for (const CurrentClamp& clamp : config.clamps) {
    MIV_RETURN_IF_ERROR(CheckClampCells(clamp, model->cells));
    const int population = model->cells.Find(clamp.population);
    for (const auto& cell : model->cells.cells) {
      const bool wanted = population >= 0
                              ? cell->population == population
                              : std::find(clamp.gids.begin(), clamp.gids.end(),
                                          cell->gid) != clamp.gids.end();
      if (!wanted) continue;
      MIV_ASSIGN_OR_RETURN(const int section, ClampedSection(clamp, *cell));
      MIV_RETURN_IF_ERROR(model->network->AddCurrentClamp(
          cell->sections[section], clamp.x, clamp.delay_ms, clamp.duration_ms,
          clamp.amp_na));
    }
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
  MIV_ASSIGN_OR_RETURN(model->engine, EngineForStep(ctx));
  auto network = neuron::Network::Create(*model->engine);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(network.status()));
  model->network = *std::move(network);
  MIV_RETURN_IF_ERROR(LoadAllCells(ctx, config, model));
  MIV_RETURN_IF_ERROR(ConnectAllCells(ctx, config, model));
  MIV_RETURN_IF_ERROR(AddStimulus(ctx, config, model));
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(AddClamps(config, model)));
  if (config.debug.sections) {
    MIV_RETURN_IF_ERROR(WriteSectionTables(ctx.ranks, ctx.output_directory,
                                           model->cells, config.dt_ms));
  }
  PassOnOutput(ctx, *model->engine);
  return model;
}

}  // namespace miv::simulate
