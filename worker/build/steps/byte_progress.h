#pragma once

// What the user sees of a long write, and how the user stops it.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "worker/build/steps/rank_share.h"
#include "worker/step/step.h"

namespace miv::worker {

/// Follows the bytes that this rank writes.  Rank 0 reports them, with the
/// ranks taken to go equally fast, and asks whether to go on; the word gets to
/// the other ranks when they next agree.  Not collective.
class ByteProgress {
 public:
  /// total: bytes of all ranks.  The references outlive this object.
  ByteProgress(StepContext& ctx, std::string phase, std::uint64_t total,
               WorkMeter& meter);

  /// Errors: Cancelled, on rank 0, if the step shall stop.
  absl::Status Add(std::uint64_t bytes);

 private:
  StepContext& ctx_;
  const std::string phase_;
  const double total_;
  WorkMeter& meter_;
  double done_ = 0;
};

}  // namespace miv::worker
