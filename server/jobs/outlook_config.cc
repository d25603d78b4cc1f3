#include "server/jobs/outlook_config.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"

namespace miv::server {

using nlohmann::json;

namespace {

// Mean density of a rule in a layer, per um.
double MeanOf(const json& rule, const std::string& layer) {
  const json& own = At(rule, {layer});
  return NumberIn(own.is_null() ? At(rule, {"default"}) : own, "mean", 0);
}

}  // namespace

double SumOfMembers(const json& object) {
  double sum = 0;
  if (!object.is_object()) return 0;
  for (const auto& value : object) {
    if (value.is_number()) sum += value.get<double>();
  }
  return sum;
}

double NumberIn(const json& object, const char* name, double otherwise) {
  const auto found = object.find(name);
  const bool there = found != object.end() && found->is_number();
  return there ? found->get<double>() : otherwise;
}

const json& At(const json& value, const std::vector<std::string>& path) {
  static const json& kNull = *new json();
  const json* at = &value;
  for (const std::string& name : path) {
    if (!at->is_object()) return kNull;
    const auto found = at->find(name);
    if (found == at->end()) return kNull;
    at = &*found;
  }
  return *at;
}

double MechanismsOf(const json& projection) {
  std::set<std::string> names;
  const json& by_class = At(projection, {"mechanisms"});
  if (!by_class.is_object()) return 1;
  for (const auto& mechanisms : by_class) {
    if (!mechanisms.is_object()) continue;
    for (const auto& [name, parameters] : mechanisms.items()) {
      names.insert(name);
    }
  }
  return std::max<double>(1, static_cast<double>(names.size()));
}

double TakenBy(const json& projection,
               const std::map<std::string, double>& per_cell) {
  const json& sections = At(projection, {"sections"});
  const json& layers = At(projection, {"layers"});
  const json& proportions = At(projection, {"proportions"});
  const std::string type = projection.value("type", std::string());
  double taken = 0;
  for (std::size_t i = 0; i < proportions.size(); ++i) {
    const auto found =
        per_cell.find(absl::StrCat(sections[i].get<std::string>(), " ", type,
                                   " ", layers[i].get<std::string>()));
    if (found == per_cell.end()) continue;
    taken += proportions[i].get<double>() * found->second;
  }
  return taken;
}

std::map<std::string, double> CensusOf(const pipeline::ResolvedStep& step,
                                       const pipeline::TreeLengths& lengths) {
  std::map<std::string, double> per_cell;
  const json& density =
      At(step.config, {"cell_types", step.population(), "synapses", "density"});
  const json& names = At(step.config, {"layer_definitions"});
  for (const auto& [section, by_layer] : lengths) {
    for (const auto& [type, rule] : At(density, {section}).items()) {
      for (const auto& [name, index] : names.items()) {
        const auto length = by_layer.find(index.get<int>());
        if (length == by_layer.end()) continue;
        const double mean = MeanOf(rule, name);
        if (!(mean > 0)) continue;
        per_cell[absl::StrCat(section, " ", type, " ", name)] =
            mean * length->second;
      }
    }
  }
  return per_cell;
}

}  // namespace miv::server
