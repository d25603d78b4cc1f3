#include "common/pipeline/cache_key.h"

#include <utility>

#include "common/base/canonical_json.h"
#include "common/base/digest.h"
#include "common/pipeline/key_projection.h"

namespace miv::pipeline {

using nlohmann::json;

json KeyConfig(const ResolvedStep& step) {
  json config = json::object();
  for (const Field& field : step.info().config.fields) {
    const bool input = field.schema.type == ValueType::kFile ||
                       field.schema.type == ValueType::kDirectory;
    if (field.use == FieldUse::kRead && !input &&
        step.config.contains(field.name))
      config[field.name] = step.config[field.name];
  }
  ProjectConfig(step, config);
  return config;
}

std::string CacheKey(const ResolvedStep& step,
                     const std::map<std::string, std::string>& digests) {
  json inputs = json::object();
  for (const Input& input : step.inputs) {
    const auto it = digests.find(input.role);
    inputs[input.role] = it == digests.end() ? json() : json(it->second);
  }
  json key = {{"kind", step.kind},
              {"version", step.info().algorithm_version},
              {"config", KeyConfig(step)},
              {"inputs", std::move(inputs)}};
  if (step.info().random) key["seed"] = step.seed;
  return DigestOf(CanonicalJson(key));
}

}  // namespace miv::pipeline
