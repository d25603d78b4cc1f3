#pragma once

#include "worker/agent/agent.h"

namespace miv::worker {

/// Every component that this worker can run.
StepTable AllSteps();

}  // namespace miv::worker
