#include "worker/build/steps/density_config.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/build/steps/config_fields.h"

namespace miv::worker {
namespace {

using nlohmann::json;

absl::Status CheckMapping(const json& value, const std::string& field) {
  if (value.is_object()) return absl::OkStatus();
  return InvalidInput({.reason = "BAD_CONFIG",
                       .field = field,
                       .what = "the step cannot use this value",
                       .expected = "a mapping",
                       .found = value.dump().substr(0, 200)});
}

absl::StatusOr<std::vector<build::LayerDensity>> LayersOfRule(
    const json& rule, const std::string& field, const LayerNames& layers) {
  MIV_RETURN_IF_ERROR(CheckMapping(rule, field));
  std::vector<build::LayerDensity> densities;
  for (const auto& [layer, value] : rule.items()) {
    build::LayerDensity density;
    const std::string here = absl::StrCat(field, ".", layer);
    if (layer != "default") {
      MIV_ASSIGN_OR_RETURN(density.layer, layers.CodeOf(layer, here));
    }
    const auto in_context = [&here](absl::Status status) {
      return WithContext(status, {.field = here});
    };
    const auto mean = NumberField(value, "mean");
    if (!mean.ok()) return in_context(mean.status());
    density.mean = *mean;
    if (FindField(value, "variance") != nullptr) {
      const auto variance = NumberField(value, "variance");
      if (!variance.ok()) return in_context(variance.status());
      density.sd = *variance;
    }
    densities.push_back(density);
  }
  return densities;
}

// The index of the layer that the config names as the last one of a rule.
absl::StatusOr<std::ptrdiff_t> LastLayer(const json& synapses,
                                         const std::string& section,
                                         const std::string& type,
                                         const json& rule) {
  const json* last = FindField(synapses, "last_layers");
  if (last != nullptr) last = FindField(*last, section);
  if (last != nullptr) last = FindField(*last, type);
  if (last != nullptr && last->is_string() &&
      rule.contains(last->get<std::string>()))
    return std::distance(rule.begin(), rule.find(last->get<std::string>()));
  return InvalidInput(
      {.reason = "BAD_CONFIG",
       .field = absl::StrCat("synapses.last_layers.", section, ".", type),
       .what = "the last layer of the density is not known",
       .expected = "one of the layers of the density",
       .found = last == nullptr ? "nothing" : last->dump().substr(0, 200)});
}

absl::StatusOr<build::DensityTable> TableOf(const json& synapses,
                                            const std::string& field,
                                            const LayerNames& layers,
                                            bool last_counts) {
  build::DensityTable table;
  const json& density = synapses["density"];
  for (const auto& [section, types] : density.items()) {
    const std::string in_section = absl::StrCat(field, ".", section);
    MIV_ASSIGN_OR_RETURN(const std::uint8_t swc_type,
                         SectionClassCode(section, in_section));
    MIV_RETURN_IF_ERROR(CheckMapping(types, in_section));
    for (const auto& [type, rule] : types.items()) {
      const std::string in_type = absl::StrCat(in_section, ".", type);
      MIV_ASSIGN_OR_RETURN(const std::uint8_t synapse_type,
                           SynapseTypeCode(type, in_type));
      MIV_ASSIGN_OR_RETURN(auto densities, LayersOfRule(rule, in_type, layers));
      if (last_counts && !densities.empty()) {
        MIV_ASSIGN_OR_RETURN(const std::ptrdiff_t last,
                             LastLayer(synapses, section, type, rule));
        std::rotate(densities.begin() + last, densities.begin() + last + 1,
                    densities.end());
      }
      table.push_back({swc_type, synapse_type, std::move(densities)});
    }
  }
  std::sort(table.begin(), table.end(), [](const auto& a, const auto& b) {
    return std::tie(a.swc_type, a.synapse_type) <
           std::tie(b.swc_type, b.synapse_type);
  });
  return table;
}

// The value of a field that names one of two choices.
template <typename T>
absl::StatusOr<T> ChoiceOf(const json& config, absl::string_view field,
                           std::pair<const char*, T> first,
                           std::pair<const char*, T> second) {
  const auto name = TextField(config, field);
  MIV_RETURN_IF_ERROR(name.status());
  if (*name == first.first) return first.second;
  if (*name == second.first) return second.second;
  return InvalidInput(
      {.reason = "BAD_CONFIG",
       .field = absl::StrCat("config.", field),
       .what = "not one of the choices",
       .expected = absl::StrCat(first.first, " or ", second.first),
       .found = *name});
}

absl::StatusOr<build::SynapseOptions> OptionsOf(const json& config) {
  using build::DensitySemantics;
  using build::PointProcess;
  using build::SynapseDistribution;
  build::SynapseOptions options;
  MIV_ASSIGN_OR_RETURN(
      options.distribution,
      ChoiceOf<SynapseDistribution>(
          config, "distribution", {"poisson", SynapseDistribution::kPoisson},
          {"uniform", SynapseDistribution::kUniform}));
  MIV_ASSIGN_OR_RETURN(
      options.density_semantics,
      ChoiceOf<DensitySemantics>(config, "density_semantics",
                                 {"per_layer", DensitySemantics::kPerLayer},
                                 {"last_layer", DensitySemantics::kLastLayer}));
  MIV_ASSIGN_OR_RETURN(
      options.point_process,
      ChoiceOf<PointProcess>(config, "point_process",
                             {"homogeneous", PointProcess::kHomogeneous},
                             {"original", PointProcess::kOriginal}));
  return options;
}

}  // namespace

absl::StatusOr<SynapseModel> SynapseModelOf(const json& config,
                                            const std::string& population,
                                            const LayerNames& layers) {
  MIV_ASSIGN_OR_RETURN(const auto* cell_types,
                       ObjectField(config, "cell_types"));
  MIV_ASSIGN_OR_RETURN(const auto* cell_type,
                       ObjectField(*cell_types, population));
  const std::string field =
      absl::StrCat("config.cell_types.", population, ".synapses.density");
  const auto* synapses = FindField(*cell_type, "synapses");
  const auto* density =
      synapses == nullptr ? nullptr : FindField(*synapses, "density");
  if (density == nullptr || !density->is_object() || density->empty())
    return InvalidInput({.reason = "NO_DENSITIES",
                         .field = field,
                         .what = absl::StrCat("the model gives ", population,
                                              " no synapse densities"),
                         .remedy = "Add them, or leave the step out."});
  SynapseModel model;
  if (const auto* name = FindField(*cell_type, "template");
      name != nullptr && name->is_string())
    model.template_name = name->get<std::string>();
  MIV_ASSIGN_OR_RETURN(model.options, OptionsOf(config));
  MIV_ASSIGN_OR_RETURN(model.densities,
                       TableOf(*synapses, field, layers,
                               model.options.density_semantics ==
                                   build::DensitySemantics::kLastLayer));
  return model;
}

}  // namespace miv::worker
