#pragma once

// The synaptic parameters of a simulation: which point processes a synapse of
// each projection consists of, and their parameters.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv::simulate {

/// A value of the config: a number, or an expression of the connection's delay
/// and constants.
struct ParameterValue {
  double number = 0;
  std::string expression;  ///< not empty: evaluate it instead
  std::map<std::string, double> constants;
};

/// Parameters of one synapse name, e.g. AMPA: {g_unit, weight, tau_rise, ...}.
struct SynapseParameters {
  std::string name;
  std::vector<std::pair<std::string, ParameterValue>> values;
};

/// What a synapse of one projection consists of, in config order.
using SynapseBlock = std::vector<SynapseParameters>;

/// `synapses.POST.PRE.mechanisms`: a block per SWC type and a default.
struct ProjectionSynapses {
  std::string path;  ///< "synapses.PYR.PVBC.mechanisms"
  bool has_default = false;
  SynapseBlock default_block;
  std::map<int, SynapseBlock> by_swc_type;

  /// The block of the type, else the default; nullptr if there is neither.
  const SynapseBlock* For(int swc_type) const;
};

/// [post population][pre population]
using SynapseConfig =
    std::map<std::string, std::map<std::string, ProjectionSynapses>>;

/// config: the value of `synapses`.  Both spellings of `mechanisms` are
/// understood: blocks keyed by `default` and SWC types (numbers or names), or
/// the synapse names directly, which stands for `default`.
/// Errors: InvalidArgument that names the field.
absl::StatusOr<SynapseConfig> ParseSynapses(const nlohmann::json& config);

/// Whose parameters a connection ends up with.
enum class ParameterScope {
  /// Those of its own name and block.
  kByName,
  /// As MiV-Simulator f279b9c: parameters of a projection's `default` block are
  /// kept per mechanism, so that names of one mechanism overwrite each other,
  /// and they overwrite the blocks of SWC types.
  kByMechanism,
};

/// How the parameters of a mechanism are written.
struct MechanismRule {
  std::vector<std::string> parameters;  ///< of the point process
  std::map<std::string, int> weights;   ///< name -> NetCon weight slot
};

/// Synapse name -> mechanism, and mechanism -> rule.
struct SynapseMechanisms {
  std::map<std::string, std::string> mechanism_of;
  std::map<std::string, MechanismRule> rules;
};

/// AMPA, GABA_A, GABA_B -> LinExp2Syn, NMDA -> LinExp2SynNMDA, with the rules
/// of Exp2Syn, LinExp2Syn and LinExp2SynNMDA (MiV-Simulator f279b9c).
SynapseMechanisms DefaultSynapseMechanisms();

/// The defaults changed by the config: `synapse_mechanisms` {NAME: MECHANISM}
/// and `synapse_rules` {MECHANISM: {mech_params: [...], netcon_params: {NAME:
/// slot}}}.
absl::StatusOr<SynapseMechanisms> ParseSynapseMechanisms(
    const nlohmann::json& mechanisms, const nlohmann::json& rules);

}  // namespace miv::simulate
