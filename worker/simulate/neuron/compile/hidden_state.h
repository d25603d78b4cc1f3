#pragma once

// Mechanisms that keep state where a checkpoint cannot see it.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "worker/simulate/neuron/compile/mod_source.h"

namespace miv::simulate::neuron {

/// Why the state of the mechanism of a NMODL file cannot be put back exactly:
/// "POINTER donotuse", "VERBATIM with nrnran123_newstream3", each once; empty
/// if it can.
///
/// Looked for: POINTER, BBCOREPOINTER and RANDOM in the NEURON block; random
/// numbers of NMODL, whose generator all mechanisms share; and in VERBATIM
/// blocks variables and memory that outlive a call, and generators.  FUNCTION
/// bbsavestate excuses all of it.  So does PROCEDURE play in an artificial cell
/// without random numbers: what it plays is played again.
std::vector<std::string> HiddenState(absl::string_view text);

/// "NetStim (netstim.mod): POINTER donotuse", for each file that has any.
std::vector<std::string> MechanismsWithHiddenState(const ModSources& sources);

}  // namespace miv::simulate::neuron
