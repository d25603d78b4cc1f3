#include "worker/simulate/synapses/synapse_variants.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"

namespace miv::simulate {
namespace {

constexpr char kWeight[] = "weight";
constexpr char kDelay[] = "delay";
// What MiV-Simulator f279b9c, env.py calls the value of `parameter`.
constexpr char kFormal[] = "x";

absl::Status ConfigError(const std::string& field, std::string what,
                         std::string remedy) {
  Fault fault;
  fault.reason = "SYNAPSE_CONFIG";
  fault.field = field;
  fault.what = std::move(what);
  fault.remedy = std::move(remedy);
  return InvalidInput(fault);
}

template <typename Map>
std::vector<std::string> Keys(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

}  // namespace

/// Builds the variants of one population.
class VariantBuilder {
 public:
  VariantBuilder(neuron::Engine& engine,
                 const SynapseVariants::Request& request,
                 SynapseVariants* result)
      : engine_(engine), request_(request), result_(*result) {}

  absl::Status AddSource(const std::string& source) {
    SynapseVariants::Projection& made = result_.projections_.emplace_back();
    const ProjectionSynapses* config = Find(source);
    if (config == nullptr) {
      return ConfigError(
          absl::StrCat("synapses.", request_.population, ".", source),
          "the network has a projection without synapses in the config",
          absl::StrCat("Add synapses.", request_.population, ".", source,
                       ".mechanisms."));
    }
    made.has_default = config->has_default;
    MIV_RETURN_IF_ERROR(AddBlock(*config, config->default_block,
                                 absl::StrCat(config->path, ".default"),
                                 &made.default_block));
    for (const auto& [type, block] : config->by_swc_type) {
      MIV_RETURN_IF_ERROR(AddBlock(*config, block,
                                   absl::StrCat(config->path, ".", type),
                                   &made.by_swc_type[type]));
    }
    return absl::OkStatus();
  }

 private:
  const ProjectionSynapses* Find(const std::string& source) const {
    const auto post = request_.config.find(request_.population);
    if (post == request_.config.end()) return nullptr;
    const auto pre = post->second.find(source);
    return pre == post->second.end() ? nullptr : &pre->second;
  }

  absl::Status AddBlock(const ProjectionSynapses& projection,
                        const SynapseBlock& block, const std::string& path,
                        std::vector<SynapsePart>* parts) {
    for (const SynapseParameters& synapse : block) {
      const std::string field = absl::StrCat(path, ".", synapse.name);
      SynapseVariant variant;
      variant.name = synapse.name;
      const auto mechanism =
          request_.mechanisms.mechanism_of.find(synapse.name);
      if (mechanism == request_.mechanisms.mechanism_of.end()) {
        return ConfigError(
            field, "no mechanism belongs to the synapse name",
            SuggestName(synapse.name, Keys(request_.mechanisms.mechanism_of)));
      }
      const MechanismRule* rule = nullptr;
      MIV_ASSIGN_OR_RETURN(rule, RuleOf(mechanism->second, field));
      MIV_ASSIGN_OR_RETURN(variant.type, TypeOf(mechanism->second, field));
      const auto slot = rule->weights.find(kWeight);
      variant.weight_slot = slot == rule->weights.end() ? 0 : slot->second;
      MIV_RETURN_IF_ERROR(
          Resolve(synapse, *variant.type, *rule, field, &variant.values));
      if (request_.scope == ParameterScope::kByMechanism) {
        MIV_RETURN_IF_ERROR(
            AddAfterwards(projection, mechanism->second, *rule, &variant));
      }
      const int name =
          result_.names_
              .emplace(synapse.name, static_cast<int>(result_.names_.size()))
              .first->second;
      parts->push_back({name, static_cast<int>(result_.variants_.size())});
      result_.second_stage_ = result_.second_stage_ ||
                              request_.scope == ParameterScope::kByMechanism ||
                              !variant.values.delay_dependent.empty();
      result_.variants_.push_back(std::move(variant));
    }
    return absl::OkStatus();
  }

  /// The default block's values of all names of one mechanism, the later name
  /// winning.
  absl::Status AddAfterwards(const ProjectionSynapses& projection,
                             const std::string& mechanism,
                             const MechanismRule& rule,
                             SynapseVariant* variant) {
    for (const SynapseParameters& synapse : projection.default_block) {
      const auto other = request_.mechanisms.mechanism_of.find(synapse.name);
      if (other == request_.mechanisms.mechanism_of.end() ||
          other->second != mechanism) {
        continue;
      }
      MIV_RETURN_IF_ERROR(
          Resolve(synapse, *variant->type, rule,
                  absl::StrCat(projection.path, ".default.", synapse.name),
                  &variant->afterwards));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<const MechanismRule*> RuleOf(const std::string& mechanism,
                                              const std::string& field) const {
    const auto rule = request_.mechanisms.rules.find(mechanism);
    if (rule != request_.mechanisms.rules.end()) return &rule->second;
    return ConfigError(
        field, absl::StrCat("mechanism ", mechanism, " has no rule"),
        absl::StrCat("Add synapse_rules.", mechanism,
                     ": {mech_params: [...], netcon_params: {weight: 0}}."));
  }

  absl::StatusOr<const neuron::PointProcessType*> TypeOf(
      const std::string& mechanism, const std::string& field) {
    auto& type = result_.types_[mechanism];
    if (type == nullptr) {
      auto found = neuron::FindPointProcess(engine_, mechanism);
      if (!found.ok()) {
        Fault context;
        context.field = field;
        return WithContext(found.status(), context);
      }
      type = std::make_unique<neuron::PointProcessType>(*std::move(found));
    }
    return type.get();
  }

  /// Turns one block's values of a name into indices.
  absl::Status Resolve(const SynapseParameters& synapse,
                       const neuron::PointProcessType& type,
                       const MechanismRule& rule, const std::string& field,
                       ParameterSet* set) {
    for (const auto& [name, value] : synapse.values) {
      const std::string path = absl::StrCat(field, ".", name);
      const auto slot = rule.weights.find(name);
      const bool is_weight = slot != rule.weights.end();
      int index = 0;
      if (is_weight) {
        index = slot->second;
        MIV_RETURN_IF_ERROR(CheckSlot(type, index, path));
      } else {
        MIV_ASSIGN_OR_RETURN(index, ParameterIndex(type, rule, name, path));
      }
      MIV_RETURN_IF_ERROR(Append(value, is_weight, index, path, set));
    }
    return absl::OkStatus();
  }

  absl::Status CheckSlot(const neuron::PointProcessType& type, int slot,
                         const std::string& path) {
    if (slot >= type.weights) {
      return ConfigError(
          path,
          absl::StrCat("mechanism ", type.name, " has ", type.weights,
                       " weight(s), not a weight number ", slot),
          "NET_RECEIVE of the mechanism must take the value as an argument.");
    }
    if (slot > 0 && !type.keeps_weights) {
      auto& cleared = result_.cleared_;
      if (std::find(cleared.begin(), cleared.end(), type.name) ==
          cleared.end()) {
        cleared.push_back(type.name);
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<int> ParameterIndex(const neuron::PointProcessType& type,
                                     const MechanismRule& rule,
                                     const std::string& name,
                                     const std::string& path) {
    const auto index = type.parameters.find(name);
    const bool in_rule =
        std::find(rule.parameters.begin(), rule.parameters.end(), name) !=
        rule.parameters.end();
    if (in_rule && index != type.parameters.end()) return index->second;
    std::vector<std::string> known = rule.parameters;
    for (const auto& [weight, slot] : rule.weights) known.push_back(weight);
    return ConfigError(
        path, absl::StrCat("mechanism ", type.name, " has no parameter ", name),
        SuggestName(name, known));
  }

  absl::Status Append(const ParameterValue& value, bool is_weight, int index,
                      const std::string& path, ParameterSet* set) {
    if (value.expression.empty()) {
      (is_weight ? set->weights : set->parameters)
          .emplace_back(index, value.number);
      return absl::OkStatus();
    }
    auto expression =
        Expression::Parse(value.expression, {kDelay, kFormal}, value.constants);
    if (!expression.ok()) {
      Fault context;
      context.field = path;
      return WithContext(expression.status(), context);
    }
    set->delay_dependent.push_back({is_weight, index, *std::move(expression)});
    return absl::OkStatus();
  }

  neuron::Engine& engine_;
  const SynapseVariants::Request& request_;
  SynapseVariants& result_;
};

absl::StatusOr<std::unique_ptr<SynapseVariants>> SynapseVariants::Create(
    neuron::Engine& engine, const Request& request) {
  auto variants = std::make_unique<SynapseVariants>();
  VariantBuilder builder(engine, request, variants.get());
  for (const std::string& source : request.sources) {
    MIV_RETURN_IF_ERROR(builder.AddSource(source));
  }
  return variants;
}

const std::vector<SynapsePart>* SynapseVariants::For(int source,
                                                     int swc_type) const {
  const Projection& projection = projections_[source];
  const auto found = projection.by_swc_type.find(swc_type);
  if (found != projection.by_swc_type.end()) return &found->second;
  return projection.has_default ? &projection.default_block : nullptr;
}

}  // namespace miv::simulate
