#include "worker/build/steps/rounds.h"

#include <algorithm>

namespace miv::worker {
namespace {

// What a rank tells after a round instead of its units; the lowest counts.
constexpr std::int64_t kStop = -1, kFailed = -2;

std::int64_t WordOf(StepContext& ctx,
                    const absl::StatusOr<std::uint64_t>& done) {
  if (!done.ok()) return kFailed;
  if (ctx.ranks.is_root() && ctx.observer.Cancelled()) return kStop;
  return static_cast<std::int64_t>(*done);
}

}  // namespace

absl::Status RunInRounds(
    StepContext& ctx, std::size_t blocks, const Phase& phase,
    absl::FunctionRef<absl::StatusOr<std::uint64_t>(std::size_t)> body) {
  const double rounds = ctx.ranks.Max(static_cast<double>(blocks));
  const auto total = static_cast<double>(phase.total);
  double done = 0;
  const auto report = [&] {
    if (rounds > 0 && ctx.ranks.is_root())
      ctx.observer.Progress(phase.name, done, total, phase.unit);
  };
  report();
  for (double round = 0; round < rounds; ++round) {
    const auto block = static_cast<std::size_t>(round);
    absl::StatusOr<std::uint64_t> mine = 0;
    if (block < blocks) mine = body(block);
    const auto words = ctx.ranks.AllGather(WordOf(ctx, mine));
    const std::int64_t lowest = *std::min_element(words.begin(), words.end());
    if (lowest == kFailed) return ctx.ranks.AgreeOnStatus(mine.status());
    if (lowest == kStop) return StoppedStatus();
    for (const std::int64_t units : words) done += static_cast<double>(units);
    report();
  }
  return absl::OkStatus();
}

}  // namespace miv::worker
