#include "worker/agent/observers.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace miv::worker {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostNotes = 100;
constexpr int kFramesPerEvent = 4096;

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

void LinkObserver::Produced(const ProducedFrames& frames) {
  v1::Produced produced;
  produced.set_begin_ms(frames.begin_ms);
  produced.set_end_ms(frames.end_ms);
  for (const ProducedFrame& frame : frames.frames) {
    if (produced.frames_size() == kFramesPerEvent) {
      link_.PostProduced(produced);
      produced.clear_frames();
    }
    v1::FrameRef& ref = *produced.add_frames();
    ref.set_rank(frame.rank);
    ref.set_kind(static_cast<std::uint32_t>(frame.kind));
    ref.set_offset(frame.place.offset);
    ref.set_length(frame.place.length);
    ref.set_begin_ms(frame.begin_ms);
    ref.set_end_ms(frame.end_ms);
  }
  produced.set_last(true);
  link_.PostProduced(std::move(produced));
}

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
