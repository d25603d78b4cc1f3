#pragma once

// Typed access to a step's config.  The coordinator has validated it and filled
// in the defaults; a step still reads it as input that may be wrong.

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv::worker {

/// Field `name` of an object.  Errors: InvalidArgument, naming the field, if
/// the object lacks it or it has another type (numbers must be finite).
absl::StatusOr<double> NumberField(const nlohmann::json& object,
                                   absl::string_view name);
absl::StatusOr<std::int64_t> IntegerField(const nlohmann::json& object,
                                          absl::string_view name);
absl::StatusOr<bool> BoolField(const nlohmann::json& object,
                               absl::string_view name);
absl::StatusOr<std::string> TextField(const nlohmann::json& object,
                                      absl::string_view name);
/// The value, which outlives the object's.
absl::StatusOr<const nlohmann::json*> ObjectField(const nlohmann::json& object,
                                                  absl::string_view name);

/// Three numbers.
absl::StatusOr<std::array<double, 3>> Triple(const nlohmann::json& value,
                                             absl::string_view name);

/// The value if it is there and not null, else nullptr.
const nlohmann::json* FindField(const nlohmann::json& object,
                                absl::string_view name);

}  // namespace miv::worker
