#include "worker/build/steps/byte_progress.h"

#include <algorithm>
#include <utility>

namespace miv::worker {

ByteProgress::ByteProgress(StepContext& ctx, std::string phase,
                           std::uint64_t total, WorkMeter& meter)
    : ctx_(ctx),
      phase_(std::move(phase)),
      total_(static_cast<double>(total)),
      meter_(meter) {
  if (ctx_.ranks.is_root()) ctx_.observer.Progress(phase_, 0, total_, "bytes");
}

absl::Status ByteProgress::Add(std::uint64_t bytes) {
  meter_.AddBytes(bytes);
  if (!ctx_.ranks.is_root()) return absl::OkStatus();
  done_ =
      std::min(total_, done_ + static_cast<double>(bytes) * ctx_.ranks.size());
  ctx_.observer.Progress(phase_, done_, total_, "bytes");
  return ctx_.observer.Cancelled() ? StoppedStatus() : absl::OkStatus();
}

}  // namespace miv::worker
