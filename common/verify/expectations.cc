#include "common/verify/expectations.h"

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"

namespace miv::verify {
namespace {

using nlohmann::json;

constexpr const char* kSections[] = {"soma",  "axon", "basal", "apical",
                                     "trunk", "tuft", "ais",   "hillock"};
constexpr const char* kTypes[] = {"excitatory", "inhibitory", "modulatory"};

// SWC type 1..8, or 0.
int SectionCode(const std::string& name) {
  const auto* it = std::find(std::begin(kSections), std::end(kSections), name);
  return it == std::end(kSections)
             ? 0
             : static_cast<int>(it - std::begin(kSections)) + 1;
}

int TypeCode(const std::string& name) {
  return static_cast<int>(
      std::find(std::begin(kTypes), std::end(kTypes), name) -
      std::begin(kTypes));
}

std::optional<int> LayerCode(const std::string& name, const json& definitions) {
  if (name == "default") return std::nullopt;
  return definitions.at(name).get<int>();
}

std::map<std::string, Box> BoxesOf(const json& extents) {
  std::map<std::string, Box> boxes;
  for (const auto& [layer, box] : extents.items())
    boxes[layer] = {box.at(0).get<Point>(), box.at(1).get<Point>()};
  return boxes;
}

void ReadTypes(const json& from, Expectations& to) {
  to.types_known = true;
  const json& definitions = from.at("population_definitions");
  for (const auto& [name, layers] : from.at("cell_distributions").items()) {
    for (const auto& [layer, count] : layers.items())
      to.counts[name] += count.get<std::int64_t>();
    to.definitions[name] = definitions.at(name);
  }
  for (const auto& [post, sources] : from.at("projections").items())
    for (const auto& pre : sources) to.projections.emplace(post, pre);
}

// MiV-Simulator's rotation: only the last angle that is not 0 acts.
void KeepLastAngle(Point& degrees) {
  bool later = false;
  for (std::size_t axis = degrees.size(); axis-- > 0;) {
    if (later) degrees[axis] = 0;
    later = later || degrees[axis] != 0;
  }
}

CoordinateExpectations CoordinatesOf(const json& from) {
  CoordinateExpectations to;
  to.layers = BoxesOf(from.at("layer_extents"));
  to.rotation = from.at("rotation").get<Point>();
  if (from.value("rotation_order", "all_axes") == "last_axis")
    KeepLastAngle(to.rotation);
  to.name_space = from.at("coordinate_namespace");
  to.exact_layers = !from.at("compat_sampling").get<bool>();
  for (const auto& [name, layers] : from.at("cell_distributions").items())
    for (const auto& [layer, count] : layers.items())
      if (const auto n = count.get<std::int64_t>(); n > 0) {
        if (layer.starts_with('@'))
          to.placed.insert(name);
        else
          to.cells[name][layer] = n;
      }
  if (from.at("cell_constraints").is_object())
    for (const auto& [name, layers] : from["cell_constraints"].items())
      for (const auto& [layer, band] : layers.items())
        to.bands[name][layer] = {band.at(0), band.at(1)};
  if (from.at("populations").is_array())
    for (const auto& name : from["populations"]) to.populations.insert(name);
  return to;
}

SynapseExpectations SynapsesOf(const json& from) {
  SynapseExpectations to;
  const bool last = from.at("density_semantics") == "last_layer";
  if (from.at("distribution") == "uniform")
    to.process = SynapseExpectations::Process::kEven;
  else if (from.at("point_process") == "original")
    to.process = SynapseExpectations::Process::kOriginal;
  const json last_layers = from.value("last_layers", json::object());
  for (const auto& [section, types] : from.at("density").items())
    for (const auto& [type, layers] : types.items()) {
      DensityRule rule{SectionCode(section), TypeCode(type), {}, {}};
      const std::string named =
          last_layers.value(section, json::object()).value(type, "");
      for (const auto& [layer, density] : layers.items()) {
        if (last && (named.empty() || named == layer))
          rule.only = rule.layers.size();
        rule.layers.push_back({LayerCode(layer, from.at("layer_definitions")),
                               density.at("mean"),
                               density.value("variance", 0.0)});
      }
      to.rules.push_back(std::move(rule));
    }
  return to;
}

ProjectionExpectations ProjectionOf(const json& projection, const json& extents,
                                    const json& definitions) {
  ProjectionExpectations to;
  to.type = TypeCode(projection.at("type"));
  to.contacts = projection.value("contacts", 1.0);
  for (std::size_t i = 0; i < projection.at("sections").size(); ++i) {
    const double share = projection.at("proportions").at(i);
    const int layer =
        definitions.value(projection.at("layers").at(i).get<std::string>(), -1);
    if (share > 0)
      to.proportions[{SectionCode(projection["sections"][i]), layer}] = share;
  }
  for (const auto& [layer, extent] : extents.items())
    to.kernels.push_back({LayerCode(layer, definitions),
                          extent.at("width").get<std::array<double, 2>>(),
                          extent.value("offset", json({0.0, 0.0}))
                              .get<std::array<double, 2>>()});
  return to;
}

ConnectionExpectations ConnectionsOf(const json& from) {
  ConnectionExpectations to;
  to.autapses = from.at("allow_autapses");
  for (const auto& [pre, projection] : from.at("projections").items())
    to.sources[pre] = ProjectionOf(projection, from.at("axon_extents").at(pre),
                                   from.at("layer_definitions"));
  return to;
}

Expectations Read(const json& from) {
  Expectations to;
  if (from.contains("types")) ReadTypes(from["types"], to);
  if (from.contains("coordinates"))
    to.coordinates = CoordinatesOf(from["coordinates"]);
  if (from.contains("distances"))
    to.distances = {BoxesOf(from["distances"].at("layer_extents")),
                    {from["distances"].at("origin").at("U"),
                     from["distances"].at("origin").at("V")}};
  const json synapses = from.value("synapses", json::object());
  for (const auto& [name, entry] : synapses.items())
    to.synapses[name] = SynapsesOf(entry);
  const json connections = from.value("connections", json::object());
  for (const auto& [name, entry] : connections.items())
    to.connections[name] = ConnectionsOf(entry);
  return to;
}

}  // namespace

const LayerDensity* DensityRule::In(int layer) const {
  const LayerDensity* fallback = nullptr;
  for (const LayerDensity& entry : layers) {
    if (entry.layer == layer) return only ? &layers[*only] : &entry;
    if (!entry.layer) fallback = &entry;
  }
  return fallback != nullptr && only ? &layers[*only] : fallback;
}

double Kernel::Weight(double du, double dv) const {
  double exponent = 0;
  for (const auto& [axis, d] :
       {std::pair{0, std::fabs(du)}, std::pair{1, std::fabs(dv)}}) {
    if (!(d < reach(axis))) return 0;
    const double sigma = (reach(axis) - offset[axis]) / 3;
    exponent += (d - offset[axis]) * (d - offset[axis]) / (sigma * sigma);
  }
  return std::exp(-exponent / 2);
}

int ProjectionExpectations::KernelIn(int layer) const {
  int fallback = -1;
  for (std::size_t i = 0; i < kernels.size(); ++i) {
    if (kernels[i].layer == layer) return static_cast<int>(i);
    if (!kernels[i].layer) fallback = static_cast<int>(i);
  }
  return fallback;
}

absl::StatusOr<Expectations> ExpectationsFromJson(const json& from) {
  if (from.is_null()) return Expectations();
  try {
    return Read(from);
  } catch (const json::exception& error) {
    return InvalidInput({.reason = "BAD_EXPECTATIONS",
                         .what = "the expectations of a network are not as a "
                                 "resolved pipeline gives them",
                         .found = error.what()});
  }
}

std::string SectionClassName(int swc_type) {
  return swc_type >= 1 && swc_type <= 8 ? kSections[swc_type - 1]
                                        : absl::StrCat(swc_type);
}

std::string SynapseTypeName(int type) {
  return type >= 0 && type <= 2 ? kTypes[type] : absl::StrCat(type);
}

}  // namespace miv::verify
