#pragma once

// The recordings that a network asks for, as fields of a simulation.

#include <string>

#include "absl/status/status.h"
#include "common/pipeline/network_reader.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {

struct SimulationDefaults;

/// The shape of the section Recording.
Schema RecordingSection();

/// Adds `record` and `lfp` of Recording to the defaults of simulations, with
/// warnings of what these do not do.  step: the network's.
/// Errors: those of SimulationDefaultsOf.
absl::Status AddRecordings(const std::string& step, const Network& network,
                           SimulationDefaults& defaults);

}  // namespace miv::pipeline
