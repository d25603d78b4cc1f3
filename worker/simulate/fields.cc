#include "worker/simulate/fields.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"

namespace miv::simulate {
namespace {

const nlohmann::json& Null() {
  static const auto& null = *new nlohmann::json();
  return null;
}

/// A value as an error message shows it.
std::string Shown(const nlohmann::json& value) {
  std::string text = value.dump();
  if (text.size() > 60) text = absl::StrCat(text.substr(0, 57), "...");
  return text;
}

}  // namespace

Fields::Fields(const nlohmann::json& record, std::string path)
    : record_(record), path_(std::move(path)) {
  if (record_.is_object() || record_.is_null()) return;
  Fault fault;
  fault.reason = "CONFIG";
  fault.field = path_;
  fault.what = "the field is not a record";
  fault.expected = "a mapping of names to values";
  fault.found = Shown(record_);
  status_ = InvalidInput(fault);
}

std::string Fields::PathOf(absl::string_view name) const {
  return path_.empty() ? std::string(name) : absl::StrCat(path_, ".", name);
}

void Fields::Fail(absl::string_view name, std::string what,
                  std::string expected, std::string found, std::string remedy) {
  if (!status_.ok()) return;
  Fault fault;
  fault.reason = "CONFIG";
  fault.field = name.empty() ? path_ : PathOf(name);
  fault.what = std::move(what);
  fault.expected = std::move(expected);
  fault.found = std::move(found);
  fault.remedy = std::move(remedy);
  status_ = InvalidInput(fault);
}

const nlohmann::json* Fields::Find(absl::string_view name) {
  known_.insert(std::string(name));
  if (!record_.is_object()) return nullptr;
  const auto found = record_.find(std::string(name));
  if (found == record_.end() || found->is_null()) return nullptr;
  return &*found;
}

bool Fields::Has(absl::string_view name) const {
  if (!record_.is_object()) return false;
  const auto found = record_.find(std::string(name));
  return found != record_.end() && !found->is_null();
}

const nlohmann::json& Fields::Raw(absl::string_view name) {
  const nlohmann::json* value = Find(name);
  return value == nullptr ? Null() : *value;
}

void Fields::Ignore(std::initializer_list<absl::string_view> names) {
  for (const absl::string_view name : names) known_.insert(std::string(name));
}

double Fields::NumberOf(absl::string_view name, const nlohmann::json& value) {
  if (value.is_number() && std::isfinite(value.get<double>())) {
    return value.get<double>();
  }
  Fail(name, "the field is not a number", "a finite number", Shown(value));
  return 0;
}

double Fields::Number(absl::string_view name, double fallback) {
  const nlohmann::json* value = Find(name);
  return value == nullptr ? fallback : NumberOf(name, *value);
}

std::optional<double> Fields::OptionalNumber(absl::string_view name) {
  const nlohmann::json* value = Find(name);
  if (value == nullptr) return std::nullopt;
  return NumberOf(name, *value);
}

double Fields::RequiredNumber(absl::string_view name) {
  const nlohmann::json* value = Find(name);
  if (value != nullptr) return NumberOf(name, *value);
  Fail(name, "the field is missing", "a number");
  return 0;
}

std::int64_t Fields::Integer(absl::string_view name, std::int64_t fallback) {
  const nlohmann::json* value = Find(name);
  if (value == nullptr) return fallback;
  if (value->is_number_integer()) return value->get<std::int64_t>();
  const double number = NumberOf(name, *value);
  if (number == std::floor(number) && std::abs(number) < 9e15) {
    return static_cast<std::int64_t>(number);
  }
  Fail(name, "the field is not a whole number", "an integer", Shown(*value));
  return fallback;
}

bool Fields::Bool(absl::string_view name, bool fallback) {
  const nlohmann::json* value = Find(name);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  Fail(name, "the field is not a truth value", "true or false", Shown(*value));
  return fallback;
}

std::string Fields::Text(absl::string_view name, absl::string_view fallback) {
  const nlohmann::json* value = Find(name);
  if (value == nullptr) return std::string(fallback);
  if (value->is_string()) return value->get<std::string>();
  Fail(name, "the field is not a text", "a text", Shown(*value));
  return std::string(fallback);
}

std::string Fields::RequiredText(absl::string_view name) {
  if (!Has(name)) Fail(name, "the field is missing", "a text");
  return Text(name, "");
}

std::vector<double> Fields::Numbers(absl::string_view name) {
  const nlohmann::json& value = Raw(name);
  std::vector<double> numbers;
  if (value.is_null()) return numbers;
  if (!value.is_array()) {
    Fail(name, "the field is not a list", "a list of numbers", Shown(value));
    return numbers;
  }
  numbers.reserve(value.size());
  for (const nlohmann::json& item : value) {
    numbers.push_back(NumberOf(name, item));
  }
  return numbers;
}

std::vector<std::uint32_t> Fields::Gids(absl::string_view name) {
  std::vector<std::uint32_t> gids;
  for (const double number : Numbers(name)) {
    if (number < 0 || number > 4294967295.0 || number != std::floor(number)) {
      Fail(name, "the list has an entry that is no gid", "whole numbers from 0",
           absl::StrCat(number));
      return gids;
    }
    gids.push_back(static_cast<std::uint32_t>(number));
  }
  return gids;
}

std::vector<std::string> Fields::Texts(absl::string_view name) {
  const nlohmann::json& value = Raw(name);
  std::vector<std::string> texts;
  if (value.is_null()) return texts;
  const auto entries =
      value.is_array() ? value : nlohmann::json::array({value});
  for (const nlohmann::json& entry : entries) {
    if (entry.is_string()) {
      texts.push_back(entry);
    } else {
      Fail(name, "the field is neither a text nor a list of texts",
           "a text or a list of texts", Shown(entry));
    }
  }
  return texts;
}

std::map<std::string, double> Fields::NumberMap(absl::string_view name) {
  const nlohmann::json& value = Raw(name);
  std::map<std::string, double> numbers;
  if (value.is_null()) return numbers;
  if (!value.is_object()) {
    Fail(name, "the field is not a mapping", "a mapping of names to numbers",
         Shown(value));
    return numbers;
  }
  for (const auto& [key, number] : value.items()) {
    numbers[key] = NumberOf(absl::StrCat(name, ".", key), number);
  }
  return numbers;
}

absl::Status Fields::Finish() {
  if (!status_.ok() || !record_.is_object()) return status_;
  for (const auto& [name, value] : record_.items()) {
    if (known_.count(name) > 0) continue;
    Fail(name, "the field is unknown", "", "",
         SuggestName(name, {known_.begin(), known_.end()}));
  }
  return status_;
}

}  // namespace miv::simulate
