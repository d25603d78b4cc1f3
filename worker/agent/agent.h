#pragma once

// The life of a worker group: take an assignment, run it on all ranks, report,
// take the next.

#include <map>
#include <string>

#include "worker/agent/server_link.h"
#include "worker/parallel/ranks.h"
#include "worker/step/step.h"

namespace miv::worker {

/// By canonical component kind.
using StepTable = std::map<std::string, StepFunction, std::less<>>;

/// Collective.  Runs assignments until the server lets the group go.
/// link: of rank 0; null on the other ranks.
/// Returns why the group leaves: OK if the server said so.
absl::Status RunAssignments(parallel::Ranks& ranks, const StepTable& steps,
                            ServerLink* link);

}  // namespace miv::worker
