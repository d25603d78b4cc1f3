#pragma once

// What a simulation takes over from the build steps that it uses.

#include "absl/status/status.h"
#include "common/pipeline/draft.h"

namespace miv::pipeline {

/// cell_types and synapses: those of the distribute_synapses and
/// generate_connections steps upstream, each population from its own step if it
/// has one; the simulation's own values are merged over them, key by key.
/// What only building reads is left out.
/// synapse_mechanisms and synapse_rules: the built-in tables, likewise.
/// Labels where none is given: "electrode", "electrode_2", ... of lfp entries,
/// "recording", ... of record entries.
absl::Status DeriveSimulation(Draft& draft, std::size_t index);

/// Part of it: stimuli from input_spikes steps take the namespace and the
/// attribute of the step, where they give none; other files those of `spike
/// train` of the population's cell type, with a warning if no stimulus is about
/// a population that has it.
void DeriveStimulusFiles(Draft& draft, std::size_t index);

}  // namespace miv::pipeline
