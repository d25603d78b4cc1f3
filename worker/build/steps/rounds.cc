#include "worker/build/steps/rounds.h"

namespace miv::worker {
namespace {

// What a rank tells after a round; the largest counts.
constexpr double kGoOn = 0, kStop = 1, kFailed = 2;

double VoteOf(StepContext& ctx, const absl::Status& status) {
  if (!status.ok()) return kFailed;
  return ctx.ranks.is_root() && ctx.observer.Cancelled() ? kStop : kGoOn;
}

}  // namespace

absl::Status RunInRounds(StepContext& ctx, std::size_t blocks,
                         absl::string_view phase,
                         absl::FunctionRef<absl::Status(std::size_t)> body) {
  const double rounds = ctx.ranks.Max(static_cast<double>(blocks));
  for (double round = 0; round < rounds; ++round) {
    const auto block = static_cast<std::size_t>(round);
    const absl::Status status = block < blocks ? body(block) : absl::OkStatus();
    const double vote = ctx.ranks.Max(VoteOf(ctx, status));
    if (vote == kFailed) return ctx.ranks.AgreeOnStatus(status);
    if (vote == kStop) return StoppedStatus();
    if (ctx.ranks.is_root())
      ctx.observer.Progress(phase, round + 1, rounds, "blocks");
  }
  return absl::OkStatus();
}

}  // namespace miv::worker
