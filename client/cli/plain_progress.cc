#include "client/cli/plain_progress.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "client/cli/format.h"
#include "client/cli/names.h"
#include "client/cli/progress_lines.h"

namespace miv::client {
namespace {

constexpr absl::Duration kBetweenProgress = absl::Seconds(2);

std::string ProgressText(const v1::Progress& progress) {
  std::string text = Printable(progress.phase());
  if (progress.total() > 0)
    absl::StrAppend(
        &text, " ",
        static_cast<int>(std::floor(100 * progress.done() / progress.total())),
        "%");
  std::string details = AmountText(progress);
  if (const std::string rate = RateText(progress); !rate.empty())
    absl::StrAppend(&details, details.empty() ? "" : ", ", rate);
  if (progress.eta_s() >= 0 && progress.total() > 0)
    absl::StrAppend(&details, ", ETA ", DurationText(progress.eta_s()));
  return details.empty() ? text : absl::StrCat(text, " (", details, ")");
}

std::string TaskText(const v1::Event& event, const JobView& view) {
  const auto& change = event.task_state();
  std::string text = WordFor(change.to());
  for (const auto& step : view.steps()) {
    if (step.name != event.step()) continue;
    if (IsFinal(change.to()) && step.Elapsed(TimeOf(event)) >= 0)
      absl::StrAppend(&text, " in ", DurationText(step.Elapsed(TimeOf(event))));
    if (event.attempt() > 1)
      absl::StrAppend(&text, " (attempt ", event.attempt(), ")");
    if (change.has_error()) absl::StrAppend(&text, ": ", step.failure);
  }
  if (!change.reason().empty() && change.reason() != text)
    absl::StrAppend(&text, " (", change.reason(), ")");
  return Printable(text);
}

}  // namespace

std::optional<std::string> PlainProgress::LineFor(const v1::Event& event,
                                                  const JobView& view) {
  const auto text = TextFor(event, view);
  if (!text.has_value()) return std::nullopt;
  return absl::StrCat(
      ClockText(TimeOf(event), zone_), "  ",
      event.step().empty() ? absl::StrCat("job ", view.id()) : event.step(),
      ": ", *text);
}

std::optional<std::string> PlainProgress::TextFor(const v1::Event& event,
                                                  const JobView& view) {
  switch (event.payload_case()) {
    case v1::Event::kJobState:
      return WordFor(event.job_state().to());
    case v1::Event::kTaskState:
      last_progress_[event.step()] = TimeOf(event);
      return TaskText(event, view);
    case v1::Event::kWarning:
      return "warning: " + Printable(event.warning().text());
    case v1::Event::kLog:
      if (event.log().level() < v1::LogLine::LEVEL_WARNING) return std::nullopt;
      return absl::StrCat(NameOf(event.log().level()), ": ",
                          Printable(event.log().text()));
    case v1::Event::kProgress: {
      const absl::Time time = TimeOf(event);
      const auto [last, first] = last_progress_.try_emplace(event.step(), time);
      if (!first && time - last->second < kBetweenProgress) return std::nullopt;
      last->second = time;
      return ProgressText(event.progress());
    }
    default:
      return std::nullopt;
  }
}

}  // namespace miv::client
