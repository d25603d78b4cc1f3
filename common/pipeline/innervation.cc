#include "common/pipeline/innervation.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

// The entry for `layer`, else the default's, else null.
json DensityOf(const json& density, const std::string& section,
               const std::string& type, const std::string& layer) {
  const json layers =
      density.value(section, json::object()).value(type, json::object());
  return layers.value(layer, layers.value("default", json()));
}

bool Reachable(const json& density, const json& projection) {
  for (std::size_t i = 0; i < projection["sections"].size(); ++i)
    if (HasSynapses(DensityOf(density, projection["sections"][i],
                              projection["type"], projection["layers"][i])))
      return true;
  return false;
}

// Whether a projection takes synapses of this class and type, in `layer` or,
// for the default entry, in any layer.
bool Taken(const json& sources, const std::string& section,
           const std::string& type, const std::string& layer) {
  for (const auto& [pre, projection] : sources.items()) {
    if (projection["type"] != type) continue;
    for (std::size_t i = 0; i < projection["sections"].size(); ++i)
      if (projection["sections"][i] == section &&
          (layer == "default" || projection["layers"][i] == layer))
        return true;
  }
  return false;
}

}  // namespace

bool HasSynapses(const json& density) {
  return density.is_object() &&
         (density.value("mean", 0.0) > 0 || density.value("variance", 0.0) > 0);
}

std::string PlaceText(const std::string& section, const std::string& layer) {
  return layer == "default" ? section : absl::StrCat(section, " in ", layer);
}

absl::Status CheckInnervation(Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  const ResolvedStep* placed =
      ProducerOf(draft, index, "synapses", "distribute_synapses");
  if (placed == nullptr) return absl::OkStatus();
  const std::string post = step.population();
  const json& density =
      placed->config["cell_types"][post]["synapses"]["density"];
  const json& sources = step.config["synapses"][post];
  for (const auto& [pre, projection] : sources.items())
    if (!Reachable(density, projection))
      return ConfigError(
          step, absl::StrCat("synapses.", post, ".", pre),
          {.reason = "UNREACHABLE_PROJECTION",
           .what = absl::StrCat("no ", projection["type"].get<std::string>(),
                                " synapses are placed where the projection "
                                "from ",
                                pre, " ends"),
           .remedy = absl::StrCat("Give cell_types.", post,
                                  ".synapses.density a density there, or "
                                  "remove the projection.")});
  return absl::OkStatus();
}

void WarnOfUntaken(const ResolvedStep& step, const ResolvedStep& placed,
                   std::vector<Warning>& warnings) {
  const std::string post = step.population();
  const json& sources = step.config["synapses"][post];
  const json& density =
      placed.config["cell_types"][post]["synapses"]["density"];
  const std::string field = ConfigField(step, absl::StrCat("synapses.", post));
  for (const auto& [section, types] : density.items())
    for (const auto& [type, layers] : types.items())
      for (const auto& [layer, value] : layers.items())
        if (HasSynapses(value) && !Taken(sources, section, type, layer))
          warnings.push_back(
              {step.name, field,
               absl::StrCat("No projection takes the ", type, " synapses on ",
                            PlaceText(section, layer),
                            ": if the tree has such sections, the step will "
                            "fail.")});
}

}  // namespace miv::pipeline
