#pragma once

// Cell templates: loading hoc files and making cells from them.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/simulate/neuron/cell.h"
#include "worker/simulate/neuron/engine.h"
#include "worker/simulate/neuron/python_value.h"

struct Symbol;

namespace miv::simulate::neuron {

/// A class of cells known to hoc: a template of the model, or an artificial
/// cell of its mechanisms (VecStim).
struct Template {
  std::string name;
  Symbol* symbol = nullptr;
  bool is_point_process = false;  ///< an artificial cell made by NMODL
};

/// The template `name` of the file `path`, which must define it.  A class that
/// hoc already knows (mechanisms come first) is not loaded again.
/// label: what to call the file in messages.
///
/// Checked, each with NEURON's own text: the file can be opened, parses, prints
/// no complaint, defines the template, and the template is complete.
/// Errors: NotFound if the file is absent; InvalidArgument otherwise.
absl::StatusOr<Template> LoadTemplate(Engine& engine, absl::string_view name,
                                      const std::string& path,
                                      absl::string_view label);

/// A class that hoc knows already.  Errors: NotFound.
absl::StatusOr<Template> KnownTemplate(Engine& engine, absl::string_view name);

struct InstanceOptions {
  /// Build the cell with a section list of its own, so that global loops of the
  /// template (forall, define_shape, allroots) see this cell only.  Building N
  /// cells is then O(N), and no cell depends on what shares its rank.
  bool isolate = true;
};

/// Makes `Template(gid, arguments...)`.
/// Errors: InvalidArgument with NEURON's text; the half-built cell is gone.
absl::StatusOr<std::unique_ptr<Cell>> Instantiate(
    Engine& engine, const Template& cell_template, std::uint32_t gid,
    const std::vector<PythonValuePtr>& arguments,
    const InstanceOptions& options = {});

/// Makes `Template(gid, "")`, the form of cells without a morphology.
absl::StatusOr<std::unique_ptr<Cell>> InstantiateWithoutMorphology(
    Engine& engine, const Template& cell_template, std::uint32_t gid,
    const InstanceOptions& options = {});

/// Makes `Template(arguments...)`: reduced cells take no gid.
absl::StatusOr<std::unique_ptr<Cell>> InstantiateReduced(
    Engine& engine, const Template& cell_template, std::uint32_t gid,
    const std::vector<PythonValuePtr>& arguments,
    const InstanceOptions& options = {});

}  // namespace miv::simulate::neuron
