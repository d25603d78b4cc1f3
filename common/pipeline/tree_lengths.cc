#include "common/pipeline/tree_lengths.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/pipeline/model_schema.h"

namespace miv::pipeline {

using nlohmann::json;

absl::StatusOr<TreeLengths> TreeLengthsFromJson(const json& value) {
  const absl::Status bad =
      absl::InvalidArgumentError("the lengths of a tree are malformed");
  if (!value.is_object()) return bad;
  TreeLengths lengths;
  const auto& classes = SectionClasses();
  for (const auto& [section, layers] : value.items()) {
    const bool known =
        std::find(classes.begin(), classes.end(), section) != classes.end();
    if (!known || !layers.is_object()) return bad;
    for (const auto& [name, um] : layers.items()) {
      int layer = 0;
      if (!absl::SimpleAtoi(name, &layer) || layer < -1 || layer > 127 ||
          !um.is_number() || !std::isfinite(um.get<double>()) ||
          um.get<double>() < 0)
        return bad;
      lengths[section][layer] = um;
    }
  }
  return lengths;
}

json ToJson(const TreeLengths& lengths) {
  json value = json::object();
  for (const auto& [section, layers] : lengths)
    for (const auto& [layer, um] : layers)
      value[section][absl::StrCat(layer)] = um;
  return value;
}

}  // namespace miv::pipeline
