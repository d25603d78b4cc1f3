#include "client/cli/live_display.h"

#include <utility>

#include "client/retry.h"

namespace miv::client {

constexpr absl::Duration kBetweenDraws = absl::Milliseconds(100);

LiveDisplay::LiveDisplay(
    std::ostream& out, std::function<Looks()> looks, absl::Mutex& mutex,
    std::function<std::vector<std::string>(const Looks&)> lines)
    : out_(out),
      looks_(std::move(looks)),
      mutex_(mutex),
      lines_(std::move(lines)),
      thread_([this](std::stop_token stop) { Loop(stop); }) {}

LiveDisplay::~LiveDisplay() {
  thread_.request_stop();
  thread_.join();
  absl::MutexLock lock(&mutex_);
  Draw();
}

void LiveDisplay::Print(const std::string& line) {
  absl::MutexLock lock(&mutex_);
  above_.push_back(line);
}

void LiveDisplay::Loop(const std::stop_token& stop) {
  do {
    absl::MutexLock lock(&mutex_);
    Draw();
  } while (SleepUnlessStopped(kBetweenDraws, stop));
}

void LiveDisplay::Draw() {
  const Looks looks = looks_();
  std::vector<std::string> region = lines_(looks);
  if (above_.empty() && region == drawn_) return;
  std::vector<std::string> all = std::exchange(above_, {});
  all.insert(all.end(), region.begin(), region.end());
  out_ << Repaint(drawn_, all, looks.width) << std::flush;
  drawn_ = std::move(region);
}

}  // namespace miv::client
