#include "client/cli/progress_lines.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/format.h"
#include "client/cli/names.h"

namespace miv::client {
namespace {

constexpr char kGreen[] = "\x1b[32m", kRed[] = "\x1b[31m";
constexpr char kBlue[] = "\x1b[36m", kDim[] = "\x1b[2m", kBold[] = "\x1b[1m";
constexpr char kPlain[] = "\x1b[0m";

constexpr std::size_t kLongestName = 28;
constexpr std::size_t kShortestPhase = 10, kLongestPhase = 22;
constexpr std::size_t kShortestBar = 6, kLongestBar = 28;
constexpr std::size_t kAroundBar = 7;  // two blanks and " 100%"

std::string Painted(const char* colour, const std::string& text,
                    const Looks& looks) {
  return looks.colour ? absl::StrCat(colour, text, kPlain) : text;
}

struct Sign {
  const char* unicode;
  const char* ascii;
  const char* colour;
};

Sign SignOf(v1::TaskState state) {
  switch (state) {
    case v1::TASK_STATE_CACHED:
    case v1::TASK_STATE_SUCCEEDED:
      return {"✔", "+", kGreen};
    case v1::TASK_STATE_FAILED:
      return {"✘", "!", kRed};
    case v1::TASK_STATE_CANCELLED:
      return {"✘", "-", kDim};
    case v1::TASK_STATE_LAUNCHING:
    case v1::TASK_STATE_RUNNING:
      return {"▸", ">", kBlue};
    default:
      return {"·", ".", kDim};
  }
}

int Percent(const v1::Progress& progress) {
  return static_cast<int>(
      std::floor(100 * std::clamp(progress.done() / progress.total(), 0., 1.)));
}

/// What stands right of the name of an active step, within `room` columns:
/// phase and time always; amount, bar, rate and ETA as far as there is room.
std::string ActiveText(const StepView& step, double elapsed, std::size_t room,
                       bool utf8) {
  const auto& progress = step.progress;
  const std::size_t phase_width =
      std::clamp<std::size_t>(room / 4, kShortestPhase, kLongestPhase);
  const std::string phase =
      step.has_progress ? Printable(progress.phase()) : WordFor(step.state);
  const std::string front =
      PadRight(Clipped(phase, phase_width, utf8), phase_width);
  const std::string time = absl::StrCat("  ", DurationText(elapsed));
  std::size_t used = phase_width + DisplayWidth(time);
  if (!step.has_progress) return front + time;
  std::string facts;
  const auto add = [&](const std::string& fact) {
    const std::size_t width = DisplayWidth(fact) + 2;
    if (fact.empty() || used + width > room) return;
    absl::StrAppend(&facts, "  ", fact);
    used += width;
  };
  add(AmountText(progress));
  const bool with_bar =
      progress.total() > 0 && used + kShortestBar + kAroundBar <= room;
  if (with_bar) used += kShortestBar + kAroundBar;
  add(RateText(progress));
  if (progress.eta_s() >= 0 && progress.total() > 0)
    add(absl::StrCat("ETA ", DurationText(progress.eta_s())));
  if (!with_bar) return absl::StrCat(front, facts, time);
  const std::size_t bar_width =
      std::min(kShortestBar + room - used, kLongestBar);
  return absl::StrCat(
      front, "  ", Bar(progress.done(), progress.total(), bar_width, utf8),
      absl::StrFormat(" %3d%%", Percent(progress)), facts, time);
}

std::string RestingText(const StepView& step, absl::Time now) {
  std::string text = WordFor(step.state);
  if (const double elapsed = step.Elapsed(now);
      elapsed >= 0 && IsFinal(step.state))
    absl::StrAppend(&text, " in ", DurationText(elapsed));
  if (step.attempt > 1) absl::StrAppend(&text, " (attempt ", step.attempt, ")");
  if (!step.failure.empty())
    absl::StrAppend(&text, ": ",
                    Printable(step.failure.substr(0, step.failure.find('\n'))));
  return text;
}

std::string StepLine(const StepView& step, std::size_t name_width,
                     absl::Time now, const Looks& looks) {
  const Sign sign = SignOf(step.state);
  const auto width = static_cast<std::size_t>(std::max(looks.width - 1, 1));
  const std::string name =
      PadRight(Clipped(step.name, name_width, looks.utf8), name_width);
  const std::size_t taken = 4 + name_width + 2;
  const std::size_t room = width > taken ? width - taken : 0;
  const std::string rest =
      step.active() ? ActiveText(step, step.Elapsed(now), room, looks.utf8)
                    : RestingText(step, now);
  const std::string clipped = Clipped(rest, room, looks.utf8);
  if (room == 0) return Clipped(step.name, width, looks.utf8);
  return absl::StrCat(
      "  ", Painted(sign.colour, looks.utf8 ? sign.unicode : sign.ascii, looks),
      " ", name, "  ",
      step.active() || step.state == v1::TASK_STATE_FAILED
          ? clipped
          : Painted(kDim, clipped, looks));
}

std::string HeadLine(const JobView& job, absl::Time now, const Looks& looks) {
  std::string rest = absl::StrCat("  ", job.id(), "  ", WordFor(job.state()));
  if (job.begun() != absl::InfinitePast())
    absl::StrAppend(
        &rest, "  ",
        DurationText(std::max(0.0, absl::ToDoubleSeconds(now - job.begun()))));
  const auto width = static_cast<std::size_t>(std::max(looks.width - 1, 1));
  const std::string name = Clipped(Printable(job.name()), width, looks.utf8);
  const std::size_t room = width - DisplayWidth(name);
  return absl::StrCat(Painted(kBold, name, looks),
                      Painted(kDim, Clipped(rest, room, looks.utf8), looks));
}

/// "3 done, 2 waiting": the steps that are not shown.
std::string HiddenLine(const JobView& job, const std::vector<bool>& shown,
                       const Looks& looks) {
  std::size_t over = 0, waiting = 0;
  for (std::size_t k = 0; k < shown.size(); ++k) {
    if (shown[k]) continue;
    ++(IsFinal(job.steps()[k].state) ? over : waiting);
  }
  std::string text = "    ";
  if (over > 0) absl::StrAppend(&text, over, " done");
  if (over > 0 && waiting > 0) text += ", ";
  if (waiting > 0) absl::StrAppend(&text, waiting, " waiting");
  return Painted(
      kDim,
      Clipped(text, static_cast<std::size_t>(looks.width - 1), looks.utf8),
      looks);
}

/// Active, failed and cancelled steps first, then those that wait, then those
/// that are over, until `room` lines are full.
std::vector<bool> ChooseSteps(const JobView& job, std::size_t room) {
  const auto& steps = job.steps();
  std::vector<bool> shown(steps.size(), steps.size() <= room);
  if (steps.size() <= room) return shown;
  const auto rank = [](const StepView& step) {
    if (step.active() || step.state == v1::TASK_STATE_FAILED ||
        step.state == v1::TASK_STATE_CANCELLED)
      return 0;
    return IsFinal(step.state) ? 2 : 1;
  };
  for (int wanted = 0; wanted < 3; ++wanted)
    for (std::size_t k = 0; k < steps.size(); ++k)
      if (room > 0 && rank(steps[k]) == wanted) {
        shown[k] = true;
        --room;
      }
  return shown;
}

}  // namespace

std::string Bar(double done, double total, std::size_t width, bool utf8) {
  const double share = total > 0 ? std::clamp(done / total, 0.0, 1.0) : 0.0;
  if (!utf8) {
    if (width < 2) return std::string(width, ' ');
    const auto full =
        static_cast<std::size_t>(share * static_cast<double>(width - 2));
    return absl::StrCat("[", std::string(full, '#'),
                        std::string(width - 2 - full, '-'), "]");
  }
  constexpr std::array<const char*, 8> kEighths = {"",  "▏", "▎", "▍",
                                                   "▌", "▋", "▊", "▉"};
  const auto eighths =
      static_cast<std::size_t>(share * static_cast<double>(width) * 8);
  std::string bar;
  for (std::size_t k = 0; k < eighths / 8; ++k) bar += "█";
  const char* part = kEighths[eighths % 8];
  bar += part;
  for (std::size_t k = DisplayWidth(bar); k < width; ++k) bar += "░";
  return bar;
}

std::string RateText(const v1::Progress& progress) {
  if (progress.rate() <= 0) return "";
  return absl::StrCat(CountText(progress.rate()),
                      progress.unit() == "ms" ? " ms/s" : "/s");
}

std::string AmountText(const v1::Progress& progress) {
  const std::string unit = Printable(progress.unit());
  const std::string suffix = unit.empty() ? "" : " " + unit;
  if (progress.total() > 0)
    return absl::StrCat(CountText(progress.done()), "/",
                        CountText(progress.total()), suffix);
  return progress.done() > 0 ? CountText(progress.done()) + suffix : "";
}

std::vector<std::string> ProgressLines(const JobView& job, absl::Time now,
                                       const Looks& looks) {
  std::size_t name_width = 0;
  for (const auto& step : job.steps())
    name_width = std::max(name_width, DisplayWidth(step.name));
  name_width =
      std::min({name_width, kLongestName,
                static_cast<std::size_t>(std::max(looks.width / 3, 1))});
  std::vector<std::string> lines = {HeadLine(job, now, looks)};
  // Head, line of the hidden ones, and the one that the cursor stands in.
  const auto room = static_cast<std::size_t>(std::max(looks.height - 3, 1));
  const auto shown = ChooseSteps(job, room);
  for (std::size_t k = 0; k < shown.size(); ++k)
    if (shown[k])
      lines.push_back(StepLine(job.steps()[k], name_width, now, looks));
  if (std::find(shown.begin(), shown.end(), false) != shown.end())
    lines.push_back(HiddenLine(job, shown, looks));
  return lines;
}

std::string TransferLine(const std::string& verb, const TransferProgress& moved,
                         double elapsed_s, const Looks& looks) {
  const double rate =
      elapsed_s > 0.5 ? static_cast<double>(moved.done_bytes) / elapsed_s : 0;
  std::string text = absl::StrCat(
      verb, "  ",
      Bar(static_cast<double>(moved.done_bytes),
          static_cast<double>(std::max<std::int64_t>(moved.total_bytes, 1)), 20,
          looks.utf8),
      "  ", BytesText(moved.done_bytes), " of ", BytesText(moved.total_bytes),
      "  ", moved.done_files, "/", Plural(moved.total_files, "file"));
  if (rate > 0)
    absl::StrAppend(&text, "  ", BytesText(static_cast<std::int64_t>(rate)),
                    "/s");
  if (!moved.name.empty()) absl::StrAppend(&text, "  ", Printable(moved.name));
  return Clipped(text, static_cast<std::size_t>(std::max(looks.width - 1, 1)),
                 looks.utf8);
}

std::size_t VisibleWidth(const std::string& line) {
  std::string bare;
  bool inside = false;
  for (const char c : line) {
    if (c == '\x1b') inside = true;
    if (!inside) bare += c;
    if (inside && c == 'm') inside = false;
  }
  return DisplayWidth(bare);
}

std::string Repaint(const std::vector<std::string>& previous,
                    const std::vector<std::string>& lines, int width) {
  const auto columns = static_cast<std::size_t>(std::max(width, 1));
  std::size_t rows = 0;
  for (const auto& line : previous)
    rows +=
        std::max<std::size_t>(1, (VisibleWidth(line) + columns - 1) / columns);
  std::string text;
  if (rows > 0) text = absl::StrFormat("\x1b[%dA", rows);
  text += "\r";
  for (const auto& line : lines) absl::StrAppend(&text, line, "\x1b[K\n");
  return text + "\x1b[J";
}

}  // namespace miv::client
