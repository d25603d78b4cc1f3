#pragma once

// An SWC file as the config of a forest asks for it.

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "worker/build/morphology/depth_layers.h"
#include "worker/build/morphology/morphology.h"
#include "worker/step/step.h"

namespace miv::worker {

/// Where the layers of config lie, for layer_from "depth": layer_extents and
/// layer_definitions give the ranges; the root lies in the middle of
/// soma_layer; depth_axis ("y", "-y", ...) is the coordinate that L grows with.
/// Errors: InvalidArgument, naming the field.
absl::StatusOr<build::DepthFrame> DepthFrameOf(const nlohmann::json& config);

/// Reads and groups the points of one SWC file.  Points have the layers of the
/// file's column 8 unless config.layer_from is "depth".
/// Errors: those of build::ParseSwc, build::ContractToSections, DepthFrameOf.
absl::StatusOr<build::Morphology> ReadMorphology(const StepInput& file,
                                                 const nlohmann::json& config);

}  // namespace miv::worker
