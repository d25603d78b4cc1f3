#pragma once

// What a step of a kind costs, from how much work it is: laws whose constants
// were measured on one machine (docs/scaling.md).

#include <optional>

#include "absl/strings/string_view.h"
#include "server/estimates/amounts.h"

namespace miv::server {

struct Cost {
  double seconds = 0;       ///< CPU time of a rank with an equal share
  double memory_bytes = 0;  ///< peak of all ranks together
};

/// nullopt if there is no law for the kind.
/// ranks: > 0.  Units that are missing count as 0.
std::optional<Cost> TypicalCost(absl::string_view kind, const Amounts& amounts,
                                int ranks);

/// Point processes of a simulation: several synapses of one sort on a segment
/// share one, so that there are hardly more than a few per segment.
double ExpectedPointProcesses(double segments, double netcons);

}  // namespace miv::server
