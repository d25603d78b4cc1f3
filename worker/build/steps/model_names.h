#pragma once

// The names of section classes, synapse types and layers, and their codes.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv::worker {

/// "soma" .. "hillock" -> 1 .. 8.
/// field: where the name stands, for the message.
/// Errors: InvalidArgument with a suggestion.
absl::StatusOr<std::uint8_t> SectionClassCode(absl::string_view name,
                                              absl::string_view field);

/// "excitatory", "inhibitory", "modulatory" -> 0, 1, 2.  Errors alike.
absl::StatusOr<std::uint8_t> SynapseTypeCode(absl::string_view name,
                                             absl::string_view field);

/// Layers by name: config.layer_definitions.
class LayerNames {
 public:
  /// Errors: InvalidArgument if it is no mapping of names to -1 .. 127.
  static absl::StatusOr<LayerNames> Of(const nlohmann::json& config);

  /// Errors: InvalidArgument with a suggestion.
  absl::StatusOr<std::int8_t> CodeOf(absl::string_view name,
                                     absl::string_view field) const;
  /// The first name of a code in sorted order; "layer N" if it has none.
  std::string NameOf(std::int8_t code) const;

 private:
  nlohmann::json codes_;
};

}  // namespace miv::worker
