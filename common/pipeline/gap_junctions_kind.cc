// The kind that couples cells electrically.

#include "common/pipeline/kind_tables.h"
#include "common/pipeline/model_schema.h"
#include "common/pipeline/schema_build.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

// A field in both spellings: "connection_weights", "Connection Weights".
Field Spelled(Field field, std::string declarative) {
  field.aliases = {std::move(declarative)};
  return field;
}

Schema PerPair(Schema value) {
  Schema schema = MapOf("population", MapOf("population", std::move(value)));
  schema.min_length = 1;
  return schema;
}

Schema Weights() {
  Schema schema = MapOf("distance", NonNegative());
  schema.min_length = 1;
  return schema;
}

}  // namespace

KindInfo GapJunctionsKind() {
  const Schema bounds = ListOfExactly(2, NonNegative());
  return {
      .name = "gap_junctions",
      .random = true,
      .outputs = {"gap_junctions.h5"},
      .inputs = {{.role = "coordinates",
                  .field = "filepath",
                  .from_kinds = {"network_architecture"},
                  .output = "coordinates.h5"},
                 {.role = "forest",
                  .from_kinds = {"generate_synapse_forest"},
                  .output = "forest.h5",
                  .scope = RoleScope::kPerPopulation,
                  .required = false}},
      .config = KindConfig(
          "gap_junctions",
          {Optional("filepath", File()),
           Spelled(Required("locations",
                            PerPair(ListOf(
                                Choice("section class", SectionClasses()), 1))),
                   "Locations"),
           Spelled(
               Required("connection_probabilities", PerPair(NumberFrom(0, 1))),
               "Connection Probabilities"),
           Spelled(Required("connection_weights", Weights()),
                   "Connection Weights"),
           Spelled(Optional("connection_bounds", bounds), "Connection Bounds"),
           Spelled(Required("coupling_coefficients", PerPair(NonNegative())),
                   "Coupling Coefficients"),
           Spelled(Required("coupling_weights", Weights()), "Coupling Weights"),
           Spelled(Optional("coupling_bounds", bounds), "Coupling Bounds"),
           Default("directions", Choice("directions", {"both", "one"}), "both"),
           Spelled(Optional("coordinate_namespace", String()),
                   "coordinates_namespace"),
           Spelled(Unused("connection_parameters"), "Connection Parameters"),
           Spelled(Unused("coupling_parameters"), "Coupling Parameters")},
          {"io_size", "chunk_size", "value_chunk_size", "write_size"})};
}

}  // namespace miv::pipeline
