#pragma once

// What a submission would do, step by step, and why.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/jobs/plan.h"
#include "server/jobs/result_cache.h"
#include "server/store/store.h"

namespace miv::server {

struct StepForecast {
  std::string step;
  std::string kind;
  bool cached = false;
  /// "cached", "first time", "config changed: rotation", "because forest_PYR
  /// runs", ...
  std::string reason;
  int ranks = 1;
  double estimated_s = 0;            ///< of the last time; 0 = unknown
  std::int64_t estimated_bytes = 0;  ///< of the outputs; 0 = unknown
  std::vector<Output> outputs;       ///< of a cached step
};

/// In the order of the pipeline.  ranks: per step.
absl::StatusOr<std::vector<StepForecast>> Forecast(
    ReadTransaction& store, ResultCache& results, const JobPlan& plan,
    const std::vector<int>& ranks, CachePolicy policy);

}  // namespace miv::server
