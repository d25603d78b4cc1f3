#include "common/pipeline/schema.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/config/source_map.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

constexpr int kMaxLevels = 64;

absl::Status WrongType(const Schema& schema, const std::string& path,
                       const json& value) {
  const bool quoted_number =
      value.is_string() &&
      (schema.type == ValueType::kInteger ||
       schema.type == ValueType::kNumber) &&
      json::parse(value.get<std::string>(), nullptr, false).is_number();
  const bool file_name =
      value.is_string() &&
      (schema.type == ValueType::kMap || schema.type == ValueType::kRecord ||
       schema.type == ValueType::kList) &&
      (absl::EndsWith(value.get<std::string>(), ".yml") ||
       absl::EndsWith(value.get<std::string>(), ".yaml"));
  std::string remedy;
  if (quoted_number) remedy = "Remove the quotes.";
  if (file_name)
    remedy = absl::StrCat("Write from_file('", value.get<std::string>(),
                          "') for the content of the file.");
  return InvalidInput({.reason = "WRONG_TYPE",
                       .field = path,
                       .what = "the value has the wrong type",
                       .expected = Describe(schema),
                       .found = Show(value),
                       .remedy = remedy});
}

absl::Status OutOfRange(const Schema& schema, const std::string& path,
                        const json& value) {
  return InvalidInput({.reason = "OUT_OF_RANGE",
                       .field = path,
                       .what = "the value is out of range",
                       .expected = Describe(schema),
                       .found = Show(value)});
}

absl::Status UnknownName(const Schema& schema, const std::string& path,
                         const std::string& name) {
  return InvalidInput(
      {.reason = "UNKNOWN_NAME",
       .field = path,
       .what = absl::StrCat("unknown ", schema.noun),
       .expected = absl::StrCat("one of ", absl::StrJoin(schema.choices, ", ")),
       .found = Show(name),
       .remedy = NearestName(name, schema.choices).empty()
                     ? ""
                     : SuggestName(name, schema.choices)});
}

bool Allows(const Schema& schema, const std::string& name) {
  return schema.choices.empty() ||
         std::find(schema.choices.begin(), schema.choices.end(), name) !=
             schema.choices.end();
}

bool TypeMatches(const Schema& schema, const json& value) {
  if (value.is_null()) return schema.nullable;
  switch (schema.type) {
    case ValueType::kAny:
      return true;
    case ValueType::kBoolean:
      return value.is_boolean();
    case ValueType::kInteger:
      return value.is_number_integer() ||
             (value.is_number_float() &&
              std::nearbyint(value.get<double>()) == value.get<double>() &&
              std::fabs(value.get<double>()) < 0x1p53);
    case ValueType::kNumber:
      return value.is_number();
    case ValueType::kString:
    case ValueType::kFile:
    case ValueType::kDirectory:
      return value.is_string();
    case ValueType::kList:
      return value.is_array();
    case ValueType::kMap:
    case ValueType::kRecord:
      return value.is_object();
    case ValueType::kOneOf:
      return std::any_of(
          schema.alternatives.begin(), schema.alternatives.end(),
          [&](const Schema& s) { return TypeMatches(s, value); });
  }
  return false;
}

// Refuses numbers that JSON cannot carry, and nesting without end.
absl::Status CheckFinite(const std::string& path, const json& value,
                         int levels = kMaxLevels) {
  if (levels == 0)
    return InvalidInput(
        {.reason = "OUT_OF_RANGE",
         .field = path.substr(0, path.find('[')),
         .what = "the value is nested too deeply",
         .expected = absl::StrCat("at most ", kMaxLevels, " levels")});
  if (value.is_number_float() && !std::isfinite(value.get<double>()))
    return InvalidInput({.reason = "OUT_OF_RANGE",
                         .field = path,
                         .what = "the number is not finite",
                         .found = Show(value)});
  if (value.is_object())
    for (const auto& [key, member] : value.items())
      MIV_RETURN_IF_ERROR(
          CheckFinite(FieldPath(path, key), member, levels - 1));
  if (value.is_array())
    for (std::size_t i = 0; i < value.size(); ++i)
      MIV_RETURN_IF_ERROR(
          CheckFinite(FieldPath(path, i), value[i], levels - 1));
  return absl::OkStatus();
}

absl::Status CheckNumber(const Schema& schema, const std::string& path,
                         json& value) {
  MIV_RETURN_IF_ERROR(CheckFinite(path, value));
  const double number = value.get<double>();
  const bool low = schema.min && (schema.above_min ? !(number > *schema.min)
                                                   : number < *schema.min);
  const bool high = schema.max && number > *schema.max;
  const bool beyond_int64 =
      schema.type == ValueType::kInteger && value.is_number_unsigned() &&
      value.get<std::uint64_t>() >
          std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  if (low || high || beyond_int64) return OutOfRange(schema, path, value);
  if (schema.type == ValueType::kInteger && value.is_number_float())
    value = static_cast<std::int64_t>(number);
  return absl::OkStatus();
}

absl::Status CheckLength(const Schema& schema, const std::string& path,
                         const json& value, std::size_t length) {
  if (length >= schema.min_length &&
      (!schema.max_length || length <= *schema.max_length))
    return absl::OkStatus();
  return InvalidInput({.reason = "OUT_OF_RANGE",
                       .field = path,
                       .what = length < schema.min_length
                                   ? "the value is too short"
                                   : "the value is too long",
                       .expected = Describe(schema),
                       .found = Show(value)});
}

class Checker {
 public:
  explicit Checker(std::vector<std::string>* unused) : unused_(unused) {}

  absl::Status Check(const Schema& schema, const std::string& path,
                     json& value) {
    if (!TypeMatches(schema, value)) return WrongType(schema, path, value);
    if (value.is_null()) return absl::OkStatus();
    switch (schema.type) {
      case ValueType::kInteger:
      case ValueType::kNumber:
        return CheckNumber(schema, path, value);
      case ValueType::kString:
      case ValueType::kFile:
      case ValueType::kDirectory:
        return CheckString(schema, path, value);
      case ValueType::kList:
        return CheckList(schema, path, value);
      case ValueType::kMap:
        return CheckMap(schema, path, value);
      case ValueType::kRecord:
        return CheckRecord(schema, path, value);
      case ValueType::kOneOf:
        for (const Schema& alternative : schema.alternatives)
          if (TypeMatches(alternative, value))
            return Check(alternative, path, value);
        return absl::OkStatus();
      default:
        return CheckFinite(path, value);
    }
  }

 private:
  absl::Status CheckString(const Schema& schema, const std::string& path,
                           const json& value) {
    const std::string text = value.get<std::string>();
    if (!Allows(schema, text)) return UnknownName(schema, path, text);
    return CheckLength(schema, path, value, text.size());
  }

  absl::Status CheckList(const Schema& schema, const std::string& path,
                         json& value) {
    MIV_RETURN_IF_ERROR(CheckLength(schema, path, value, value.size()));
    for (std::size_t i = 0; i < value.size(); ++i)
      MIV_RETURN_IF_ERROR(Check(*schema.element, FieldPath(path, i), value[i]));
    return absl::OkStatus();
  }

  absl::Status CheckMap(const Schema& schema, const std::string& path,
                        json& value) {
    MIV_RETURN_IF_ERROR(CheckLength(schema, path, value, value.size()));
    for (const auto& [key, member] : value.items()) {
      const std::string member_path = FieldPath(path, key);
      if (!Allows(schema, key)) return UnknownName(schema, member_path, key);
      MIV_RETURN_IF_ERROR(Check(*schema.element, member_path, member));
    }
    return absl::OkStatus();
  }

  absl::Status CheckRecord(const Schema& schema, const std::string& path,
                           json& value) {
    json checked = json::object();
    for (const auto& [key, member] : value.items()) {
      const Field* field = schema.FindField(key);
      const std::string member_path = FieldPath(path, key);
      if (field == nullptr) return UnknownKey(schema, member_path, key);
      if (member.is_null() && !field->schema.nullable) continue;
      if (checked.contains(field->name))
        return InvalidInput({.reason = "DUPLICATE_FIELD",
                             .field = member_path,
                             .what = absl::StrCat("the field is also given as "
                                                  "another spelling of \"",
                                                  field->name, "\""),
                             .remedy = "Keep one of the two."});
      MIV_RETURN_IF_ERROR(Check(field->schema, member_path, member));
      if (field->use == FieldUse::kUnused)
        NoteUnused(*field, member_path, member);
      checked[field->name] = std::move(member);
    }
    MIV_RETURN_IF_ERROR(Complete(schema, path, checked));
    value = std::move(checked);
    return absl::OkStatus();
  }

  void NoteUnused(const Field& field, const std::string& path,
                  const json& value) {
    const auto& usual = field.usual_values;
    if (unused_ != nullptr && !value.is_null() &&
        std::find(usual.begin(), usual.end(), value) == usual.end())
      unused_->push_back(path);
  }

  absl::Status Complete(const Schema& schema, const std::string& path,
                        json& record) {
    for (const Field& field : schema.fields) {
      if (record.contains(field.name)) continue;
      if (field.required)
        return InvalidInput({.reason = "MISSING_FIELD",
                             .field = FieldPath(path, field.name),
                             .what = "the field is required",
                             .expected = Describe(field.schema)});
      if (field.default_value) record[field.name] = *field.default_value;
    }
    return absl::OkStatus();
  }

  absl::Status UnknownKey(const Schema& schema, const std::string& path,
                          const std::string& key) {
    std::vector<std::string> names, main_names;
    for (const Field& field : schema.fields) {
      names.push_back(field.name);
      if (field.use == FieldUse::kRead) main_names.push_back(field.name);
    }
    const std::string nearest = NearestName(key, names);
    return InvalidInput(
        {.reason = "UNKNOWN_CONFIG_KEY",
         .field = path,
         .what = absl::StrCat("unknown field of ", schema.noun),
         .remedy = SuggestName(key, nearest.empty() ? main_names : names)});
  }

  std::vector<std::string>* unused_;
};

}  // namespace

const Field* Schema::FindField(absl::string_view name) const {
  for (const Field& field : fields)
    if (field.name == name ||
        std::find(field.aliases.begin(), field.aliases.end(), name) !=
            field.aliases.end())
      return &field;
  return nullptr;
}

absl::Status ApplySchema(const Schema& schema, const std::string& path,
                         json& value, std::vector<std::string>* unused) {
  return Checker(unused).Check(schema, path, value);
}

}  // namespace miv::pipeline
