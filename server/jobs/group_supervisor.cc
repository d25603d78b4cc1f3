#include "server/jobs/group_supervisor.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "server/artifacts/file_io.h"
#include "server/jobs/worker_text.h"
#include "spdlog/spdlog.h"

namespace miv::server {
namespace {

constexpr std::size_t kTail = 4096;
constexpr std::int64_t kLongestFailure = 64 << 10;

// The end of a file that the group wrote; empty if it cannot be read.
std::string TailOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return "";
  const auto size = static_cast<std::size_t>(file.tellg());
  const std::size_t length = std::min(size, kTail);
  file.seekg(static_cast<std::streamoff>(size - length));
  std::string text(length, '\0');
  file.read(text.data(), static_cast<std::streamsize>(length));
  return CleanText(text, kTail, /*lines=*/true);
}

// What a rank left when it had to end its group (common/base/fault.h); nullopt
// if there is nothing of the kind.  The group may have put anything there.
std::optional<Fault> LastWords(const GroupRef& group, const Attempt& work) {
  const auto opened =
      OpenBeneath(group.directory + "/work",
                  absl::StrCat(work.id.text(), "/", kFailureFile));
  if (!opened.ok() || opened->size > kLongestFailure) return std::nullopt;
  std::string text(static_cast<std::size_t>(opened->size), '\0');
  const ssize_t got = ::read(opened->file.get(), text.data(), text.size());
  if (got != static_cast<ssize_t>(text.size())) return std::nullopt;
  Fault fault = CleanFault(FaultFromJson(text));
  if (fault.what.empty()) return std::nullopt;
  return fault;
}

Fault LimitPassed(const std::string& reason, const std::string& what,
                  const std::string& remedy, const std::string& output) {
  Fault fault;
  fault.reason = reason;
  fault.what = what;
  fault.remedy = remedy;
  fault.output = output;
  return fault;
}

std::string WithDetail(std::string text, const ExitRecord& exit) {
  if (!exit.detail.empty()) {
    absl::StrAppend(&text, ": ", CleanText(exit.detail, kTail));
  }
  return text;
}

}  // namespace

GroupEnd DescribeEnd(const GroupStatus& status, const std::string& output) {
  GroupEnd end;
  end.output = output;
  if (!status.exit.has_value()) {
    end.reason = "it disappeared";
    return end;
  }
  const ExitRecord& exit = *status.exit;
  switch (exit.outcome) {
    case ExitOutcome::kExited:
      end.reason = WithDetail(absl::StrCat("exit code ", exit.code), exit);
      break;
    case ExitOutcome::kSignalled:
      end.reason = WithDetail(absl::StrCat("signal ", exit.signal), exit);
      break;
    case ExitOutcome::kKilled:
      end.reason = WithDetail("killed", exit);
      break;
    case ExitOutcome::kLaunchFailed:
      end.reason = WithDetail("it could not be started", exit);
      break;
    case ExitOutcome::kWallLimit:
      end.reason = WithDetail("it ran too long", exit);
      end.fault = LimitPassed(
          "WALL_LIMIT", end.reason,
          "Shorten the run, or ask the operator to raise limits.wall_s.",
          output);
      break;
    case ExitOutcome::kMemoryLimit:
      end.reason = WithDetail("it used too much memory", exit);
      end.fault = LimitPassed("MEMORY_LIMIT", end.reason,
                              "Use a smaller network or fewer recordings, or "
                              "ask the operator to raise limits.memory_bytes.",
                              output);
      break;
  }
  return end;
}

absl::StatusOr<int> GroupSupervisor::RunOnce() {
  std::vector<std::pair<Group, std::optional<Attempt>>> groups;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(const auto live, t.LiveGroups());
    for (const Group& group : live) {
      MIV_ASSIGN_OR_RETURN(auto work, t.WorkOf(group.id));
      groups.emplace_back(group, std::move(work));
    }
    return absl::OkStatus();
  }));
  for (const auto& [group, work] : groups) {
    const absl::Status status = LookAt(group, work);
    if (!status.ok()) {
      spdlog::error("group={} error=\"{}\"", group.id.text(),
                    status.ToString());
    }
  }
  return static_cast<int>(groups.size());
}

absl::Status GroupSupervisor::LookAt(const Group& group,
                                     const std::optional<Attempt>& work) {
  const GroupRef ref = workspace_.RefOf(group.id);
  const auto status = launcher_.Poll(ref);
  if (!status.ok()) {
    // It may be on its way to its launch.
    const bool launching = group.state == GroupState::kLaunching &&
                           clock_.Now() < std::max(group.created, started_) +
                                              options_.launch_limit;
    if (launching) return absl::OkStatus();
    return NoteEnd(group, work, {.state = GroupStatus::State::kGone});
  }
  const bool over = status->state == GroupStatus::State::kExited ||
                    status->state == GroupStatus::State::kGone;
  if (over) return NoteEnd(group, work, *status);
  const std::string reason = ReasonToKill(group, work);
  if (reason.empty()) return absl::OkStatus();
  spdlog::warn("group={} kill=\"{}\"", group.id.text(), reason);
  return launcher_.Kill(ref);
}

absl::Status GroupSupervisor::NoteEnd(const Group& group,
                                      const std::optional<Attempt>& work,
                                      const GroupStatus& status) {
  const GroupRef ref = workspace_.RefOf(group.id);
  GroupEnd end = DescribeEnd(status, TailOf(ref.directory + "/stderr"));
  if (!end.fault.has_value() && work.has_value())
    end.fault = LastWords(ref, *work);
  MIV_RETURN_IF_ERROR(jobs_.EndGroup(group.id, end));
  desk_.Forget(group.id);
  return absl::OkStatus();
}

std::string GroupSupervisor::ReasonToKill(
    const Group& group, const std::optional<Attempt>& work) const {
  const absl::Time now = clock_.Now();
  const auto contact = desk_.ContactOf(group.id);
  if (work.has_value() && work->cancel_asked != absl::InfinitePast() &&
      now >= work->cancel_asked + options_.cancel_grace) {
    return "its task was cancelled";
  }
  if (group.state == GroupState::kLeaving &&
      now >= group.leaving_since + options_.exit_grace) {
    return "it did not leave";
  }
  if (group.state == GroupState::kLaunching) {
    const absl::Time since = std::max(group.created, started_);
    return now >= since + options_.launch_limit ? "it did not come up" : "";
  }
  const absl::Time heard = contact.has_value() ? contact->heard : started_;
  if (now >= std::max(heard, started_) + options_.contact_limit) {
    return "it fell silent";
  }
  if (!contact.has_value()) return "";
  if (now >= contact->stray_since + options_.cancel_grace) {
    return "it works on what is not its own";
  }
  if (now >= contact->shirks_since + options_.shirk_limit) {
    return "it forgot its task";
  }
  return "";
}

}  // namespace miv::server
