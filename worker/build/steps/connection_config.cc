#include "worker/build/steps/connection_config.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/build/steps/config_fields.h"

namespace miv::worker {
namespace {

using nlohmann::json;

absl::Status BadValue(const std::string& field, const std::string& what,
                      const std::string& expected, const json* found) {
  return InvalidInput({.reason = "BAD_CONFIG",
                       .field = field,
                       .what = what,
                       .expected = expected,
                       .found = found == nullptr ? "nothing" : found->dump()});
}

absl::StatusOr<const json*> ListField(const json& object,
                                      const std::string& path,
                                      const char* name) {
  const json* value = FindField(object, name);
  if (value == nullptr || !value->is_array())
    return BadValue(absl::StrCat(path, ".", name), "not a list", "a list",
                    value);
  return value;
}

absl::StatusOr<std::string> TextAt(const json& list, std::size_t i,
                                   const std::string& field) {
  if (!list[i].is_string())
    return BadValue(field, "not a name", "a text", &list[i]);
  return list[i].get<std::string>();
}

absl::StatusOr<build::SynapseTarget> TargetOf(
    const json& sections, const json& layers, const json& proportions,
    std::size_t i, const std::string& path, const LayerNames& layer_names) {
  const std::string at = absl::StrCat("[", i, "]");
  const std::string section_field = absl::StrCat(path, ".sections", at);
  const std::string layer_field = absl::StrCat(path, ".layers", at);
  build::SynapseTarget target;
  MIV_ASSIGN_OR_RETURN(const std::string section,
                       TextAt(sections, i, section_field));
  MIV_ASSIGN_OR_RETURN(target.swc_type,
                       SectionClassCode(section, section_field));
  MIV_ASSIGN_OR_RETURN(const std::string layer, TextAt(layers, i, layer_field));
  MIV_ASSIGN_OR_RETURN(target.layer, layer_names.CodeOf(layer, layer_field));
  if (!proportions[i].is_number())
    return BadValue(absl::StrCat(path, ".proportions", at), "not a proportion",
                    "a number", &proportions[i]);
  target.proportion = proportions[i].get<double>();
  return target;
}

absl::StatusOr<build::ProjectionRule> RuleOf(const std::string& source,
                                             const json& projection,
                                             const std::string& path,
                                             const LayerNames& layer_names) {
  build::ProjectionRule rule;
  rule.source = source;
  MIV_ASSIGN_OR_RETURN(const std::string type, TextField(projection, "type"));
  MIV_ASSIGN_OR_RETURN(rule.synapse_type,
                       SynapseTypeCode(type, absl::StrCat(path, ".type")));
  MIV_ASSIGN_OR_RETURN(const json* sections,
                       ListField(projection, path, "sections"));
  MIV_ASSIGN_OR_RETURN(const json* layers,
                       ListField(projection, path, "layers"));
  MIV_ASSIGN_OR_RETURN(const json* proportions,
                       ListField(projection, path, "proportions"));
  if (sections->size() != layers->size() ||
      sections->size() != proportions->size())
    return InvalidInput(
        {.reason = "BAD_CONFIG",
         .field = path,
         .what = "sections, layers and proportions are not parallel lists",
         .expected = "equal lengths",
         .found = absl::StrCat(sections->size(), ", ", layers->size(), " and ",
                               proportions->size())});
  for (std::size_t i = 0; i < sections->size(); ++i) {
    MIV_ASSIGN_OR_RETURN(
        const auto target,
        TargetOf(*sections, *layers, *proportions, i, path, layer_names));
    // A share of nothing is no target.
    if (target.proportion != 0) rule.targets.push_back(target);
  }
  if (FindField(projection, "contacts") != nullptr) {
    MIV_ASSIGN_OR_RETURN(rule.contacts, NumberField(projection, "contacts"));
  }
  return rule;
}

absl::StatusOr<std::array<double, 2>> PairField(const json& object,
                                                const std::string& path,
                                                const char* name) {
  const json* value = FindField(object, name);
  if (value == nullptr || !value->is_array() || value->size() != 2 ||
      !(*value)[0].is_number() || !(*value)[1].is_number())
    return BadValue(absl::StrCat(path, ".", name), "not a pair along U and V",
                    "two numbers", value);
  return std::array<double, 2>{(*value)[0].get<double>(),
                               (*value)[1].get<double>()};
}

absl::StatusOr<build::LayeredKernels> KernelsOf(const json& extents,
                                                const std::string& source,
                                                const LayerNames& layer_names) {
  const std::string path = absl::StrCat("config.axon_extents.", source);
  const json* layers = FindField(extents, source);
  if (layers == nullptr || !layers->is_object())
    return InvalidInput(
        {.reason = "NO_AXON_EXTENT",
         .field = path,
         .what = absl::StrCat("the axons of ", source, " have no extent"),
         .expected = "an entry by layer, or default"});
  std::vector<build::LayeredKernels::Entry> entries;
  for (const auto& [layer, value] : layers->items()) {
    build::LayeredKernels::Entry entry;
    const std::string field = absl::StrCat(path, ".", layer);
    if (layer != "default") {
      MIV_ASSIGN_OR_RETURN(entry.layer, layer_names.CodeOf(layer, field));
    }
    MIV_ASSIGN_OR_RETURN(entry.extent.width, PairField(value, field, "width"));
    if (FindField(value, "offset") != nullptr) {
      MIV_ASSIGN_OR_RETURN(entry.extent.offset,
                           PairField(value, field, "offset"));
    }
    entries.push_back(entry);
  }
  auto kernels = build::LayeredKernels::Create(entries);
  if (!kernels.ok()) return WithContext(kernels.status(), {.field = path});
  return kernels;
}

}  // namespace

absl::StatusOr<ConnectionModel> ConnectionModelOf(const json& config,
                                                  const std::string& population,
                                                  const LayerNames& layers) {
  MIV_ASSIGN_OR_RETURN(const auto* synapses, ObjectField(config, "synapses"));
  MIV_ASSIGN_OR_RETURN(const auto* extents,
                       ObjectField(config, "axon_extents"));
  const json* projections = FindField(*synapses, population);
  if (projections == nullptr || !projections->is_object() ||
      projections->empty())
    return InvalidInput(
        {.reason = "NO_PROJECTIONS",
         .field = absl::StrCat("config.synapses.", population),
         .what = absl::StrCat("the model has no projection onto ", population),
         .remedy = "Add one, or leave the step out."});
  ConnectionModel model;
  for (const auto& [source, projection] : projections->items()) {
    const std::string path =
        absl::StrCat("config.synapses.", population, ".", source);
    auto rule = RuleOf(source, projection, path, layers);
    if (!rule.ok()) return WithContext(rule.status(), {.field = path});
    MIV_ASSIGN_OR_RETURN(auto kernels, KernelsOf(*extents, source, layers));
    model.rules.push_back(*std::move(rule));
    model.kernels.push_back(std::move(kernels));
  }
  if (FindField(config, "allow_autapses") != nullptr) {
    MIV_ASSIGN_OR_RETURN(model.allow_autapses,
                         BoolField(config, "allow_autapses"));
  }
  return model;
}

}  // namespace miv::worker
