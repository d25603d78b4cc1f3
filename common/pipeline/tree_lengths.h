#pragma once

// How much cable a tree has, by section class and layer.

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"

namespace miv::pipeline {

/// Cable of one tree by section class and layer index (-1 = none), um.
using TreeLengths = std::map<std::string, std::map<int, double>>;

/// {class: {layer index as a string: um}} and back.
/// Errors: InvalidArgument for anything else: it may come from user code.
absl::StatusOr<TreeLengths> TreeLengthsFromJson(const nlohmann::json& json);
nlohmann::json ToJson(const TreeLengths& lengths);

}  // namespace miv::pipeline
