#pragma once

// The shape of a pipeline outside its configs, shared by files, overrides and
// stored JSON.

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "common/pipeline/pipeline.h"

namespace miv::pipeline {

inline constexpr int kMaxRanks = 1024;

/// Everything but the steps: {api, name, seed, files {templates, mechanisms,
/// morphology}}; a "steps" member is ignored.
/// Errors: InvalidArgument with the field's path.
absl::StatusOr<PipelineSpec> HeaderFromJson(nlohmann::json json);

/// One step, {kind, uses, ranks, seed, config}; path: its field path.
absl::StatusOr<StepSpec> StepFromJson(const std::string& name,
                                      const std::string& path,
                                      nlohmann::json json);

/// The inverse of the two, absent fields left out.
nlohmann::json HeaderToJson(const PipelineSpec& spec);
nlohmann::json StepToJson(const StepSpec& step);

}  // namespace miv::pipeline
