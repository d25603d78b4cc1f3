#include "common/pipeline/model_schema.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/config/source_map.h"
#include "common/pipeline/schema_build.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

// A field that a whole entry must have.
Field Needed(Completeness completeness, std::string name, Schema schema) {
  return completeness == Completeness::kWhole
             ? Required(std::move(name), std::move(schema))
             : Optional(std::move(name), std::move(schema));
}

// A field that a whole entry has by default.
Field Assumed(Completeness completeness, std::string name, Schema schema,
              json value) {
  return completeness == Completeness::kWhole
             ? Default(std::move(name), std::move(schema), std::move(value))
             : Optional(std::move(name), std::move(schema));
}

Schema Densities(Completeness completeness) {
  const Schema density = Record(
      "a density", {Needed(completeness, "mean", NonNegative()),
                    Assumed(completeness, "variance", NonNegative(), 0.0)});
  return MapOf("section class", SectionClasses(),
               MapOf("synapse type", SynapseTypes(), MapOf("layer", density)));
}

// Parameters of one synapse name: numbers, or expressions of the NetCon's
// attributes.  A null parameter is left at the mechanism's own value.
const Schema& MechanismParameters() {
  static const auto* const kSchema = new Schema(MapOf(
      "parameter",
      Nullable(OneOf(
          {Number(),
           Record("an expression",
                  {Required("expr", String()),
                   Optional("parameter", OneOf({String(), ListOf(String())})),
                   Optional("const", MapOf("constant", Number()))})}))));
  return *kSchema;
}

// Namespaces of the cell file that have a weight per synapse.
Schema SynapseWeights() {
  const Schema names =
      OneOf({String("namespace"), ListOf(String("namespace"), 1)});
  const Schema entry =
      Record("the weights of synapses",
             {Required("namespace", names), Optional("expr", String()),
              Optional("parameter", OneOf({String(), ListOf(String())})),
              Optional("const", MapOf("constant", Number()))});
  return OneOf({entry, ListOf(entry)});
}

const Schema& SpikeDetector() {
  static const auto* const kSchema = new Schema(Record(
      "a spike detector",
      {Optional("section", Choice("section class", SectionClasses())),
       Optional("loc", NumberFrom(0, 1)), Optional("distance", NonNegative()),
       Optional("threshold", Number()), Optional("delay", NonNegative()),
       Optional("onset delay", NonNegative())}));
  return *kSchema;
}

// "default", a section class or an SWC type as the key of the common form; ""
// for anything else, such as a synapse name.
std::string PointTypeKey(const std::string& key) {
  if (key == "default") return key;
  const auto& classes = SectionClasses();
  const auto it = std::find(classes.begin(), classes.end(), key);
  if (it != classes.end()) return absl::StrCat(it - classes.begin() + 1);
  return key.size() == 1 && key[0] >= '1' && key[0] <= '8' ? key : "";
}

absl::Status NormaliseOne(const std::string& path, json& mechanisms) {
  std::size_t keyed = 0;
  for (const auto& [key, value] : mechanisms.items())
    keyed += PointTypeKey(key).empty() ? 0 : 1;
  if (keyed == 0) {
    MIV_RETURN_IF_ERROR(ApplySchema(
        MapOf("synapse name", MechanismParameters()), path, mechanisms));
    mechanisms = {{"default", std::move(mechanisms)}};
    return absl::OkStatus();
  }
  if (keyed != mechanisms.size())
    return InvalidInput(
        {.reason = "MIXED_MECHANISMS",
         .field = path,
         .what = "point types and synapse names stand side by side",
         .expected = "only synapse names, or only \"default\" and section "
                     "classes with synapse names below them",
         .found = Show(json(mechanisms))});
  MIV_RETURN_IF_ERROR(ApplySchema(
      MapOf("point type", MapOf("synapse name", MechanismParameters())), path,
      mechanisms));
  json common = json::object();
  for (const auto& [key, value] : mechanisms.items()) {
    const std::string type = PointTypeKey(key);
    if (common.contains(type))
      return InvalidInput({.reason = "DUPLICATE_FIELD",
                           .field = FieldPath(path, key),
                           .what = "the point type is given twice",
                           .remedy = "Keep one of the two."});
    common[type] = std::move(value);
  }
  mechanisms = std::move(common);
  return absl::OkStatus();
}

}  // namespace

const std::vector<std::string>& SectionClasses() {
  static const auto* const kClasses = new std::vector<std::string>{
      "soma", "axon", "basal", "apical", "trunk", "tuft", "ais", "hillock"};
  return *kClasses;
}

const std::vector<std::string>& SynapseTypes() {
  static const auto* const kTypes =
      new std::vector<std::string>{"excitatory", "inhibitory", "modulatory"};
  return *kTypes;
}

const json& DefaultPopulationDefinitions() {
  static const auto* const kTable =
      new json{{"STIM", 0}, {"PYR", 100}, {"PVBC", 101}, {"OLM", 102}};
  return *kTable;
}

const json& DefaultLayerDefinitions() {
  static const auto* const kTable =
      new json{{"Hilus", 0}, {"GCL", 1}, {"IML", 2},     {"MML", 3},
               {"OML", 4},   {"SO", 5},  {"SP", 6},      {"SL", 7},
               {"SR", 8},    {"SLM", 9}, {"default", -1}};
  return *kTable;
}

const json& DefaultSynapseMechanisms() {
  static const auto* const kTable = new json{{"AMPA", "LinExp2Syn"},
                                             {"NMDA", "LinExp2SynNMDA"},
                                             {"GABA_A", "LinExp2Syn"},
                                             {"GABA_B", "LinExp2Syn"}};
  return *kTable;
}

const json& DefaultSynapseRules() {
  static const auto* const kTable = new json{
      {"Exp2Syn",
       {{"mech_params", {"tau1", "tau2", "e"}},
        {"netcon_params", {{"weight", 0}}}}},
      {"LinExp2Syn",
       {{"mech_params", {"tau_rise", "tau_decay", "e"}},
        {"netcon_params", {{"weight", 0}, {"g_unit", 1}}}}},
      {"LinExp2SynNMDA",
       {{"mech_params",
         {"tau_rise", "tau_decay", "e", "mg", "Kd", "gamma", "vshift"}},
        {"netcon_params", {{"weight", 0}, {"g_unit", 1}}}}}};
  return *kTable;
}

Schema CellDistributions() {
  Schema schema =
      MapOf("population", MapOf("layer", IntegerFrom(0, 4294967295.0)));
  schema.min_length = 1;
  return schema;
}

Schema LayerExtents() {
  Schema schema = MapOf("layer", ListOfExactly(2, ListOfExactly(3, Number())));
  schema.min_length = 1;
  return schema;
}

Schema CellConstraints() {
  return MapOf("population", MapOf("layer", ListOfExactly(2, Number())));
}

Schema PopulationDefinitions() {
  return MapOf("population", IntegerFrom(0, 65535));
}

Schema LayerDefinitions() { return MapOf("layer", IntegerFrom(-1, 127)); }

Schema AxonExtents() {
  return MapOf(
      "population",
      MapOf("layer", Record("an axon extent",
                            {Required("width", ListOfExactly(2, Positive())),
                             Default("offset", ListOfExactly(2, NonNegative()),
                                     {0.0, 0.0})})));
}

Schema CellTypes(Completeness completeness) {
  const Schema synapses = Record(
      "the synapses of a cell type",
      {Optional("density", Nullable(Densities(completeness))),
       Optional("last_layers",
                MapOf("section class", SectionClasses(),
                      MapOf("synapse type", SynapseTypes(), String("layer")))),
       Optional("unique", Boolean()),
       Optional("weights", Nullable(SynapseWeights()))});
  return MapOf(
      "population",
      Record("a cell type",
             {Optional("template", String("template name")),
              Optional("template file", String()),
              Optional("template class", String()),
              Optional("mechanism", Nullable(MapOf("mechanism", Any()))),
              Optional("synapses", Nullable(synapses)),
              Optional("spike train",
                       Record("a spike train",
                              {Required("namespace", String()),
                               Required("attribute", String())}))}));
}

Schema Synapses(Completeness completeness) {
  const auto needed = [completeness](std::string name, Schema schema) {
    return Needed(completeness, std::move(name), std::move(schema));
  };
  Field mechanisms =
      Optional("mechanisms", Nullable(MapOf("synapse name", Nullable(Any()))));
  mechanisms.aliases = {"swctype mechanisms"};
  const Schema projection = Record(
      "a projection",
      {needed("type", Choice("synapse type", SynapseTypes())),
       needed("sections", ListOf(Choice("section class", SectionClasses()), 1)),
       needed("layers", ListOf(String("layer"), 1)),
       needed("proportions", ListOf(NumberFrom(0, 1), 1)),
       std::move(mechanisms),
       Assumed(completeness, "contacts", IntegerFrom(1, 1e6), 1)});
  return MapOf("population", MapOf("population", projection));
}

absl::Status NormaliseMechanisms(const std::string& path, json& synapses) {
  for (const auto& [post, sources] : synapses.items())
    for (const auto& [pre, projection] : sources.items()) {
      const auto it = projection.find("mechanisms");
      if (it == projection.end() || !it->is_object() || it->empty()) continue;
      MIV_RETURN_IF_ERROR(NormaliseOne(
          FieldPath(FieldPath(FieldPath(path, post), pre), "mechanisms"), *it));
    }
  return absl::OkStatus();
}

absl::Status CheckCellMechanisms(const std::string& path, json& cell_types) {
  for (const auto& [population, cell_type] : cell_types.items()) {
    const auto it = cell_type.find("mechanism");
    if (it == cell_type.end() || !it->is_object() ||
        !it->contains("spike detector"))
      continue;
    MIV_RETURN_IF_ERROR(ApplySchema(
        SpikeDetector(),
        FieldPath(FieldPath(FieldPath(path, population), "mechanism"),
                  "spike detector"),
        (*it)["spike detector"]));
  }
  return absl::OkStatus();
}

}  // namespace miv::pipeline
