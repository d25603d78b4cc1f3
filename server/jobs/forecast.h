#pragma once

// What a submission would do, step by step, and why.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/jobs/outlook.h"
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
  /// Of a step that will run; 0 = unknown.
  double estimated_s = 0;                   ///< CPU time of its busiest rank
  std::int64_t estimated_memory_bytes = 0;  ///< of all ranks, at their peaks
  std::int64_t estimated_bytes = 0;         ///< of the outputs, also if cached
  std::string estimate_basis;               ///< see Estimate; "" = no estimate
  std::vector<Output> outputs;              ///< of a cached step
};

/// In the order of the pipeline.  ranks: per step.  shapes: of the cells of
/// populations, as far as they are known.
absl::StatusOr<std::vector<StepForecast>> Forecast(
    ReadTransaction& store, ResultCache& results, const JobPlan& plan,
    const std::vector<int>& ranks, CachePolicy policy,
    const CellShapes& shapes = {});

}  // namespace miv::server
