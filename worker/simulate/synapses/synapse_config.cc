#include "worker/simulate/synapses/synapse_config.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/simulate/cells/section_tree.h"
#include "worker/simulate/fields.h"

namespace miv::simulate {
namespace {

constexpr char kDelay[] = "delay";

/// SWC type of a block's key, "3" or "basal".
std::optional<int> SwcTypeOf(const std::string& key) {
  int type = 0;
  if (absl::SimpleAtoi(key, &type)) return type;
  for (const SectionClass& known : kSectionClasses) {
    if (key == known.name) return known.swc_type;
  }
  return std::nullopt;
}

absl::StatusOr<ParameterValue> ParseValue(const nlohmann::json& value,
                                          const std::string& path) {
  ParameterValue parsed;
  if (value.is_number() && std::isfinite(value.get<double>())) {
    parsed.number = value.get<double>();
    return parsed;
  }
  if (!value.is_object()) {
    Fault fault;
    fault.reason = "CONFIG";
    fault.field = path;
    fault.what = "the parameter is not a number";
    fault.expected = "a finite number, or {expr, parameter, const}";
    fault.found = value.dump();
    return InvalidInput(fault);
  }
  Fields fields(value, path);
  parsed.expression = fields.RequiredText("expr");
  const nlohmann::json& parameter = fields.Raw("parameter");
  if (!parameter.is_null() && parameter != kDelay &&
      parameter != nlohmann::json::array({kDelay})) {
    fields.Fail("parameter", "a parameter can depend on the delay only", kDelay,
                parameter.dump());
  }
  parsed.constants = fields.NumberMap("const");
  MIV_RETURN_IF_ERROR(fields.Finish());
  return parsed;
}

absl::StatusOr<SynapseBlock> ParseBlock(const nlohmann::json& block,
                                        const std::string& path) {
  SynapseBlock parsed;
  Fields fields(block, path);
  if (!block.is_object()) return fields.Finish();
  for (const auto& [name, parameters] : block.items()) {
    SynapseParameters synapse;
    synapse.name = name;
    Fields values(parameters, fields.PathOf(name));
    if (!parameters.is_object()) return values.Finish();
    for (const auto& [parameter, value] : parameters.items()) {
      if (value.is_null()) continue;  // as in the reference: not written
      MIV_ASSIGN_OR_RETURN(ParameterValue parsed_value,
                           ParseValue(value, values.PathOf(parameter)));
      synapse.values.emplace_back(parameter, std::move(parsed_value));
    }
    parsed.push_back(std::move(synapse));
  }
  return parsed;
}

/// True if every key of `mechanisms` is `default` or an SWC type.
bool IsKeyedByType(const nlohmann::json& mechanisms) {
  for (const auto& [key, block] : mechanisms.items()) {
    if (key != "default" && !SwcTypeOf(key).has_value()) return false;
  }
  return true;
}

absl::Status ParseMechanisms(const nlohmann::json& mechanisms,
                             ProjectionSynapses* projection) {
  Fields fields(mechanisms, projection->path);
  if (!mechanisms.is_object()) return fields.Finish();
  if (!IsKeyedByType(mechanisms)) {
    projection->has_default = true;
    MIV_ASSIGN_OR_RETURN(projection->default_block,
                         ParseBlock(mechanisms, projection->path));
    return absl::OkStatus();
  }
  for (const auto& [key, block] : mechanisms.items()) {
    MIV_ASSIGN_OR_RETURN(SynapseBlock parsed,
                         ParseBlock(block, fields.PathOf(key)));
    if (key == "default") {
      projection->has_default = true;
      projection->default_block = std::move(parsed);
    } else {
      projection->by_swc_type[*SwcTypeOf(key)] = std::move(parsed);
    }
  }
  return absl::OkStatus();
}

absl::Status ParseRule(const nlohmann::json& record, const std::string& path,
                       MechanismRule* rule) {
  Fields fields(record, path);
  rule->parameters.clear();
  for (const nlohmann::json& name : fields.Raw("mech_params")) {
    if (name.is_string()) {
      rule->parameters.push_back(name);
    } else {
      fields.Fail("mech_params", "the list has an entry that is no name",
                  "names of parameters", name.dump());
    }
  }
  rule->weights.clear();
  const nlohmann::json& weights = fields.Raw("netcon_params");
  if (weights.is_object()) {
    for (const auto& [name, slot] : weights.items()) {
      if (slot.is_number_integer() && slot.get<int>() >= 0) {
        rule->weights[name] = slot;
      } else {
        fields.Fail("netcon_params", "the slot of a weight is no index",
                    "whole numbers from 0", slot.dump());
      }
    }
  }
  return fields.Finish();
}

}  // namespace

const SynapseBlock* ProjectionSynapses::For(int swc_type) const {
  const auto found = by_swc_type.find(swc_type);
  if (found != by_swc_type.end()) return &found->second;
  return has_default ? &default_block : nullptr;
}

absl::StatusOr<SynapseConfig> ParseSynapses(const nlohmann::json& config) {
  SynapseConfig parsed;
  Fields top(config, "synapses");
  if (config.is_null()) return parsed;
  if (!config.is_object()) return top.Finish();
  for (const auto& [post, sources] : config.items()) {
    Fields of_post(sources, top.PathOf(post));
    if (!sources.is_object()) return of_post.Finish();
    for (const auto& [pre, record] : sources.items()) {
      Fields fields(record, of_post.PathOf(pre));
      ProjectionSynapses& projection = parsed[post][pre];
      projection.path = fields.PathOf("mechanisms");
      if (!fields.Has("mechanisms")) {
        fields.Fail("mechanisms", "the field is missing",
                    "synapse names with their parameters");
      }
      const nlohmann::json& mechanisms = fields.Raw("mechanisms");
      // The rest describes how the projection is built.
      fields.Ignore({"type", "sections", "layers", "proportions", "contacts"});
      MIV_RETURN_IF_ERROR(fields.Finish());
      MIV_RETURN_IF_ERROR(ParseMechanisms(mechanisms, &projection));
    }
  }
  return parsed;
}

SynapseMechanisms DefaultSynapseMechanisms() {
  SynapseMechanisms mechanisms;
  mechanisms.mechanism_of = {{"AMPA", "LinExp2Syn"},
                             {"NMDA", "LinExp2SynNMDA"},
                             {"GABA_A", "LinExp2Syn"},
                             {"GABA_B", "LinExp2Syn"}};
  mechanisms.rules["Exp2Syn"] = {{"tau1", "tau2", "e"}, {{"weight", 0}}};
  mechanisms.rules["LinExp2Syn"] = {{"tau_rise", "tau_decay", "e"},
                                    {{"weight", 0}, {"g_unit", 1}}};
  mechanisms.rules["LinExp2SynNMDA"] = {
      {"tau_rise", "tau_decay", "e", "mg", "Kd", "gamma", "vshift"},
      {{"weight", 0}, {"g_unit", 1}}};
  return mechanisms;
}

absl::StatusOr<SynapseMechanisms> ParseSynapseMechanisms(
    const nlohmann::json& mechanisms, const nlohmann::json& rules) {
  SynapseMechanisms parsed = DefaultSynapseMechanisms();
  Fields names(mechanisms, "synapse_mechanisms");
  if (mechanisms.is_object()) {
    for (const auto& [name, mechanism] : mechanisms.items()) {
      parsed.mechanism_of[name] = names.RequiredText(name);
    }
  }
  MIV_RETURN_IF_ERROR(names.Finish());
  Fields by_mechanism(rules, "synapse_rules");
  if (!rules.is_object()) {
    MIV_RETURN_IF_ERROR(by_mechanism.Finish());
    return parsed;
  }
  for (const auto& [mechanism, record] : rules.items()) {
    MIV_RETURN_IF_ERROR(ParseRule(record, by_mechanism.PathOf(mechanism),
                                  &parsed.rules[mechanism]));
  }
  return parsed;
}

}  // namespace miv::simulate
