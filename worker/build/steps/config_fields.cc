#include "worker/build/steps/config_fields.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::worker {
namespace {

absl::Status Wrong(absl::string_view name, absl::string_view expected,
                   const nlohmann::json* found) {
  return InvalidInput(
      {.reason = "BAD_CONFIG",
       .field = absl::StrCat("config.", name),
       .what = "the step cannot use this value",
       .expected = std::string(expected),
       .found = found == nullptr ? "nothing" : found->dump().substr(0, 200)});
}

}  // namespace

const nlohmann::json* FindField(const nlohmann::json& object,
                                absl::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(std::string(name));
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

absl::StatusOr<double> NumberField(const nlohmann::json& object,
                                   absl::string_view name) {
  const auto* value = FindField(object, name);
  if (value == nullptr || !value->is_number() ||
      !std::isfinite(value->get<double>()))
    return Wrong(name, "a number", value);
  return value->get<double>();
}

absl::StatusOr<std::int64_t> IntegerField(const nlohmann::json& object,
                                          absl::string_view name) {
  MIV_ASSIGN_OR_RETURN(const double number, NumberField(object, name));
  if (std::nearbyint(number) != number || std::fabs(number) > 0x1p53)
    return Wrong(name, "an integer", FindField(object, name));
  return static_cast<std::int64_t>(number);
}

absl::StatusOr<bool> BoolField(const nlohmann::json& object,
                               absl::string_view name) {
  const auto* value = FindField(object, name);
  if (value == nullptr || !value->is_boolean())
    return Wrong(name, "true or false", value);
  return value->get<bool>();
}

absl::StatusOr<std::string> TextField(const nlohmann::json& object,
                                      absl::string_view name) {
  const auto* value = FindField(object, name);
  if (value == nullptr || !value->is_string())
    return Wrong(name, "a text", value);
  return value->get<std::string>();
}

absl::StatusOr<const nlohmann::json*> ObjectField(const nlohmann::json& object,
                                                  absl::string_view name) {
  const auto* value = FindField(object, name);
  if (value == nullptr || !value->is_object())
    return Wrong(name, "a mapping", value);
  return value;
}

absl::StatusOr<std::array<double, 3>> Triple(const nlohmann::json& value,
                                             absl::string_view name) {
  std::array<double, 3> numbers{};
  bool right = value.is_array() && value.size() == 3;
  for (std::size_t i = 0; right && i < 3; ++i) {
    right = value[i].is_number() && std::isfinite(value[i].get<double>());
    if (right) numbers[i] = value[i].get<double>();
  }
  if (!right) return Wrong(name, "three numbers", &value);
  return numbers;
}

}  // namespace miv::worker
