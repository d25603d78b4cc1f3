#include "worker/preflight/model_check.h"

#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/build/steps/morphology_file.h"
#include "worker/build/steps/tree_conversion.h"
#include "worker/build/synapses/layer_lengths.h"
#include "worker/simulate/cells/model_cell.h"
#include "worker/simulate/cells/template_arguments.h"
#include "worker/simulate/neuron/integrator.h"
#include "worker/simulate/neuron/templates.h"
#include "worker/simulate/neuron_geometry.h"
#include "worker/simulate/process_engine.h"

namespace miv::worker {
namespace {

namespace neuron = simulate::neuron;
using nlohmann::json;

/// Cells that live until the check is over.
using Cells = std::vector<std::unique_ptr<simulate::ModelCell>>;

Fault ProcessEnded(const std::string& file, absl::string_view while_doing) {
  Fault fault;
  fault.reason = "MODEL_CRASH";
  fault.file = file;
  fault.what = absl::StrCat(while_doing, " ended the process");
  fault.remedy =
      "Look for quit() in the template, for conflicting ion valences and for "
      "C code in the mechanisms.";
  return fault;
}

std::string TemplateFile(const StepInput& templates,
                         const std::string& template_name, bool label) {
  return JoinPath(label ? templates.label : templates.path,
                  absl::StrCat(template_name, ".hoc"));
}

absl::StatusOr<neuroh5::Tree> ReadTree(const CellToCheck& cell) {
  MIV_ASSIGN_OR_RETURN(
      const build::Morphology morphology,
      ReadMorphology({cell.morphology, cell.label}, cell.layering));
  return TreeOf(morphology);
}

/// Reduced cells get their parameters from the config, which is not here.
bool NeedsParameters(const std::string& template_name) {
  const std::string name = absl::AsciiStrToLower(template_name);
  return name == "pr_nrn" || name == "prn_nrn" || name == "brk_nrn" ||
         name == "sc_nrn";
}

absl::StatusOr<std::unique_ptr<simulate::ModelCell>> MakeCell(
    neuron::Engine& engine, const neuron::Template& cell_template,
    const CellToCheck& cell, const neuroh5::Tree& tree) {
  std::unique_ptr<neuron::Cell> instance;
  if (cell.morphology.empty()) {
    MIV_ASSIGN_OR_RETURN(instance, neuron::InstantiateWithoutMorphology(
                                       engine, cell_template, 0));
  } else {
    MIV_ASSIGN_OR_RETURN(const simulate::TemplateArguments arguments,
                         simulate::ArgumentsOf(tree));
    MIV_ASSIGN_OR_RETURN(
        instance, neuron::Instantiate(engine, cell_template, 0, arguments));
  }
  simulate::CellType type;
  type.population = cell.population;
  type.template_name = cell.template_name;
  return simulate::MakeModelCell(std::move(instance), type);
}

json LengthsOf(const build::CellGeometry& geometry) {
  json lengths = json::object();
  for (const auto& [where, um] : build::LengthsByLayer(geometry)) {
    lengths[build::SwcTypeName(where.first)][absl::StrCat(where.second)] = um;
  }
  return lengths;
}

json Describe(const CellToCheck& cell, const simulate::ModelCell& made,
              const neuroh5::Tree& tree) {
  int segments = 0;
  for (const simulate::TreeSection& section : made.tree) {
    segments += section.nseg;
  }
  json description = {{"id", cell.id},
                      {"population", cell.population},
                      {"template", cell.template_name},
                      {"sections", made.sections.size()},
                      {"segments", segments}};
  if (cell.morphology.empty()) return description;
  const auto geometry = simulate::GeometryOfCell(made, tree);
  // Only placing synapses needs a template that keeps the sections.
  if (geometry.ok()) description["lengths"] = LengthsOf(*geometry);
  return description;
}

absl::Status CheckCell(neuron::Engine& engine, const ModelCheck& check,
                       const CellToCheck& cell, Cells* cells, json* summary) {
  const std::string label =
      TemplateFile(check.templates, cell.template_name, true);
  MIV_RETURN_IF_ERROR(
      check.before(ProcessEnded(label, "loading the template")));
  MIV_ASSIGN_OR_RETURN(
      const neuron::Template cell_template,
      neuron::LoadTemplate(
          engine, cell.template_name,
          TemplateFile(check.templates, cell.template_name, false), label));
  if (NeedsParameters(cell.template_name)) return absl::OkStatus();
  MIV_RETURN_IF_ERROR(check.before(
      ProcessEnded(label, absl::StrCat("making a cell of ", cell.population))));
  neuroh5::Tree tree;
  if (!cell.morphology.empty()) {
    MIV_ASSIGN_OR_RETURN(tree, ReadTree(cell));
  }
  MIV_ASSIGN_OR_RETURN(std::unique_ptr<simulate::ModelCell> made,
                       MakeCell(engine, cell_template, cell, tree));
  summary->push_back(Describe(cell, *made, tree));
  cells->push_back(std::move(made));
  return absl::OkStatus();
}

absl::Status CheckInitialisation(neuron::Engine& engine,
                                 const ModelCheck& check) {
  MIV_RETURN_IF_ERROR(
      check.before(ProcessEnded(check.library_label, "initialisation")));
  MIV_RETURN_IF_ERROR(neuron::Initialise(engine, neuron::RunSettings()));
  const auto bad = neuron::FindNonFinitePotential();
  if (!bad) return absl::OkStatus();
  Fault fault;
  fault.reason = "NOT_A_NUMBER";
  fault.phase = "initialisation";
  fault.what = absl::StrCat("the potential of ", bad->name, " of ", bad->cell,
                            " is not a number");
  return InvalidInput(fault);
}

}  // namespace

absl::StatusOr<json> CheckModelCells(const ModelCheck& check) {
  MIV_RETURN_IF_ERROR(check.before(
      ProcessEnded(check.library_label, "loading the mechanisms")));
  neuron::Engine* engine = nullptr;
  MIV_ASSIGN_OR_RETURN(
      engine, simulate::EngineForProcess(check.library, check.library_label));
  json summary = json::array();
  Cells cells;
  for (const CellToCheck& cell : check.cells) {
    const absl::Status status =
        CheckCell(*engine, check, cell, &cells, &summary);
    if (status.ok()) continue;
    Fault context;
    context.file = TemplateFile(check.templates, cell.template_name, true);
    context.field = absl::StrCat("cell_types.", cell.population);
    return WithContext(status, context);
  }
  if (!cells.empty()) MIV_RETURN_IF_ERROR(CheckInitialisation(*engine, check));
  return summary;
}

}  // namespace miv::worker
