#include "worker/agent/observers.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace miv::worker {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostNotes = 100;

}  // namespace

void LinkObserver::Progress(absl::string_view phase, double done, double total,
                            absl::string_view unit) {
  v1::Progress progress;
  progress.set_phase(std::string(phase));
  progress.set_done(done);
  progress.set_total(total);
  progress.set_unit(std::string(unit));
  progress.set_eta_s(-1);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto now = Clock::now();
    if (phase_ != phase || done < first_done_) {
      phase_ = std::string(phase);
      first_done_ = done;
      first_time_ = now;
    }
    const double seconds =
        std::chrono::duration<double>(now - first_time_).count();
    if (seconds > 0 && done > first_done_) {
      progress.set_rate((done - first_done_) / seconds);
      progress.set_eta_s((total - done) / progress.rate());
    }
  }
  link_.PostProgress(std::move(progress));
}

void LinkObserver::Log(absl::string_view text) {
  link_.PostLog(v1::LogLine::LEVEL_INFO, 0, text);
}

void LinkObserver::Warning(absl::string_view text) { link_.PostWarning(text); }

void NoteTaker::Warning(absl::string_view text) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (warnings_.size() < kMostNotes) warnings_.emplace_back(text);
}

std::string NoteTaker::TakeNotes() {
  std::lock_guard<std::mutex> lock(mutex_);
  return nlohmann::json(std::exchange(warnings_, {}))
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void ForwardNotes(const std::string& notes, StepObserver& observer) {
  const auto warnings = nlohmann::json::parse(notes, nullptr, false);
  if (!warnings.is_array()) return;
  for (const auto& text : warnings)
    if (text.is_string()) observer.Warning(text.get<std::string>());
}

}  // namespace miv::worker
