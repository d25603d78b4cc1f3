#pragma once

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace miv::server {

/// A thread that runs `body` when started, when woken, and at the latest when
/// the pause that the last run returned is over.  Wake from any thread.
class Loop {
 public:
  explicit Loop(std::function<absl::Duration()> body);
  ~Loop() { Stop(); }

  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void Start();
  void Wake();
  /// Finishes the run that is under way; none follows.
  void Stop();

 private:
  void Run();

  const std::function<absl::Duration()> body_;
  absl::Mutex mutex_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = true;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace miv::server
