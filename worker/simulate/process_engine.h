#pragma once

// The one NEURON of a worker process: a group runs several steps, but NEURON
// starts once, and mechanisms and templates cannot be exchanged.

#include <string>

#include "absl/status/statusor.h"
#include "worker/simulate/neuron/engine.h"
#include "worker/step/step.h"

namespace miv::simulate {

/// NEURON with the step's mechanisms loaded (input "mechanism_library", if
/// there is one), started at the first call.  Collective; under MPI if the
/// group has more than one rank. Errors, the same on all ranks:
/// FailedPrecondition if the process has loaded another library; the library's
/// own errors.
absl::StatusOr<neuron::Engine*> EngineForStep(worker::StepContext& ctx);

/// The same for a process without ranks (preflight).  library: "" for none.
absl::StatusOr<neuron::Engine*> EngineForProcess(const std::string& library,
                                                 const std::string& label);

}  // namespace miv::simulate
