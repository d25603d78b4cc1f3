#pragma once

// One instance of every cell of a model, made and initialised in NEURON.

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/fault.h"
#include "worker/step/step.h"

namespace miv::worker {

struct CellToCheck {
  std::string population;
  std::string template_name;
  std::string morphology;  ///< path of an SWC file; "" = the cell takes none
  std::string label;       ///< what to call that file
  std::string id;          ///< returned with what is found
  /// Fields of generate_synapse_forest that give points their layers.
  nlohmann::json layering = nlohmann::json::object();
};

struct ModelCheck {
  std::string library;  ///< compiled mechanisms; "" = none
  std::string library_label;
  StepInput templates;
  std::vector<CellToCheck> cells;
  /// Called before user code runs, with the fault to report should the process
  /// not come back.
  std::function<absl::Status(const Fault&)> before;
};

/// Loads the library, then the template of each cell, makes the cells, and
/// initialises them together.  Starts NEURON in this process.
/// Returns [{"id", "population", "template", "sections", "segments", "lengths":
/// {section class: {layer index: um}}}]; no lengths for a cell without a tree.
/// Errors: typed, with NEURON's text and the file that is to blame.
absl::StatusOr<nlohmann::json> CheckModelCells(const ModelCheck& check);

}  // namespace miv::worker
