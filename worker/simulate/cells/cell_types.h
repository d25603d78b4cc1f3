#pragma once

// The `cell_types` of a simulation: which template makes the cells of each
// population, and what the config adds to it.

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/expression.h"
#include "worker/simulate/neuron/python_value.h"

namespace miv::simulate {

/// `mechanism: {spike detector: {section, loc, threshold, delay}}`; `distance`
/// is accepted and, as in the reference, has no effect beside a section.
struct DetectorConfig {
  std::string section = "soma";  ///< class of sections: soma, axon, ...
  double loc = 0.5;
  double threshold_mv = -30;
  double delay_ms = 0.05;
};

/// A reduced cell: its template takes one mapping of parameters.
struct ReducedConfig {
  neuron::PythonValuePtr parameters;  ///< null: the template takes none
  std::optional<double> ic_constant;  ///< of the soma
  std::optional<double> v_threshold;  ///< of the spike detector, mV
};

/// A namespace of the cell file with a weight per synapse.
struct WeightSource {
  std::string name_space;
  std::optional<Expression> expression;  ///< of the stored value
};

struct CellType {
  std::string population;
  std::string template_name;
  std::string template_file;  ///< "NAME.hoc" if the config names none
  std::optional<DetectorConfig> detector;
  std::optional<ReducedConfig> reduced;
  bool unique_synapses = false;  ///< one point process per synapse
  /// Per-synapse weights of this population's cells; the last one wins.
  std::vector<WeightSource> weights;
};

/// By population.  config: the value of `cell_types`.
/// Errors: InvalidArgument that names the field; what this worker cannot do
/// (template class, synapse rules in `mechanism`) is refused by name.
absl::StatusOr<std::map<std::string, CellType>> ParseCellTypes(
    const nlohmann::json& config);

}  // namespace miv::simulate
