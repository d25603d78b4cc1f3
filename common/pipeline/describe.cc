// Shapes and values in words.

#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/canonical_json.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

constexpr std::size_t kMaxQuoted = 60;

// What one value is called; several with plural.
std::string Noun(const Schema& schema, bool plural) {
  const std::string s = plural ? "s" : "";
  switch (schema.type) {
    case ValueType::kAny:
      return "value" + s;
    case ValueType::kBoolean:
      return plural ? "true or false" : "boolean";
    case ValueType::kInteger:
      return "integer" + s;
    case ValueType::kNumber:
      return "number" + s;
    case ValueType::kString:
      if (plural && absl::EndsWith(schema.noun, "s")) return schema.noun + "es";
      return (schema.noun.empty() ? "string" : schema.noun) + s;
    case ValueType::kFile:
      return "file name" + s;
    case ValueType::kDirectory:
      return "director" + std::string(plural ? "ies" : "y");
    case ValueType::kList:
      return "list" + s;
    case ValueType::kMap:
    case ValueType::kRecord:
      return "mapping" + s;
    case ValueType::kOneOf:
      return Noun(schema.alternatives.front(), plural);
  }
  return "value" + s;
}

std::string WithArticle(const std::string& noun) {
  const bool vowel = std::string("aeiou").find(noun[0]) != std::string::npos;
  return absl::StrCat(vowel ? "an " : "a ", noun);
}

std::string Text(double number) { return CanonicalJson(number); }

std::string Range(const Schema& schema) {
  if (schema.min && schema.max)
    return absl::StrCat(" from ", Text(*schema.min), " to ", Text(*schema.max));
  if (schema.min && schema.above_min)
    return absl::StrCat(" above ", Text(*schema.min));
  if (schema.min) return absl::StrCat(", at least ", Text(*schema.min));
  if (schema.max) return absl::StrCat(", at most ", Text(*schema.max));
  return "";
}

std::string DescribeList(const Schema& schema) {
  const Schema& element = *schema.element;
  if (schema.max_length && *schema.max_length == schema.min_length)
    return absl::StrCat("a list of ", schema.min_length, " ",
                        Noun(element, schema.min_length != 1), Range(element));
  return absl::StrCat("a list of ", Noun(element, true), Range(element));
}

std::string DescribeMap(const Schema& schema) {
  return absl::StrCat("a mapping from ",
                      schema.noun.empty() ? "name" : schema.noun, " to ",
                      Describe(*schema.element));
}

std::string DescribeRecord(const Schema& schema) {
  std::vector<std::string> names;
  for (const Field& field : schema.fields)
    if (field.use == FieldUse::kRead) names.push_back(field.name);
  return absl::StrCat("a mapping with ", absl::StrJoin(names, ", "));
}

}  // namespace

std::string Describe(const Schema& schema) {
  const std::string or_null = schema.nullable ? " or null" : "";
  switch (schema.type) {
    case ValueType::kList:
      return DescribeList(schema) + or_null;
    case ValueType::kMap:
      return DescribeMap(schema) + or_null;
    case ValueType::kRecord:
      return DescribeRecord(schema) + or_null;
    case ValueType::kOneOf: {
      std::vector<std::string> texts;
      for (const Schema& alternative : schema.alternatives)
        texts.push_back(Describe(alternative));
      return absl::StrJoin(texts, " or ") + or_null;
    }
    case ValueType::kBoolean:
      return "true or false" + or_null;
    default:
      break;
  }
  if (!schema.choices.empty())
    return absl::StrCat("one of ", absl::StrJoin(schema.choices, ", "),
                        or_null);
  return absl::StrCat(WithArticle(Noun(schema, false)), Range(schema), or_null);
}

std::string Show(const nlohmann::json& value) {
  if (value.is_null()) return "nothing";
  if (value.is_number_float() && !std::isfinite(value.get<double>()))
    return std::isnan(value.get<double>())
               ? ".nan"
               : (value.get<double>() < 0 ? "-.inf" : ".inf");
  const std::string text = CanonicalJson(value);
  if (text.size() <= kMaxQuoted) return text;
  if (value.is_array()) return absl::StrCat("a list of ", value.size());
  if (value.is_object())
    return absl::StrCat("a mapping of ", value.size(), " keys");
  return absl::StrCat(text.substr(0, kMaxQuoted - 3), "...");
}

}  // namespace miv::pipeline
