#pragma once

// When to call the server again.

#include <algorithm>
#include <chrono>

namespace miv::worker {

/// Lets calls begin once a period, however long each of them takes: what is
/// news when one begins is with the server a period after the last news.
class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Pace(Clock::duration period) : period_(period) {}

  /// A call begins.
  void Begin(Clock::time_point now) { begun_ = now; }

  /// From `now`, when it has ended, to the beginning of the next; after a call
  /// that took too long the server gets a quarter of a period to breathe.
  Clock::duration Pause(Clock::time_point now) const {
    return std::max<Clock::duration>(period_ / 4, begun_ + period_ - now);
  }

 private:
  const Clock::duration period_;
  Clock::time_point begun_;
};

}  // namespace miv::worker
