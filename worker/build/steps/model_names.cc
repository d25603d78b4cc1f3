#include "worker/build/steps/model_names.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "worker/build/connectivity/synapse_partition.h"
#include "worker/build/morphology/morphology.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/synapses/synapse_density.h"

namespace miv::worker {
namespace {

absl::Status Unknown(const char* reason, const char* thing,
                     absl::string_view name, absl::string_view field,
                     const std::vector<std::string>& known) {
  return InvalidInput(
      {.reason = reason,
       .field = std::string(field),
       .what = absl::StrCat("there is no ", thing, " \"", name, "\""),
       .remedy = SuggestName(std::string(name), known)});
}

}  // namespace

absl::StatusOr<std::uint8_t> SectionClassCode(absl::string_view name,
                                              absl::string_view field) {
  std::vector<std::string> known;
  for (int code = build::kSoma; code <= build::kHillock; ++code) {
    known.push_back(build::SwcTypeName(code));
    if (known.back() == name) return static_cast<std::uint8_t>(code);
  }
  return Unknown("UNKNOWN_SECTION_CLASS", "section class", name, field, known);
}

absl::StatusOr<std::uint8_t> SynapseTypeCode(absl::string_view name,
                                             absl::string_view field) {
  std::vector<std::string> known;
  for (int code = build::kExcitatory; code <= build::kModulatory; ++code) {
    known.push_back(build::SynapseTypeName(code));
    if (known.back() == name) return static_cast<std::uint8_t>(code);
  }
  return Unknown("UNKNOWN_SYNAPSE_TYPE", "synapse type", name, field, known);
}

absl::StatusOr<LayerNames> LayerNames::Of(const nlohmann::json& config) {
  MIV_ASSIGN_OR_RETURN(const auto* definitions,
                       ObjectField(config, "layer_definitions"));
  LayerNames names;
  for (const auto& [name, value] : definitions->items()) {
    MIV_ASSIGN_OR_RETURN(const std::int64_t code,
                         IntegerField(*definitions, name));
    if (code < -1 || code > 127)
      return InvalidInput(
          {.reason = "BAD_CONFIG",
           .field = absl::StrCat("config.layer_definitions.", name),
           .what = "not a layer index",
           .expected = "-1 to 127",
           .found = value.dump()});
    names.codes_[name] = code;
  }
  return names;
}

absl::StatusOr<std::int8_t> LayerNames::CodeOf(absl::string_view name,
                                               absl::string_view field) const {
  const auto found = codes_.find(std::string(name));
  if (found != codes_.end()) return found->get<std::int8_t>();
  std::vector<std::string> known;
  for (const auto& [other, code] : codes_.items()) known.push_back(other);
  return Unknown("UNKNOWN_LAYER", "layer", name, field, known);
}

std::string LayerNames::NameOf(std::int8_t code) const {
  for (const auto& [name, value] : codes_.items())
    if (value == code) return name;
  return absl::StrCat("layer ", static_cast<int>(code));
}

}  // namespace miv::worker
