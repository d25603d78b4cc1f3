#pragma once

// What a step will cost here: a law, corrected by what past runs took.

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/estimates/cost_law.h"

namespace miv::server {

/// A run of the same kind that ended well.
struct PastRun {
  Amounts amounts;
  int ranks = 1;
  Cost cost;               ///< as measured; 0 = not measured
  bool same_step = false;  ///< of the same pipeline
};

/// From a worker's report: seconds of the busiest rank, bytes of all ranks.
/// nullopt if the report does not tell.
std::optional<PastRun> PastRunOf(const nlohmann::json& report);

struct Estimate {
  Cost cost;          ///< 0 = unknown
  std::string basis;  ///< "from 3 runs of this step", "typical", ...; "" = none
};

/// The law's cost times the median ratio of measured to predicted over the
/// runs that are most like it: those of the same step if there are any, of
/// these the ones of nearest predicted cost.  Without runs the law's own cost;
/// without a law the median of the step's own runs.
/// amounts: nullopt if it is not known how much work the step is.
Estimate EstimateCost(absl::string_view kind,
                      const std::optional<Amounts>& amounts, int ranks,
                      absl::Span<const PastRun> past);

}  // namespace miv::server
