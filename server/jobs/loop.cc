#include "server/jobs/loop.h"

#include <utility>

namespace miv::server {

Loop::Loop(std::function<absl::Duration()> body) : body_(std::move(body)) {}

void Loop::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Loop::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Loop::Wake() {
  absl::MutexLock lock(&mutex_);
  woken_ = true;
}

void Loop::Run() {
  absl::Duration pause = absl::ZeroDuration();
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      const auto due = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
        return woken_ || stopping_;
      };
      mutex_.AwaitWithTimeout(absl::Condition(&due), pause);
      if (stopping_) return;
      woken_ = false;
    }
    pause = body_();
  }
}

}  // namespace miv::server
