#include "server/shepherd/shepherd.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/base/text.h"
#include "server/launchers/group_files.h"
#include "server/shepherd/process_tree.h"

namespace miv::server {
namespace {

constexpr double kKillPatience_s = 10;
// Memory is looked at again after the time in which the group could fill what
// is left of its allowance at this rate, within these bounds.
constexpr double kFillRate = 4e9;  // bytes per second
constexpr double kShortestCheck_s = 0.01;
constexpr double kLongestCheck_s = 0.25;
// Processes of the sandbox itself, which the kernel's limit does not count.
constexpr std::int64_t kWrapperTasks = 8;

double UnixTime() {
  return std::chrono::duration<double>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Blocks the signals and returns a descriptor that reads them, or -1.
int OpenSignals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGCHLD, SIGTERM, SIGINT}) ::sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGHUP, SIG_IGN);
  ::signal(SIGPIPE, SIG_IGN);
  return ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

// The wrappers and the keeper report a signal's end as 128 + signal.
void Decode(int status, ExitRecord* record) {
  const int code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code > 128 && code <= 128 + SIGRTMAX) {
    record->outcome = ExitOutcome::kSignalled;
    record->signal = code - 128;
    record->detail = absl::StrCat("ended by signal ", record->signal, " (",
                                  ::strsignal(record->signal), ")");
    return;
  }
  record->outcome = ExitOutcome::kExited;
  record->code = code;
}

// Did a wrapper fail before the worker ran?  They say so on stderr.
bool IsLaunchFailure(const ExitRecord& record, const std::string& line) {
  if (record.outcome != ExitOutcome::kExited || record.code == 0) return false;
  return absl::StartsWith(line, "bwrap: ") ||
         absl::StartsWith(line, "setpriv: ") ||
         absl::StartsWith(line, "prlimit: ");
}

std::string Mebibytes(std::int64_t bytes) {
  return absl::StrFormat("%.0f MiB", static_cast<double>(bytes) / (1 << 20));
}

}  // namespace

Shepherd::Shepherd(LocalLaunch launch)
    : launch_(std::move(launch)), start_(Clock::now()), next_check_(start_) {}

std::string Shepherd::Path(const char* name) const {
  return absl::StrCat(launch_.spec.group.directory, "/", name);
}

absl::Status Shepherd::Run() {
  if (!launch_.warning.empty())
    std::fprintf(stderr, "warning: %s\n", launch_.warning.c_str());
  // Before anyone can know whom to signal.
  const int signals = OpenSignals();
  if (signals < 0) return absl::InternalError("cannot open a signalfd");
  MIV_ASSIGN_OR_RETURN(const ProcessIdentity self, OwnIdentity());
  MIV_RETURN_IF_ERROR(
      WriteRecord(Path(kShepherdFile), ToJson(self).dump() + "\n"));
  ExitRecord record = RunGroup(signals);
  // The keeper does this too, but it may have been killed with its group.
  if (!temporary_.empty()) RemoveTree(temporary_).IgnoreError();
  record.ended_unix_s = UnixTime();
  return WriteRecord(Path(kExitFile), ToJson(record).dump() + "\n");
}

ExitRecord Shepherd::RunGroup(int signals) {
  const auto failed = [](const absl::Status& status) {
    return ExitRecord{.outcome = ExitOutcome::kLaunchFailed,
                      .detail = std::string(status.message())};
  };
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  // Asked for before there was a record to signal us by.
  if (::access(Path(kKillFile).c_str(), F_OK) == 0)
    return {.outcome = ExitOutcome::kKilled};
  const auto temporary = MakeTemporary();
  if (!temporary.ok()) return failed(temporary.status());
  auto child = StartChild(launch_, *temporary);
  if (!child.ok()) return failed(child.status());
  child_ = *child;
  const std::int64_t limit = launch_.spec.limits.output_bytes;
  auto out = OutputFile::Open(child_.out, Path("stdout"), limit);
  auto err = OutputFile::Open(child_.err, Path("stderr"), limit);
  if (out.ok()) out_.emplace(*std::move(out));
  if (err.ok()) err_.emplace(*std::move(err));
  if (!out_ || !err_)
    Stop(ExitOutcome::kLaunchFailed, "cannot create the output files");
  Watch(signals);
  return Conclude();
}

// A sandbox has a /tmp of its own.
absl::StatusOr<std::string> Shepherd::MakeTemporary() {
  if (launch_.backend == SandboxBackend::kBwrap) return "/tmp";
  std::string path = "/tmp/miv-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr)
    return absl::InternalError("cannot create a directory in /tmp");
  temporary_ = path;
  if (launch_.user && ::chown(path.c_str(), *launch_.user, *launch_.user) != 0)
    return absl::InternalError("cannot give away " + path);
  return path;
}

void Shepherd::Watch(int signals) {
  while (!wait_status_) {
    pollfd polled[] = {{signals, POLLIN, 0},
                       {out_ ? out_->pipe() : -1, POLLIN, 0},
                       {err_ ? err_->pipe() : -1, POLLIN, 0}};
    if (::poll(polled, 3, MillisecondsToWait()) > 0) {
      if (polled[1].revents != 0) out_->Drain();
      if (polled[2].revents != 0) err_->Drain();
      if (polled[0].revents != 0) ReadSignals(signals);
    }
    if (!stopped_) CheckLimits();
  }
}

void Shepherd::ReadSignals(int signals) {
  signalfd_siginfo info;
  while (::read(signals, &info, sizeof(info)) == sizeof(info)) {
    if (info.ssi_signo == SIGCHLD)
      ReapChildren();
    else
      Stop(ExitOutcome::kKilled, "");
  }
}

void Shepherd::ReapChildren() {
  while (true) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return;
    if (pid == child_.pid) wait_status_ = status;
  }
}

void Shepherd::CheckLimits() {
  const GroupLimits& limits = launch_.spec.limits;
  const auto now = Clock::now();
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  if (limits.wall_s > 0 && elapsed >= limits.wall_s)
    return Stop(ExitOutcome::kWallLimit,
                absl::StrFormat("ran for more than %g s", limits.wall_s));
  if ((limits.memory_bytes <= 0 && limits.processes <= 0) || now < next_check_)
    return;
  const std::int64_t allowed =
      limits.memory_bytes > 0 ? limits.memory_bytes : INT64_MAX;
  TreeUsage usage = MeasureTree(::getpid(), allowed);
  // Shared pages of processes that end meanwhile are counted again with those
  // that remain, so an excess has to be seen twice.
  if (usage.memory_bytes > allowed) usage = MeasureTree(::getpid(), allowed);
  if (usage.memory_bytes > allowed)
    return Stop(ExitOutcome::kMemoryLimit,
                absl::StrCat("used ", Mebibytes(usage.memory_bytes), " of ",
                             Mebibytes(allowed)));
  // Where the kernel counts this group alone, its limit comes first.
  if (limits.processes > 0 && usage.tasks > limits.processes + kWrapperTasks)
    return Stop(ExitOutcome::kKilled,
                absl::StrCat("had ", usage.tasks, " processes and threads, ",
                             limits.processes, " are allowed"));
  const double left_s =
      static_cast<double>(allowed - usage.memory_bytes) / kFillRate;
  next_check_ = now + std::chrono::duration_cast<Clock::duration>(
                          std::chrono::duration<double>(std::clamp(
                              left_s, kShortestCheck_s, kLongestCheck_s)));
}

int Shepherd::MillisecondsToWait() const {
  const GroupLimits& limits = launch_.spec.limits;
  if (stopped_) return 100;
  auto next = Clock::time_point::max();
  if (limits.memory_bytes > 0 || limits.processes > 0) next = next_check_;
  if (limits.wall_s > 0)
    next = std::min(next,
                    start_ + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>(limits.wall_s)));
  if (next == Clock::time_point::max()) return -1;
  const double left_ms =
      std::chrono::duration<double, std::milli>(next - Clock::now()).count();
  return static_cast<int>(std::clamp(std::ceil(left_ms), 0.0, 60'000.0));
}

void Shepherd::Stop(ExitOutcome outcome, const std::string& detail) {
  if (!stopped_)
    stopped_ =
        ExitRecord{.outcome = outcome, .signal = SIGKILL, .detail = detail};
  if (!KillDescendants(child_.pid, launch_.user, kKillPatience_s))
    std::fprintf(stderr, "warning: processes of the group survive SIGKILL\n");
  ReapChildren();
}

ExitRecord Shepherd::Conclude() {
  KillDescendants(child_.pid, launch_.user, kKillPatience_s);
  if (out_) out_->Drain();
  if (err_) err_->Drain();
  if (stopped_) return *stopped_;
  ExitRecord record;
  Decode(*wait_status_, &record);
  const std::string line = err_ ? ValidUtf8(err_->FirstLine()) : "";
  if (IsLaunchFailure(record, line)) {
    record.outcome = ExitOutcome::kLaunchFailed;
    record.detail = line;
  }
  return record;
}

}  // namespace miv::server
