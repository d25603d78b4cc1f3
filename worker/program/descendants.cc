#include "worker/program/descendants.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "common/base/files.h"

namespace miv::worker {
namespace {

// The parent as /proc/PID/stat tells it: "PID (NAME) STATE PPID ...", where
// NAME may hold anything.
pid_t ParentOf(pid_t pid) {
  const auto stat = ReadFile("/proc/" + std::to_string(pid) + "/stat");
  if (!stat.ok()) return -1;
  const auto name_end = stat->rfind(')');
  int parent = -1;
  if (name_end == std::string::npos ||
      std::sscanf(stat->c_str() + name_end + 1, " %*c %d", &parent) != 1)
    return -1;
  return parent;
}

std::vector<pid_t> Children() {
  std::vector<pid_t> children;
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc", error), end;
       !error && entry != end; entry.increment(error)) {
    pid_t pid = 0;
    if (absl::SimpleAtoi(entry->path().filename().string(), &pid) &&
        ParentOf(pid) == getpid())
      children.push_back(pid);
  }
  return children;
}

// Whether any child is left.
bool Reap() {
  for (;;) {
    const pid_t pid = waitpid(-1, nullptr, WNOHANG | __WALL);
    if (pid == 0) return true;
    if (pid < 0 && errno != EINTR) return false;
  }
}

}  // namespace

Adoption::Adoption() { prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
Adoption::~Adoption() { prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0); }

absl::Status EndChildren(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (Reap()) {
    for (const pid_t child : Children()) kill(child, SIGKILL);
    if (std::chrono::steady_clock::now() > deadline)
      return absl::DeadlineExceededError("processes do not end");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return absl::OkStatus();
}

}  // namespace miv::worker
