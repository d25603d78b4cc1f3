#pragma once

// The synaptic config of one post-synaptic population, resolved against the
// loaded mechanisms: names become point process types, parameters become
// indices.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/expression.h"
#include "worker/simulate/neuron/network.h"
#include "worker/simulate/synapses/connection_plan.h"
#include "worker/simulate/synapses/synapse_config.h"

namespace miv::simulate {

/// An expression of the delay and where its value goes.
struct DelayDependent {
  bool weight = false;  ///< a NetCon weight, else a parameter
  int index = 0;
  Expression expression;
};

/// What to write to a point process and a connection.
struct ParameterSet {
  std::vector<neuron::IndexedValue> parameters;
  std::vector<neuron::IndexedValue> weights;
  std::vector<DelayDependent> delay_dependent;
};

/// One name in one block of one projection.
struct SynapseVariant {
  std::string name;  ///< "AMPA"
  const neuron::PointProcessType* type = nullptr;
  int weight_slot = 0;  ///< of the parameter called weight
  ParameterSet values;
  ParameterSet afterwards;  ///< written when all synapses of the cell exist
};

/// All variants of one post-synaptic population.
class SynapseVariants final : public SynapseParts {
 public:
  struct Request {
    std::string population;
    std::vector<std::string> sources;  ///< in the order of CellEdges::source
    const SynapseConfig& config;
    const SynapseMechanisms& mechanisms;
    ParameterScope scope = ParameterScope::kByName;
  };

  /// Errors: InvalidArgument that names the field: a source without config, a
  /// name without mechanism, a mechanism that is not loaded or has no rule, an
  /// unknown parameter.
  static absl::StatusOr<std::unique_ptr<SynapseVariants>> Create(
      neuron::Engine& engine, const Request& request);

  const std::vector<SynapsePart>* For(int source, int swc_type) const override;
  const SynapseVariant& variant(int index) const { return variants_[index]; }

  /// True if some source has a block with this synapse name.
  bool HasName(const std::string& name) const { return names_.contains(name); }

  /// True if something is to be written once all synapses of a cell exist.
  bool has_second_stage() const { return second_stage_; }

  /// Mechanisms whose weights beyond the first NEURON clears at initialisation
  /// although the config sets them.
  const std::vector<std::string>& cleared_weights() const { return cleared_; }

 private:
  friend class VariantBuilder;
  using Block = std::vector<SynapsePart>;
  struct Projection {
    bool has_default = false;
    Block default_block;
    std::map<int, Block> by_swc_type;
  };

  std::vector<Projection> projections_;  ///< by source
  std::vector<SynapseVariant> variants_;
  std::map<std::string, int> names_;
  std::map<std::string, std::unique_ptr<neuron::PointProcessType>> types_;
  std::vector<std::string> cleared_;
  bool second_stage_ = false;
};

}  // namespace miv::simulate
