#include "server/jobs/worker_text.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "common/base/directory_manifest.h"
#include "common/base/text.h"
#include "common/rpc/status.h"

namespace miv::server {
namespace {

constexpr std::size_t kName = 200;
constexpr std::size_t kLine = 4 << 10;
constexpr std::size_t kOutput = 64 << 10;
constexpr std::size_t kReport = 256 << 10;
constexpr int kOutputs = 256;
constexpr int kFrames = 4096;

double Finite(double value) { return std::isfinite(value) ? value : 0; }

void Clean(v1::Progress& progress) {
  progress.set_phase(CleanText(progress.phase(), kName));
  progress.set_unit(CleanText(progress.unit(), kName));
  progress.set_done(Finite(progress.done()));
  progress.set_total(Finite(progress.total()));
  progress.set_rate(Finite(progress.rate()));
  progress.set_eta_s(Finite(progress.eta_s()));
}

void Clean(v1::ErrorDetail& error) {
  error.set_reason(CleanText(error.reason(), kName));
  error.set_step(CleanText(error.step(), kName));
  error.set_field(CleanText(error.field(), kLine));
  error.set_file(CleanText(error.file(), kLine));
  error.set_expected(CleanText(error.expected(), kLine));
  error.set_found(CleanText(error.found(), kLine));
  error.set_remedy(CleanText(error.remedy(), kLine));
  error.set_message(CleanText(error.message(), kLine));
  error.set_phase(CleanText(error.phase(), kName));
  error.set_output(CleanText(error.output(), kOutput, /*lines=*/true));
  error.set_simulated_ms(Finite(error.simulated_ms()));
}

void Clean(v1::Finished& finished) {
  const v1::Finished dirty = finished;
  finished.clear_outputs();
  for (const std::string& name : dirty.outputs()) {
    if (finished.outputs_size() == kOutputs) break;
    if (CheckRelativePath(name).ok()) finished.add_outputs(name);
  }
  const auto report =
      nlohmann::json::parse(dirty.report_json(), nullptr, false);
  if (!report.is_object() || dirty.report_json().size() > kReport) {
    finished.clear_report_json();
  }
  if (finished.has_error()) Clean(*finished.mutable_error());
}

void Clean(v1::Produced& produced) {
  const v1::Produced dirty = produced;
  produced.clear_frames();
  produced.set_begin_ms(Finite(dirty.begin_ms()));
  produced.set_end_ms(Finite(dirty.end_ms()));
  for (const v1::FrameRef& frame : dirty.frames()) {
    if (produced.frames_size() == kFrames) break;
    if (std::isfinite(frame.begin_ms()) && std::isfinite(frame.end_ms()))
      *produced.add_frames() = frame;
  }
}

}  // namespace

std::string CleanText(absl::string_view text, std::size_t max_bytes,
                      bool lines) {
  // Cut first, so that the work is bounded too.
  std::string clean =
      Shortened(ValidUtf8(text.substr(0, 4 * max_bytes)), max_bytes);
  std::replace_if(
      clean.begin(), clean.end(),
      [lines](unsigned char c) {
        const bool control = c < 0x20 || c == 0x7f;
        return control && !(lines && (c == '\n' || c == '\t'));
      },
      ' ');
  return clean;
}

v1::WorkerEvent CleanEvent(const v1::WorkerEvent& event) {
  v1::WorkerEvent clean = event;
  if (clean.has_progress()) Clean(*clean.mutable_progress());
  if (clean.has_log()) {
    clean.mutable_log()->set_text(CleanText(clean.log().text(), kLine));
  }
  if (clean.has_warning()) {
    clean.mutable_warning()->set_text(CleanText(clean.warning().text(), kLine));
  }
  if (clean.has_produced()) Clean(*clean.mutable_produced());
  if (clean.has_finished()) Clean(*clean.mutable_finished());
  return clean;
}

Fault CleanFault(const Fault& fault) {
  v1::ErrorDetail detail = FaultToProto(fault);
  Clean(detail);
  return FaultFromProto(detail);
}

bool LogBudget::Bucket::Take(absl::Time now) {
  if (refilled != absl::InfinitePast()) {
    left += per_second * std::max(0.0, absl::ToDoubleSeconds(now - refilled));
  }
  left = std::min(left, most);
  refilled = now;
  if (left < 1) return false;
  left -= 1;
  return true;
}

LogBudget::Verdict LogBudget::Judge(const v1::WorkerEvent& event,
                                    absl::Time now) {
  if (event.has_progress() || event.has_produced()) {
    Bucket& bucket = event.has_progress() ? progress_ : produced_;
    return bucket.Take(now) ? Verdict::kTake : Verdict::kDrop;
  }
  if (!event.has_log() && !event.has_warning()) return Verdict::kTake;
  if (lines_ < 0) return Verdict::kDrop;
  return lines_-- > 0 ? Verdict::kTake : Verdict::kLastWarning;
}

}  // namespace miv::server
