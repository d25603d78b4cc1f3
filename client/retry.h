#pragma once

// How long to wait before a call is repeated, and for how long to go on.

#include <optional>
#include <stop_token>

#include "absl/time/time.h"

namespace miv::client {

struct RetryPolicy {
  absl::Duration first = absl::Milliseconds(100);
  absl::Duration longest = absl::Seconds(5);
  double factor = 1.6;
  /// Sum of the waits after which nothing more is tried.
  absl::Duration patience = absl::Seconds(60);
};

/// The waits of one call.  Not thread safe.
class Backoff {
 public:
  explicit Backoff(const RetryPolicy& policy) : policy_(policy) { Reset(); }

  /// The next wait, between half and all of first * factor^k (at most
  /// `longest`), or nullopt when patience is at an end.
  /// uniform: a random number in [0, 1), so that many clients spread out.
  std::optional<absl::Duration> Next(double uniform);

  /// To be called when something got through: starts from the beginning.
  void Reset();

 private:
  RetryPolicy policy_;
  absl::Duration step_;
  absl::Duration waited_;
};

/// False if `stop` was requested before the time was over.
bool SleepUnlessStopped(absl::Duration duration, const std::stop_token& stop);

/// Backoff::Next with this thread's random numbers, then the wait.  False if
/// there is nothing to wait for any more.
bool WaitForRetry(Backoff& backoff, const std::stop_token& stop);

}  // namespace miv::client
