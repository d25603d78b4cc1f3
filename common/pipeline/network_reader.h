#pragma once

// A step of kind network, read and checked.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/pipeline/pipeline.h"
#include "common/pipeline/resolve.h"

namespace miv::pipeline {

struct NetworkOption {
  std::string field;  ///< where it is written
  nlohmann::json value;
};

struct Network {
  std::string path;       ///< "steps.NAME"
  nlohmann::json config;  ///< of the shape of NetworkKind()
  /// By canonical kind and field.
  std::map<std::string, std::map<std::string, NetworkOption>> options;
  /// Those that get trees, synapses and connections.
  std::vector<std::string> populations;
  /// {post: [pre, ...]}: the order that `projections` gives, then by name.
  nlohmann::json projections = nlohmann::json::object();

  /// "steps.NAME.config.FIELD".
  std::string Field(absl::string_view field) const;
  /// The section at "Geometry.Cell Distribution", or nullptr; and its path.
  const nlohmann::json* Section(absl::string_view name) const;
  std::string SectionField(absl::string_view name) const;
  bool HasGapJunctions() const;
  /// A directory that the config may name; "" if it does not.
  std::string Directory(const char* field) const;
};

/// Errors: those of ExpandNetworks that are about one network.
absl::StatusOr<Network> ReadNetwork(const StepSpec& step,
                                    std::vector<Warning>& warnings);

}  // namespace miv::pipeline
