#include "client/retry.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "absl/random/random.h"

namespace miv::client {

std::optional<absl::Duration> Backoff::Next(double uniform) {
  const absl::Duration wait = step_ * (0.5 + 0.5 * uniform);
  if (waited_ + wait > policy_.patience) return std::nullopt;
  waited_ += wait;
  step_ = std::min(step_ * policy_.factor, policy_.longest);
  return wait;
}

void Backoff::Reset() {
  step_ = policy_.first;
  waited_ = absl::ZeroDuration();
}

bool SleepUnlessStopped(absl::Duration duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, absl::ToChronoNanoseconds(duration),
                 [] { return false; });
  return !stop.stop_requested();
}

bool WaitForRetry(Backoff& backoff, const std::stop_token& stop) {
  thread_local absl::InsecureBitGen random;
  const auto wait = backoff.Next(absl::Uniform(random, 0.0, 1.0));
  return wait.has_value() && SleepUnlessStopped(*wait, stop);
}

}  // namespace miv::client
