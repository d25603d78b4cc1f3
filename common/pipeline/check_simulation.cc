// Checks of the model that a simulation runs.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

// An error about a part of the synapses, at the step that wrote it.
absl::Status SynapsesError(const Draft& draft, std::size_t index,
                           const std::string& post, const std::string& pre,
                           const std::string& rest, Fault fault) {
  const ResolvedStep* origin = &draft.step(index);
  if (!IsOwn(draft, index, {"synapses", post, pre})) {
    const ResolvedStep* maker =
        NearestOfKind(draft, index, "generate_connections", post);
    if (maker != nullptr && maker->config["synapses"].contains(post))
      origin = maker;
  }
  return ConfigError(*origin, absl::StrCat("synapses.", post, ".", pre, rest),
                     std::move(fault));
}

// The names that a point process takes from a synapse's parameters.
std::vector<std::string> ParametersOf(const json& rule) {
  auto names = rule["mech_params"].get<std::vector<std::string>>();
  for (const auto& [name, slot] : rule["netcon_params"].items())
    names.push_back(name);
  return names;
}

struct Projection {
  const std::string& post;
  const std::string& pre;
};

absl::Status CheckSynapseName(const Draft& draft, std::size_t index,
                              const Projection& at, const std::string& rest,
                              const std::string& name, const json& parameters) {
  const json& config = draft.step(index).config;
  const json& mechanisms = config["synapse_mechanisms"];
  if (!mechanisms.contains(name))
    return SynapsesError(
        draft, index, at.post, at.pre, rest,
        {.reason = "UNKNOWN_SYNAPSE",
         .what = "the synapse has no entry in synapse_mechanisms",
         .expected = "one of " + absl::StrJoin(KeysOf(mechanisms), ", "),
         .found = Show(name),
         .remedy = NearestName(name, KeysOf(mechanisms)).empty()
                       ? absl::StrCat("Add ", name,
                                      ": MECHANISM to synapse_mechanisms of "
                                      "the simulation.")
                       : SuggestName(name, KeysOf(mechanisms))});
  const std::string mechanism = mechanisms[name];
  if (!config["synapse_rules"].contains(mechanism))
    return ConfigError(
        draft.step(index), FieldPath("synapse_mechanisms", name),
        {.reason = "UNKNOWN_MECHANISM",
         .what = absl::StrCat("the point process ", mechanism,
                              " has no entry in synapse_rules"),
         .remedy = absl::StrCat("Add ", mechanism,
                                ": {mech_params: [...], netcon_params: "
                                "{weight: 0}} to synapse_rules.")});
  const auto known = ParametersOf(config["synapse_rules"][mechanism]);
  for (const auto& [parameter, value] : parameters.items()) {
    if (std::find(known.begin(), known.end(), parameter) == known.end())
      return SynapsesError(
          draft, index, at.post, at.pre, FieldPath(rest, parameter),
          {.reason = "UNKNOWN_PARAMETER",
           .what = absl::StrCat("the point process ", mechanism,
                                " has no such parameter"),
           .expected = "one of " + absl::StrJoin(known, ", "),
           .found = Show(parameter),
           .remedy = NearestName(parameter, known).empty()
                         ? ""
                         : SuggestName(parameter, known)});
    const auto fault = ExpressionFault(value, {"delay"});
    if (fault)
      return SynapsesError(draft, index, at.post, at.pre,
                           FieldPath(FieldPath(rest, parameter), fault->field),
                           *fault);
  }
  return absl::OkStatus();
}

absl::Status CheckProjectionMechanisms(const Draft& draft, std::size_t index,
                                       const Projection& at,
                                       const json& projection) {
  const json mechanisms = projection.value("mechanisms", json());
  if (!mechanisms.is_object() || mechanisms.empty())
    return SynapsesError(draft, index, at.post, at.pre, ".mechanisms",
                         {.reason = "MISSING_FIELD",
                          .what = "the field is required by the simulation",
                          .expected = "{synapse name: {parameter: value}}"});
  for (const auto& [type, names] : mechanisms.items())
    for (const auto& [name, parameters] : names.items())
      MIV_RETURN_IF_ERROR(CheckSynapseName(
          draft, index, at, absl::StrCat(".mechanisms.", type, ".", name), name,
          parameters));
  return absl::OkStatus();
}

absl::Status CheckAvailable(const ResolvedStep& step) {
  const json interval = step.config.value("checkpoint_interval", json());
  if (interval.is_number() && interval > 0)
    return ConfigError(step, "checkpoint_interval",
                       {.reason = "NOT_AVAILABLE",
                        .what = "simulations write no checkpoints while they "
                                "run here",
                        .expected = "null or 0",
                        .found = Show(interval),
                        .remedy = "Split the run: save_checkpoint in the first "
                                  "part, start_from in the next."});
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSimulatedModel(Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  MIV_RETURN_IF_ERROR(CheckCellTypes(draft, index));
  for (const std::string& name : KeysOf(step.config["connection_velocity"]))
    MIV_RETURN_IF_ERROR(CheckPopulation(
        draft, index, FieldPath("connection_velocity", name), name));
  for (const auto& [post, sources] : step.config["synapses"].items()) {
    const std::string field = FieldPath("synapses", post);
    if (IsOwn(draft, index, {"synapses", post}))
      MIV_RETURN_IF_ERROR(CheckPopulation(draft, index, field, post));
    for (const auto& [pre, projection] : sources.items()) {
      if (IsOwn(draft, index, {"synapses", post, pre}))
        MIV_RETURN_IF_ERROR(
            CheckPopulation(draft, index, FieldPath(field, pre), pre));
      MIV_RETURN_IF_ERROR(
          CheckProjectionMechanisms(draft, index, {post, pre}, projection));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSimulation(Draft& draft, std::size_t index) {
  MIV_RETURN_IF_ERROR(CheckAvailable(draft.step(index)));
  MIV_RETURN_IF_ERROR(CheckSimulatedModel(draft, index));
  MIV_RETURN_IF_ERROR(CheckHooks(draft, index));
  MIV_RETURN_IF_ERROR(CheckStimuli(draft, index));
  MIV_RETURN_IF_ERROR(CheckStimulusFiles(draft, index));
  MIV_RETURN_IF_ERROR(CheckClamps(draft, index));
  MIV_RETURN_IF_ERROR(CheckStart(draft, index));
  return CheckRecordings(draft, index);
}

}  // namespace miv::pipeline
