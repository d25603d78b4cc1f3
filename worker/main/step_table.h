#pragma once

#include "worker/agent/agent.h"

namespace miv::worker {

/// Every component that this worker can run.
const StepTable& AllSteps();

}  // namespace miv::worker
