#pragma once

// Cells at given points: the layers of cell_distributions that are called
// "@NAME", and the field `points` that says where they are.

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/pipeline/draft.h"

namespace miv::pipeline {

/// Whether a key of cell_distributions stands for points, not for a layer.
bool IsPointLayer(absl::string_view layer);

/// Whether cells of the population stand at given points.
bool HasPoints(const nlohmann::json& layers);

/// Every list of points in use has one population and as many points as that
/// has cells there; without a rotation, they lie in the layers.
/// Errors: InvalidArgument.
absl::Status CheckPoints(const Draft& draft, std::size_t index);

}  // namespace miv::pipeline
