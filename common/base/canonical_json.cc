#include "common/base/canonical_json.h"

#include <cmath>

namespace miv {
namespace {

// Doubles that are whole numbers and exact become integers.
nlohmann::json Normalised(const nlohmann::json& value) {
  if (value.is_object()) {
    nlohmann::json out = nlohmann::json::object();
    for (const auto& [key, member] : value.items())
      out[key] = Normalised(member);
    return out;
  }
  if (value.is_array()) {
    nlohmann::json out = nlohmann::json::array();
    for (const auto& member : value) out.push_back(Normalised(member));
    return out;
  }
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::nearbyint(number) == number && std::fabs(number) < 0x1p53)
      return static_cast<std::int64_t>(number);
  }
  return value;
}

}  // namespace

std::string CanonicalJson(const nlohmann::json& value) {
  return Normalised(value).dump(-1, ' ', false,
                                nlohmann::json::error_handler_t::replace);
}

}  // namespace miv
