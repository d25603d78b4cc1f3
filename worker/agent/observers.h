#pragma once

// Where a step's words go: on rank 0 to the server, on the other ranks into
// notes that rank 0 forwards when the step has ended.

#include <mutex>
#include <string>
#include <vector>

#include "worker/agent/server_link.h"
#include "worker/step/step.h"

namespace miv::worker {

class LinkObserver final : public StepObserver {
 public:
  explicit LinkObserver(ServerLink& link) : link_(link) {}

  /// Adds rate and time left, measured over the current phase.
  void Progress(absl::string_view phase, double done, double total,
                absl::string_view unit) override;
  void Log(absl::string_view text) override;
  void Warning(absl::string_view text) override;
  void Produced(const ProducedFrames& frames) override;
  bool Cancelled() override { return link_.cancelled(); }

 private:
  ServerLink& link_;
  std::mutex mutex_;
  std::string phase_;
  double first_done_ = 0;
  std::chrono::steady_clock::time_point first_time_;
};

class NoteTaker final : public StepObserver {
 public:
  void Progress(absl::string_view, double, double, absl::string_view) override {
  }
  void Log(absl::string_view) override {}
  void Warning(absl::string_view text) override;
  bool Cancelled() override { return false; }

  /// The warnings so far as one text for ForwardNotes.
  std::string TakeNotes();

 private:
  std::mutex mutex_;
  std::vector<std::string> warnings_;
};

/// Repeats the warnings of a NoteTaker.
void ForwardNotes(const std::string& notes, StepObserver& observer);

}  // namespace miv::worker
