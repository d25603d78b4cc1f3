#pragma once

// A region at the bottom of the terminal that is drawn again and again.

#include <functional>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/cli/progress_lines.h"

namespace miv::client {

/// Draws at most ten times a second, from a thread of its own.  Thread safe.
class LiveDisplay {
 public:
  /// lines: the region as it is now; called from the drawing thread under
  /// `mutex`, which also guards whatever `lines` reads.
  LiveDisplay(std::ostream& out, std::function<Looks()> looks,
              absl::Mutex& mutex,
              std::function<std::vector<std::string>(const Looks&)> lines);
  /// Draws a last time; the region stays on the screen.
  ~LiveDisplay();

  /// A line that stays, above the region.
  void Print(const std::string& line);

 private:
  void Loop(const std::stop_token& stop);
  void Draw() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::ostream& out_;
  const std::function<Looks()> looks_;
  absl::Mutex& mutex_;
  const std::function<std::vector<std::string>(const Looks&)> lines_;
  std::vector<std::string> drawn_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> above_ ABSL_GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace miv::client
