#include "worker/simulate/cells/load_cells.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/base/casts.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/trees.h"
#include "worker/parallel/exchange.h"
#include "worker/simulate/cells/template_arguments.h"
#include "worker/simulate/neuron/mechanisms.h"
#include "worker/simulate/neuron/templates.h"

namespace miv::simulate {
namespace {

/// Cells that a rank makes between two looks at whether to stop.
constexpr std::size_t kBlock = 16;

/// Everything that loading one population needs.
struct Loading {
  worker::StepContext& ctx;
  neuron::Engine& engine;
  neuron::Network& network;
  const CellSource& source;
  ArgumentCache arguments;
  std::size_t total = 0;  ///< cells of all populations and ranks
  std::size_t done = 0;
  std::optional<double> celsius;  ///< as the last template set it
};

absl::Status InPopulation(const absl::Status& status,
                          const LoadedPopulation& population) {
  if (status.ok()) return status;
  Fault context;
  context.phase = "cells";
  context.field = absl::StrCat("cell_types.", population.info.name);
  return WithContext(status, context);
}

absl::StatusOr<neuron::Template> TemplateOf(
    Loading& loading, const LoadedPopulation& population) {
  const CellType& type = population.type;
  if (neuron::IsClass(type.template_name)) {
    return neuron::KnownTemplate(loading.engine, type.template_name);
  }
  const worker::StepInput& directory = loading.source.templates;
  return neuron::LoadTemplate(loading.engine, type.template_name,
                              JoinPath(directory.path, type.template_file),
                              JoinPath(directory.label, type.template_file));
}

/// The largest number of cells of the population on one rank.
std::size_t LargestShare(const std::vector<int>& rank_of, int ranks) {
  std::vector<std::size_t> count(ranks, 0);
  for (const int rank : rank_of) ++count[rank];
  return *std::max_element(count.begin(), count.end());
}

using Made = absl::StatusOr<std::unique_ptr<neuron::Cell>>;

Made MakeFromTree(Loading& loading, const LoadedPopulation& population,
                  const neuron::Template& cell_template,
                  const neuroh5::Tree& tree) {
  const neuron::InstanceOptions options{loading.source.isolate};
  if (const auto& reduced = population.type.reduced) {
    std::vector<neuron::PythonValuePtr> arguments;
    if (reduced->parameters) arguments.push_back(reduced->parameters);
    MIV_ASSIGN_OR_RETURN(
        std::unique_ptr<neuron::Cell> cell,
        neuron::InstantiateReduced(loading.engine, cell_template, tree.gid,
                                   arguments, options));
    const auto soma = cell->Sections("soma");
    if (reduced->ic_constant && !soma.empty()) {
      MIV_RETURN_IF_ERROR(cell->SetSectionVariable(soma[0], "ic_constant",
                                                   *reduced->ic_constant));
    }
    for (std::size_t i = 0; i < tree.points(); ++i) {
      if (tree.swc_type[i] != 1) continue;
      MIV_RETURN_IF_ERROR(cell->SetPosition(tree.x[i], tree.y[i], tree.z[i]));
      break;
    }
    return cell;
  }
  MIV_ASSIGN_OR_RETURN(const TemplateArguments arguments,
                       loading.arguments.ArgumentsFor(tree));
  return neuron::Instantiate(loading.engine, cell_template, tree.gid, arguments,
                             options);
}

absl::Status Register(Loading& loading, const ModelCell& model) {
  if (model.artificial) return loading.network.AddArtificialCell(*model.cell);
  neuron::SpikeDetector detector;
  detector.section = model.sections[model.detector->section];
  detector.x = model.detector->x;
  detector.threshold_mv = model.detector->threshold_mv;
  detector.delay_ms =
      std::max(2 * loading.source.dt_ms, model.detector->delay_ms);
  return loading.network.AddCell(*model.cell, detector);
}

absl::Status Keep(Loading& loading, const CellType& type, int population,
                  std::unique_ptr<neuron::Cell> cell, LoadedCells* cells) {
  MIV_ASSIGN_OR_RETURN(
      std::unique_ptr<ModelCell> model,
      MakeModelCell(
          std::move(cell), type,
          loading.source.segments ? &*loading.source.segments : nullptr));
  model->population = population;
  MIV_RETURN_IF_ERROR(Register(loading, *model));
  cells->cells.push_back(std::move(model));
  return absl::OkStatus();
}

absl::Status LoadTreeBlock(Loading& loading, const LoadedPopulation& population,
                           int index, const neuron::Template& cell_template,
                           const std::vector<std::uint32_t>& gids,
                           LoadedCells* cells) {
  MIV_ASSIGN_OR_RETURN(
      const std::vector<neuroh5::Tree> trees,
      neuroh5::ReadTrees(loading.source.reader, population.info.name,
                         neuroh5::Selection::Gids(gids)));
  for (const neuroh5::Tree& tree : trees) {
    MIV_ASSIGN_OR_RETURN(
        std::unique_ptr<neuron::Cell> cell,
        MakeFromTree(loading, population, cell_template, tree));
    MIV_RETURN_IF_ERROR(
        Keep(loading, population.type, index, std::move(cell), cells));
  }
  return absl::OkStatus();
}

/// x, y, z of each of the gids, um.
absl::StatusOr<std::vector<std::array<double, 3>>> Positions(
    const CellSource& source, const LoadedPopulation& population,
    const std::vector<std::uint32_t>& gids) {
  std::vector<std::array<double, 3>> positions(gids.size());
  int axis = 0;
  for (const char* name : {"X Coordinate", "Y Coordinate", "Z Coordinate"}) {
    MIV_ASSIGN_OR_RETURN(const auto values,
                         source.reader.ReadCells<float>(
                             population.info.name, population.coordinates, name,
                             neuroh5::Selection::Gids(gids)));
    if (values.size() != gids.size()) {
      return absl::DataLossError(absl::StrCat(population.coordinates, " of ",
                                              population.info.name, ": ", name,
                                              " is missing for some cells"));
    }
    for (std::size_t i = 0; i < gids.size(); ++i) {
      if (values[i].empty()) continue;
      positions[i][axis] = values[i][0];
    }
    ++axis;
  }
  return positions;
}

absl::Status LoadPointBlock(Loading& loading,
                            const LoadedPopulation& population, int index,
                            const neuron::Template& cell_template,
                            const std::vector<std::uint32_t>& gids,
                            LoadedCells* cells) {
  std::vector<std::array<double, 3>> positions;
  if (!population.coordinates.empty()) {
    MIV_ASSIGN_OR_RETURN(positions,
                         Positions(loading.source, population, gids));
  }
  for (std::size_t i = 0; i < gids.size(); ++i) {
    MIV_ASSIGN_OR_RETURN(std::unique_ptr<neuron::Cell> cell,
                         neuron::InstantiateWithoutMorphology(
                             loading.engine, cell_template, gids[i],
                             neuron::InstanceOptions{loading.source.isolate}));
    if (!positions.empty()) {
      const auto& [x, y, z] = positions[i];
      MIV_RETURN_IF_ERROR(cell->SetPosition(x, y, z));
    }
    MIV_RETURN_IF_ERROR(
        Keep(loading, population.type, index, std::move(cell), cells));
  }
  return absl::OkStatus();
}

std::vector<std::uint32_t> GidsOfRank(const LoadedPopulation& population,
                                      const std::vector<int>& rank_of,
                                      int rank) {
  std::vector<std::uint32_t> gids;
  for (std::size_t i = 0; i < rank_of.size(); ++i) {
    if (rank_of[i] == rank) gids.push_back(population.gids[i]);
  }
  return gids;
}

absl::Status LoadBlock(Loading& loading, const LoadedPopulation& population,
                       int index, const neuron::Template& cell_template,
                       const std::vector<std::uint32_t>& gids,
                       LoadedCells* cells) {
  if (gids.empty()) return absl::OkStatus();
  return population.has_trees ? LoadTreeBlock(loading, population, index,
                                              cell_template, gids, cells)
                              : LoadPointBlock(loading, population, index,
                                               cell_template, gids, cells);
}

/// Segments longer than this, in length constants at 100 Hz, are coarse: three
/// times what the d_lambda rule allows.
constexpr double kCoarse = 0.3;

/// Tells of sections with coarse segments.  Collective.
void WarnOfCoarseSections(Loading& loading, const LoadedPopulation& population,
                          int index, const LoadedCells& cells) {
  std::vector<CoarseSection> worst;
  std::int64_t coarse = 0, sections = 0;
  for (const auto& cell : cells.cells) {
    if (cell->population != index) continue;
    sections += static_cast<std::int64_t>(cell->sections.size());
    for (const CoarseSection& found : CoarseSections(*cell, kCoarse)) {
      ++coarse;
      if (worst.empty() ||
          found.segment_length > worst.front().segment_length) {
        worst.assign(1, found);
      }
    }
  }
  parallel::Ranks& ranks = loading.ctx.ranks;
  coarse = ranks.Sum(coarse);
  sections = ranks.Sum(sections);
  const auto all = parallel::AllGatherValues(ranks, absl::MakeConstSpan(worst));
  if (coarse == 0 || !ranks.is_root()) return;
  const CoarseSection& first =
      *std::max_element(all.begin(), all.end(),
                        [](const CoarseSection& a, const CoarseSection& b) {
                          return std::tuple(a.segment_length, b.gid) <
                                 std::tuple(b.segment_length, a.gid);
                        });
  loading.ctx.observer.Warning(
      absl::StrCat(coarse, " of ", sections, " sections of ",
                   population.info.name, " have segments longer than ", kCoarse,
                   " length constants at 100 Hz, up to ",
                   absl::StrFormat("%.2f", first.segment_length),
                   " in sections[", first.section, "] of gid ", first.gid,
                   ". Set nseg: {d_lambda: 0.1} to cut them finer."));
}

/// Templates set the global celsius when they are instantiated: gives the value
/// to ranks that have no cell of the population, so that the temperature does
/// not depend on where cells live.  Collective.
absl::Status ShareCelsius(Loading& loading, const LoadedPopulation& population,
                          bool has_cells) {
  MIV_ASSIGN_OR_RETURN(const double own, loading.engine.Global("celsius"));
  const double nothing = std::nan("");
  for (const std::int64_t bits : loading.ctx.ranks.AllGather(
           absl::bit_cast<std::int64_t>(has_cells ? own : nothing))) {
    const double celsius = absl::bit_cast<double>(bits);
    if (std::isnan(celsius)) continue;
    if (loading.celsius && *loading.celsius != celsius &&
        !population.artificial && !loading.source.celsius_given &&
        loading.ctx.ranks.is_root()) {
      loading.ctx.observer.Warning(absl::StrCat(
          "celsius: the template of ", population.info.name, " sets ", celsius,
          " after ", *loading.celsius, "; the last population wins"));
    }
    if (!population.artificial) loading.celsius = celsius;
    return loading.engine.SetGlobal("celsius", celsius);
  }
  return absl::OkStatus();
}

/// Collective.
absl::Status LoadPopulation(Loading& loading, int index,
                            const std::vector<int>& rank_of,
                            LoadedCells* cells) {
  worker::StepContext& ctx = loading.ctx;
  LoadedPopulation& population = cells->populations[index];
  const absl::StatusOr<neuron::Template> cell_template =
      TemplateOf(loading, population);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(
      InPopulation(cell_template.status(), population)));
  const std::vector<std::uint32_t> own =
      GidsOfRank(population, rank_of, ctx.ranks.rank());
  const std::size_t largest = LargestShare(rank_of, ctx.ranks.size());
  for (std::size_t first = 0; first < largest; first += kBlock) {
    const std::size_t begin = std::min(first, own.size());
    const std::size_t end = std::min(first + kBlock, own.size());
    const std::vector<std::uint32_t> gids(own.begin() + begin,
                                          own.begin() + end);
    MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(InPopulation(
        LoadBlock(loading, population, index, *cell_template, gids, cells),
        population)));
    loading.done += gids.size();
    ctx.observer.Progress("cells", static_cast<double>(loading.done),
                          static_cast<double>(loading.total), "cells");
    if (worker::StopRequested(ctx)) return worker::StoppedStatus();
  }
  // What the reference does after each population (load_cells).
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(
      InPopulation(loading.engine.Execute("{define_shape()}\n"), population)));
  WarnOfCoarseSections(loading, population, index, *cells);
  const bool artificial = !own.empty() && cells->cells.back()->artificial;
  population.artificial = ctx.ranks.Sum(artificial ? 1 : 0) > 0;
  return ShareCelsius(loading, population, !own.empty());
}

/// The helper that old models keep beside their templates.
absl::Status LoadNetStimHelper(neuron::Engine& engine,
                               const worker::StepInput& templates) {
  const std::string path = JoinPath(templates.path, "rn.hoc");
  if (::access(path.c_str(), R_OK) != 0) return absl::OkStatus();
  return engine.Execute(absl::StrCat("{load_file(\"", path, "\")}\n"));
}

}  // namespace

int LoadedCells::Find(absl::string_view population) const {
  for (std::size_t i = 0; i < populations.size(); ++i) {
    if (populations[i].info.name == population) return static_cast<int>(i);
  }
  return -1;
}

absl::StatusOr<LoadedCells> LoadCells(worker::StepContext& ctx,
                                      neuron::Engine& engine,
                                      neuron::Network& network,
                                      const CellSource& source) {
  absl::StatusOr<Survey> survey = SurveyCells(source.reader, source.types);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(survey.status()));
  if (ctx.ranks.is_root()) {
    for (const std::string& text : survey->warnings) ctx.observer.Warning(text);
  }
  LoadedCells cells;
  cells.populations = std::move(survey->populations);
  const auto ranks_of = PlacePopulations(cells.populations, ctx.ranks.size());
  Loading loading{ctx, engine, network, source, {}, 0, 0, {}};
  for (const auto& rank_of : ranks_of) {
    loading.total += static_cast<std::size_t>(
        std::count(rank_of.begin(), rank_of.end(), ctx.ranks.rank()));
  }
  ctx.observer.Progress("cells", 0, static_cast<double>(loading.total),
                        "cells");
  MIV_RETURN_IF_ERROR(
      ctx.ranks.AgreeOnStatus(LoadNetStimHelper(engine, source.templates)));
  for (std::size_t i = 0; i < cells.populations.size(); ++i) {
    MIV_RETURN_IF_ERROR(
        LoadPopulation(loading, static_cast<int>(i), ranks_of[i], &cells));
  }
  return cells;
}

}  // namespace miv::simulate
