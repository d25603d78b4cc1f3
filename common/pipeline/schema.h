#pragma once

// Shapes of config values, and the one function that checks against them.

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace miv::pipeline {

enum class ValueType {
  kAny,  ///< anything but numbers that are not finite
  kBoolean,
  kInteger,  ///< 5.0 counts as 5
  kNumber,   ///< finite
  kString,
  kFile,       ///< path of a file
  kDirectory,  ///< path of a directory
  kList,       ///< of `element`
  kMap,        ///< from names to `element`
  kRecord,     ///< of `fields` and no other key
  kOneOf,      ///< of `alternatives`, told apart by JSON type
};

/// What a field is for.
enum class FieldUse {
  kRead,      ///< changes the result
  kResource,  ///< ranks, I/O and chunk sizes: never in a cache key
  kUnused,    ///< accepted from older configs; a warning, no effect
};

struct Field;

/// A shape.  Built by the functions of schema_build.h.
struct Schema {
  ValueType type = ValueType::kAny;
  std::string noun;  ///< "section class": names a string, key or record
  bool nullable = false;
  std::optional<double> min;  ///< of numbers
  std::optional<double> max;
  bool above_min = false;      ///< min itself is excluded
  std::size_t min_length = 0;  ///< of lists, strings and maps
  std::optional<std::size_t> max_length;
  std::vector<std::string> choices;  ///< of strings and map keys; empty = any
  std::shared_ptr<const Schema> element;
  std::vector<Field> fields;
  std::vector<Schema> alternatives;

  /// The field of a record by its name or an alias; nullptr if there is none.
  const Field* FindField(absl::string_view name) const;
};

struct Field {
  std::string name;
  Schema schema;
  FieldUse use = FieldUse::kRead;
  bool required = false;
  std::optional<nlohmann::json> default_value;  ///< nullopt = stays absent
  std::vector<std::string> aliases;  ///< other spellings of the same field
  /// Of a kUnused field: values that need no warning, as null never does.
  std::vector<nlohmann::json> usual_values;
};

/// Checks `value`, renames aliases and fills in defaults, at every level.
/// A null counts as an absent field unless the field is nullable.
///
/// path: field path of `value`, for errors.  unused: gains the path of every
/// kUnused field that has another value than usual.
/// Errors (InvalidArgument): UNKNOWN_CONFIG_KEY, MISSING_FIELD, WRONG_TYPE,
/// OUT_OF_RANGE, UNKNOWN_NAME, DUPLICATE_FIELD (one field, two spellings).
absl::Status ApplySchema(const Schema& schema, const std::string& path,
                         nlohmann::json& value,
                         std::vector<std::string>* unused = nullptr);

/// "an integer, at least 0", "a list of 2 numbers", ...
std::string Describe(const Schema& schema);

/// A value as errors quote it: short, containers by their size.
std::string Show(const nlohmann::json& value);

}  // namespace miv::pipeline
