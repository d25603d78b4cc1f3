#pragma once

// Which layer of a density counts when the last one listed does.

#include "absl/status/status.h"
#include "common/pipeline/draft.h"

namespace miv::pipeline {

/// With density_semantics "last_layer", completes
///   cell_types.P.synapses.last_layers {section class: {synapse type: layer}}
/// of the step's own population: the only layer of a density is the last one.
/// With "per_layer" the field has no effect: it goes, with a warning.
///
/// Errors (InvalidArgument): MISSING_FIELD if a density has several layers and
/// none is named as the last, UNKNOWN_LAYER if the one named is none of them,
/// UNKNOWN_NAME for a density that does not exist.
absl::Status DeriveLastLayers(Draft& draft, std::size_t index);

}  // namespace miv::pipeline
