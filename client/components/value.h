#pragma once

// What the fields of components hold: values, files, names; as JSON.

#include <concepts>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace miv::client {

/// A part of a config that has no type of its own, such as what FromYaml read.
using Json = nlohmann::json;

/// A step of a Pipeline, to be named by other steps.
struct Step {
  std::string name;
};

/// A file or directory that a component reads: a path (relative to the
/// directory of Pipeline::Prepare), the digest of an artifact of the server
/// ("sha256:..."), or what a step makes.
class File {
 public:
  File() = default;  ///< none: taken from the nearest step in `uses`
  File(std::string path) : text_(std::move(path)) {}  // NOLINT: a path is one
  File(const char* path) : text_(path) {}             // NOLINT
  File(const Step& step) : text_("step:" + step.name) {}  // NOLINT
  /// output: "cells.h5"
  File(const Step& step, const std::string& output)
      : text_("step:" + step.name + "/" + output) {}

  bool empty() const { return text_.empty(); }
  Json ToJson() const { return text_; }

 private:
  std::string text_;
};

class ConfigWriter;

/// Values that are one JSON value.
template <typename T>
concept MakesJson = requires(const T& value) {
  { value.ToJson() } -> std::same_as<Json>;
};

/// Structures that say what they hold: void WriteFields(const T&,
/// ConfigWriter&).
template <typename T>
concept HasFields = requires(const T& value, ConfigWriter& writer) {
  WriteFields(value, writer);
};

/// Enumerations whose values have names: const char* ConfigName(T).
template <typename T>
concept HasName = std::is_enum_v<T> && requires(T value) {
  ConfigName(value);
};

template <typename T>
Json ToConfig(const T& value);

inline std::string KeyOf(const std::string& key) { return key; }
template <HasName T>
std::string KeyOf(T key) {
  return ConfigName(key);
}

/// Gathers the fields of one structure under their names in the config.
class ConfigWriter {
 public:
  /// A field that must be there, whatever it holds.
  template <typename T>
  ConfigWriter& Always(const char* name, const T& value) {
    config_[name] = ToConfig(value);
    return *this;
  }

  /// A field that is left out while it is empty: the service's default then.
  template <typename T>
  ConfigWriter& IfSet(const char* name, const std::optional<T>& value) {
    return value.has_value() ? Always(name, *value) : *this;
  }
  template <typename T>
  ConfigWriter& IfSet(const char* name, const T& value) {
    return value.empty() ? *this : Always(name, value);
  }

  Json Take() { return std::move(config_); }

 private:
  Json config_ = Json::object();
};

namespace internal {

template <typename T, template <typename...> class Of>
inline constexpr bool kIs = false;
template <template <typename...> class Of, typename... T>
inline constexpr bool kIs<Of<T...>, Of> = true;

}  // namespace internal

template <typename T>
Json ToConfig(const T& value) {
  if constexpr (MakesJson<T>) {
    return value.ToJson();
  } else if constexpr (HasFields<T>) {
    ConfigWriter writer;
    WriteFields(value, writer);
    return writer.Take();
  } else if constexpr (HasName<T>) {
    return ConfigName(value);
  } else if constexpr (internal::kIs<T, std::variant>) {
    return std::visit([](const auto& one) { return ToConfig(one); }, value);
  } else if constexpr (internal::kIs<T, std::map>) {
    Json object = Json::object();
    for (const auto& [key, entry] : value) object[KeyOf(key)] = ToConfig(entry);
    return object;
  } else if constexpr (internal::kIs<T, std::vector>) {
    Json list = Json::array();
    for (const auto& entry : value) list.push_back(ToConfig(entry));
    return list;
  } else {
    return Json(value);
  }
}

}  // namespace miv::client
