#include "common/pipeline/schema_build.h"

namespace miv::pipeline {

Schema Any() { return {}; }
Schema Boolean() { return {.type = ValueType::kBoolean}; }
Schema Integer() { return {.type = ValueType::kInteger}; }
Schema IntegerFrom(double min, double max) {
  return {.type = ValueType::kInteger, .min = min, .max = max};
}
Schema Count() { return {.type = ValueType::kInteger, .min = 0}; }
Schema Number() { return {.type = ValueType::kNumber}; }
Schema NumberFrom(double min, double max) {
  return {.type = ValueType::kNumber, .min = min, .max = max};
}
Schema Positive() {
  return {.type = ValueType::kNumber, .min = 0, .above_min = true};
}
Schema NonNegative() { return {.type = ValueType::kNumber, .min = 0}; }
Schema String(std::string noun) {
  return {.type = ValueType::kString, .noun = std::move(noun), .min_length = 1};
}
Schema Choice(std::string noun, std::vector<std::string> choices) {
  return {.type = ValueType::kString,
          .noun = std::move(noun),
          .choices = std::move(choices)};
}
Schema File() { return {.type = ValueType::kFile, .min_length = 1}; }
Schema Directory() { return {.type = ValueType::kDirectory, .min_length = 1}; }

Schema ListOf(Schema element, std::size_t min_length) {
  return {.type = ValueType::kList,
          .min_length = min_length,
          .element = std::make_shared<const Schema>(std::move(element))};
}

Schema ListOfExactly(std::size_t length, Schema element) {
  Schema list = ListOf(std::move(element), length);
  list.max_length = length;
  return list;
}

Schema MapOf(std::string noun, Schema element) {
  return MapOf(std::move(noun), {}, std::move(element));
}

Schema MapOf(std::string noun, std::vector<std::string> choices,
             Schema element) {
  return {.type = ValueType::kMap,
          .noun = std::move(noun),
          .choices = std::move(choices),
          .element = std::make_shared<const Schema>(std::move(element))};
}

Schema Record(std::string noun, std::vector<Field> fields) {
  return {.type = ValueType::kRecord,
          .noun = std::move(noun),
          .fields = std::move(fields)};
}

Schema OneOf(std::vector<Schema> alternatives) {
  return {.type = ValueType::kOneOf, .alternatives = std::move(alternatives)};
}

Schema Nullable(Schema schema) {
  schema.nullable = true;
  return schema;
}

Field Required(std::string name, Schema schema) {
  return {
      .name = std::move(name), .schema = std::move(schema), .required = true};
}

Field Optional(std::string name, Schema schema) {
  return {.name = std::move(name), .schema = std::move(schema)};
}

Field Default(std::string name, Schema schema, nlohmann::json value) {
  return {.name = std::move(name),
          .schema = std::move(schema),
          .default_value = std::move(value)};
}

Field Resource(std::string name, Schema schema) {
  return {.name = std::move(name),
          .schema = std::move(schema),
          .use = FieldUse::kResource};
}

Field Unused(std::string name, std::vector<nlohmann::json> usual_values) {
  return {.name = std::move(name),
          .schema = Nullable(Any()),
          .use = FieldUse::kUnused,
          .usual_values = std::move(usual_values)};
}

}  // namespace miv::pipeline
