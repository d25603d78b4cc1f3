// Kinds that build a network.

#include "absl/strings/str_cat.h"
#include "common/pipeline/kind_tables.h"
#include "common/pipeline/model_schema.h"
#include "common/pipeline/schema_build.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

Field WithAliases(Field field, std::vector<std::string> aliases) {
  field.aliases = std::move(aliases);
  return field;
}

Field CoordinateNamespace() {
  return WithAliases(
      Default("coordinate_namespace", String(), "Generated Coordinates"),
      {"coordinates_namespace"});
}

// A coordinate or the name of a reduction over the axis.
Schema OriginOfAxis() {
  return OneOf(
      {Number(), Choice("reduction", {"min", "max", "mean", "median"})});
}

}  // namespace

Schema KindConfig(const std::string& kind, std::vector<Field> fields,
                  const std::vector<std::string>& io_sizes) {
  for (const std::string& name : io_sizes)
    fields.push_back(Resource(name, Integer()));
  fields.push_back(Resource("ranks", Integer()));
  fields.push_back(Resource("nodes", OneOf({String(), Integer()})));
  fields.push_back(Resource("seed", Integer()));
  return Record(kind, std::move(fields));
}

KindInfo H5TypesKind() {
  return {.name = "h5_types",
          .outputs = {"neuro.h5"},
          .config = KindConfig(
              "h5_types",
              {Required("cell_distributions", CellDistributions()),
               Required("projections",
                        MapOf("population", ListOf(String("population")))),
               Default("population_definitions", PopulationDefinitions(),
                       DefaultPopulationDefinitions())})};
}

KindInfo NetworkArchitectureKind() {
  return {
      .name = "network_architecture",
      .aliases = {"architecture"},
      .random = true,
      .outputs = {"coordinates.h5"},
      .inputs = {{.role = "types",
                  .field = "filepath",
                  .from_kinds = {"h5_types"},
                  .output = "neuro.h5"}},
      .config = KindConfig(
          "network_architecture",
          {Optional("filepath", File()),
           Optional("cell_distributions", CellDistributions()),
           Required("layer_extents", LayerExtents()),
           Default("rotation", ListOfExactly(3, Number()), {0.0, 0.0, 0.0}),
           Default("cell_constraints", Nullable(CellConstraints()),
                   json::object()),
           Optional(
               "points",
               MapOf("points",
                     OneOf({ListOf(ListOfExactly(3, Number()), 1), File()}))),
           Default("populations", Nullable(ListOf(String("population"), 1)),
                   nullptr),
           Default("rotation_order",
                   Choice("rotation order", {"all_axes", "last_axis"}),
                   "all_axes"),
           CoordinateNamespace(), Default("nodeiter", IntegerFrom(0, 1000), 10),
           Default("dispersion_delta", NumberFrom(0, 1), 0.1),
           Default("snap_delta", NumberFrom(0, 1), 0.01),
           Default("compat_sampling", Boolean(), false),
           Unused("geometry_filepath"), Unused("resolution", {json({3, 3, 3})}),
           Unused("alpha_radius", {2500})},
          {"io_size", "chunk_size", "value_chunk_size"})};
}

KindInfo MeasureDistancesKind() {
  const Schema origin =
      Record("an origin", {Default("U", OriginOfAxis(), "median"),
                           Default("V", OriginOfAxis(), "median"),
                           Default("L", OriginOfAxis(), "max")});
  return {.name = "measure_distances",
          .aliases = {"distances"},
          .outputs = {"distances.h5"},
          .inputs = {{.role = "coordinates",
                      .field = "filepath",
                      .from_kinds = {"network_architecture"},
                      .output = "coordinates.h5"}},
          .config = KindConfig(
              "measure_distances",
              {Optional("filepath", File()),
               Optional("cell_distributions", CellDistributions()),
               Optional("layer_extents", LayerExtents()),
               Optional("rotation", ListOfExactly(3, Number())),
               Default("origin", origin,
                       {{"U", "median"}, {"V", "median"}, {"L", "max"}}),
               Default("populations", Nullable(ListOf(String("population"), 1)),
                       nullptr),
               Optional("coordinate_namespace", String()),
               Unused("geometry_filepath"),
               Unused("resolution", {json({3, 3, 3}), json({30, 30, 10})}),
               Unused("alpha_radius", {2500, 120}), Unused("n_sample", {1000}),
               Unused("interp_chunk_size", {1000})},
              {"io_size", "chunk_size", "value_chunk_size", "cache_size"})};
}

KindInfo DistributeSynapsesKind() {
  return {
      .name = "distribute_synapses",
      .aliases = {"synapses"},
      .group = KindGroup::kModel,
      .random = true,
      .outputs = {"synapses.h5"},
      .inputs = {{.role = "forest",
                  .field = "forest_filepath",
                  .from_kinds = {"generate_synapse_forest"},
                  .output = "forest.h5",
                  .scope = RoleScope::kOwnPopulation},
                 {.role = "templates",
                  .field = "template_path",
                  .directory = true},
                 {.role = "mechanisms",
                  .field = "mechanisms_path",
                  .required = false,
                  .directory = true}},
      .config = KindConfig(
          "distribute_synapses",
          {Optional("forest_filepath", File()),
           Required("cell_types", CellTypes(Completeness::kWhole)),
           Optional("population", String("population")),
           Default("layer_definitions", LayerDefinitions(),
                   DefaultLayerDefinitions()),
           Default("distribution",
                   Choice("distribution", {"uniform", "poisson"}), "uniform"),
           Default("density_semantics",
                   Choice("density semantics", {"per_layer", "last_layer"}),
                   "per_layer"),
           Default("point_process",
                   Choice("point process", {"homogeneous", "original"}),
                   "homogeneous"),
           WithAliases(Optional("template_path", Directory()), {"templates"}),
           WithAliases(Optional("mechanisms_path", Directory()),
                       {"mechanisms"})},
          {"io_size", "write_size", "chunk_size", "value_chunk_size"})};
}

KindInfo GenerateConnectionsKind() {
  return {
      .name = "generate_connections",
      .aliases = {"connections"},
      .random = true,
      .outputs = {"connectivity.h5"},
      .inputs = {{.role = "distances",
                  .field = "filepath",
                  .from_kinds = {"measure_distances"},
                  .output = "distances.h5"},
                 {.role = "synapses",
                  .field = "forest_filepath",
                  .from_kinds = {"distribute_synapses"},
                  .output = "synapses.h5",
                  .scope = RoleScope::kOwnPopulation}},
      .config = KindConfig(
          "generate_connections",
          {Optional("filepath", File()), Optional("forest_filepath", File()),
           Optional("population", String("population")),
           Required("axon_extents", AxonExtents()),
           Required("synapses", Synapses(Completeness::kWhole)),
           Optional("population_definitions", PopulationDefinitions()),
           Optional("layer_definitions", LayerDefinitions()),
           Optional("include_forest_populations",
                    ListOf(String("population"), 1)),
           WithAliases(Default("allow_autapses", Boolean(), false),
                       {"autapses"}),
           Default("distances_namespace", String(), "Arc Distances"),
           Default("synapses_namespace", String(), "Synapse Attributes"),
           Unused("coordinates_namespace",
                  {"Coordinates", "Generated Coordinates"}),
           Unused("connectivity_namespace", {"Connections"}),
           Unused("resolution", {json({30, 30, 10})}), Unused("template_path")},
          {"io_size", "chunk_size", "value_chunk_size", "cache_size",
           "write_size"})};
}

KindInfo Neuroh5GraphKind() {
  const auto per_population = [](std::string role, std::string kind,
                                 std::string output) {
    return InputRole{.role = std::move(role),
                     .from_kinds = {std::move(kind)},
                     .output = std::move(output),
                     .scope = RoleScope::kPerPopulation,
                     .required = false};
  };
  return {.name = "neuroh5_graph",
          .outputs = {"cells.h5", "connections.h5"},
          .inputs = {{.role = "coordinates",
                      .from_kinds = {"network_architecture"},
                      .output = "coordinates.h5"},
                     {.role = "distances",
                      .from_kinds = {"measure_distances"},
                      .output = "distances.h5",
                      .required = false},
                     per_population("forest", "generate_synapse_forest",
                                    "forest.h5"),
                     per_population("synapses", "distribute_synapses",
                                    "synapses.h5"),
                     per_population("connections", "generate_connections",
                                    "connectivity.h5")},
          .config = KindConfig(
              "neuroh5_graph",
              {Optional("coordinates_alias", ListOf(String("population")))},
              {"io_size", "chunk_size", "value_chunk_size"})};
}

}  // namespace miv::pipeline
