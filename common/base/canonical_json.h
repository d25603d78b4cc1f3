#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace miv {

/// One text for one meaning: keys sorted, no white space, and every number in a
/// normal form (5, 5.0 and 5e0 are all "5"; other doubles in the shortest form
/// that reads back equal).  Used for cache keys and manifests.
std::string CanonicalJson(const nlohmann::json& value);

}  // namespace miv
