#include "common/pipeline/network_kind.h"

#include <string>
#include <utility>
#include <vector>

#include "common/pipeline/kind_tables.h"
#include "common/pipeline/network_recording.h"
#include "common/pipeline/schema_build.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

// The shape of a field of another kind.
Schema ShapeOf(const char* kind, const char* field) {
  return KindNamed(kind).config.FindField(field)->schema;
}

// Sections of a kind's fields that a declarative YAML spells its own way; what
// is missing is found by the step.
Schema SectionOf(const char* kind, std::string noun) {
  std::vector<Field> fields;
  for (Field field : KindNamed(kind).config.fields) {
    if (field.use == FieldUse::kResource ||
        field.schema.type == ValueType::kFile)
      continue;
    field.required = false;
    field.default_value.reset();
    fields.push_back(std::move(field));
  }
  return Record(std::move(noun), std::move(fields));
}

Schema SynapseRule() {
  return Record("a synapse parameter rule",
                {Required("mech_params", ListOf(String())),
                 Required("netcon_params", MapOf("parameter", Count())),
                 Optional("mech_file", String()),
                 Optional("netcon_state", MapOf("variable", Count()))});
}

// A section that is of no concern here: any content.
Field Other(std::string name) {
  return Optional(std::move(name), Nullable(Any()));
}

Schema Definitions() {
  const Schema numbers = MapOf("name", Integer());
  return Record(
      "the definitions",
      {Optional("Populations", ShapeOf("h5_types", "population_definitions")),
       Optional("Layers", ShapeOf("distribute_synapses", "layer_definitions")),
       Optional("SWC Types", numbers), Optional("Synapse Types", numbers),
       Other("Synapse Mechanisms"), Other("Input Selectivity Types")});
}

Schema Geometry() {
  const char* const kArchitecture = "network_architecture";
  return Record(
      "the geometry",
      {Required("Cell Distribution", ShapeOf("h5_types", "cell_distributions")),
       Optional("Cell Constraints", ShapeOf(kArchitecture, "cell_constraints")),
       Required(
           "Parametric Surface",
           Record(
               "the parametric surface",
               {Required("Layer Extents",
                         ShapeOf(kArchitecture, "layer_extents")),
                Optional("Rotation", ShapeOf(kArchitecture, "rotation")),
                Optional("Origin", ShapeOf("measure_distances", "origin"))}))});
}

Schema ConnectionGenerator() {
  return Record(
      "the connection generator",
      {Required("Axon Extent", ShapeOf("generate_connections", "axon_extents")),
       Required("Synapses", ShapeOf("generate_connections", "synapses")),
       Optional("Connection Velocity", MapOf("population", Positive())),
       Optional("Synapse Mechanisms", MapOf("synapse name", String())),
       Optional("Synapse Parameter Rules", MapOf("mechanism", SynapseRule())),
       Optional("Gap Junctions",
                SectionOf("gap_junctions", "the gap junctions"))});
}

Schema Document() {
  std::vector<Field> sections = {
      Optional("Definitions", Definitions()),
      Required("Geometry", Geometry()),
      Required("Connection Generator", ConnectionGenerator()),
      Required("Cell Types", ShapeOf("distribute_synapses", "cell_types")),
      Optional("Global Parameters", MapOf("parameter", Any())),
      Optional("Recording", RecordingSection())};
  for (const char* name :
       {"Model Name", "Dataset Name", "Random Seeds", "Cell Data",
        "Connection Data", "Gap Junction Data", "Stimulus", "Network Clamp",
        "Analysis", "Optimization", "Opsin", "Spike Input Attribute Info"})
    sections.push_back(Other(name));
  return Record("a network", std::move(sections));
}

Field WithAlias(Field field, std::string alias) {
  field.aliases = {std::move(alias)};
  return field;
}

}  // namespace

const KindInfo& NetworkKind() {
  static const auto* const kKind = new KindInfo{
      .name = "network",
      .config = KindConfig(
          "network",
          {Optional("config_filepath", File()), Optional("config", Document()),
           WithAlias(Optional("template_path", Directory()), "templates"),
           WithAlias(Optional("mechanisms_path", Directory()), "mechanisms"),
           WithAlias(Optional("morphology_path", Directory()), "morphology"),
           Default("populations", Nullable(ListOf(String("population"), 1)),
                   nullptr),
           Optional("projections",
                    MapOf("population", ListOf(String("population")))),
           Optional("recording_profile", String("recording profile")),
           Default("options", MapOf("kind", MapOf("field", Nullable(Any()))),
                   json::object())})};
  return *kKind;
}

bool IsNetworkKind(absl::string_view kind) {
  return BareKindName(kind) == NetworkKind().name;
}

}  // namespace miv::pipeline
