#pragma once

// What a plain YAML scalar means.

#include <nlohmann/json.hpp>

#include "absl/strings/string_view.h"

namespace miv::config {

/// The value of a plain scalar by the YAML 1.2 core schema (10.3.2): null,
/// true/false, decimal, 0o and 0x integers, floats, .inf, .nan; anything else
/// is a string.  Integers that fit neither int64 nor uint64 become doubles.
nlohmann::json PlainScalar(absl::string_view text);

}  // namespace miv::config
