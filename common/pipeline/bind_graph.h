#pragma once

// The inputs of the merged graph, one of each role per population.

#include "absl/status/status.h"
#include "common/pipeline/draft.h"

namespace miv::pipeline {

/// Binds "forest:P", "synapses:P" and "connections:P".
///
///   The populations are those of the forests, synapses and connections that
///   the step uses directly; if there are none, all that are upstream.  Each
///   role of each comes from a step that is used directly, else it is what the
///   other inputs were made from, else the nearest.  Populations that are
///   upstream but left out give a warning.
/// Errors: InvalidArgument AMBIGUOUS_INPUT; MISSING_INPUT for connections
/// without synapses or synapses without a forest; INCONSISTENT_INPUT if
/// connections were made for other synapses than those of the graph, or
/// synapses for another forest.
absl::Status BindPopulations(Draft& draft, std::size_t index);

}  // namespace miv::pipeline
