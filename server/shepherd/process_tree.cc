#include "server/shepherd/process_tree.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "server/launchers/process_identity.h"

namespace miv::server {
namespace {

// Living processes of the machine by parent.
std::multimap<pid_t, pid_t> ChildrenByParent() {
  std::multimap<pid_t, pid_t> children;
  DIR* proc = ::opendir("/proc");
  if (proc == nullptr) return children;
  while (const dirent* entry = ::readdir(proc)) {
    const pid_t pid = std::atoi(entry->d_name);
    ProcessStat stat;
    if (pid > 0 && ReadProcessStat(pid, &stat) && stat.state != 'Z' &&
        stat.state != 'X')
      children.emplace(stat.parent, pid);
  }
  ::closedir(proc);
  return children;
}

// Sum of the lines "KEY:  N kB" of a /proc file, in bytes.
std::int64_t SumOfFields(const std::string& path,
                         std::initializer_list<std::string_view> keys) {
  std::ifstream file(path);
  std::int64_t bytes = 0;
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view key = std::string_view(line).substr(0, colon);
    if (std::find(keys.begin(), keys.end(), key) != keys.end())
      bytes += 1024 * std::atoll(line.c_str() + colon + 1);
  }
  return bytes;
}

// Bytes in use of a memory file system that only the sandbox mounts.
std::int64_t TmpfsBytes(pid_t pid, const char* mount) {
  const std::string path = absl::StrCat("/proc/", pid, "/root", mount);
  struct stat inside, outside;
  if (::stat(path.c_str(), &inside) != 0 || ::stat(mount, &outside) != 0 ||
      inside.st_dev == outside.st_dev)
    return 0;
  struct statvfs use;
  if (::statvfs(path.c_str(), &use) != 0) return 0;
  return static_cast<std::int64_t>(use.f_blocks - use.f_bfree) *
         static_cast<std::int64_t>(use.f_frsize);
}

std::int64_t SandboxTmpfsBytes(const std::vector<pid_t>& processes) {
  if (processes.empty()) return 0;
  // The last born is inside, whatever wraps it.
  return TmpfsBytes(processes.back(), "/tmp") +
         TmpfsBytes(processes.back(), "/dev/shm");
}

// Every process of `user` but our own messenger, in one call of the kernel:
// a fork bomb cannot outrun it.
void KillUser(uid_t user) {
  const pid_t messenger = ::fork();
  if (messenger == 0) {
    if (::setresuid(user, user, user) == 0) ::kill(-1, SIGKILL);
    ::_exit(0);
  }
  if (messenger > 0) ::waitpid(messenger, nullptr, 0);
}

void ReapAllBut(pid_t keep) {
  while (true) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == 0 || info.si_pid == keep)
      return;
    ::waitpid(info.si_pid, nullptr, WNOHANG);
  }
}

}  // namespace

std::vector<pid_t> Descendants(pid_t root) {
  const std::multimap<pid_t, pid_t> children = ChildrenByParent();
  std::vector<pid_t> found = {root};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto [begin, end] = children.equal_range(found[i]);
    for (auto child = begin; child != end; ++child)
      found.push_back(child->second);
  }
  found.erase(found.begin());
  return found;
}

TreeUsage MeasureTree(pid_t root, std::int64_t exact_above) {
  const std::vector<pid_t> processes = Descendants(root);
  const std::int64_t tmpfs = SandboxTmpfsBytes(processes);
  TreeUsage usage{.memory_bytes = tmpfs};
  for (const pid_t pid : processes) {
    usage.memory_bytes += SumOfFields(absl::StrCat("/proc/", pid, "/status"),
                                      {"RssAnon", "RssShmem"});
    ProcessStat stat;
    if (ReadProcessStat(pid, &stat)) usage.tasks += stat.threads;
  }
  if (usage.memory_bytes <= exact_above) return usage;
  std::int64_t anonymous = 0, shared = 0;
  for (const pid_t pid : processes) {
    const std::string path = absl::StrCat("/proc/", pid, "/smaps_rollup");
    anonymous += SumOfFields(path, {"Pss_Anon"});
    shared += SumOfFields(path, {"Pss_Shmem"});
  }
  // Mapped files of the memory file systems are in both.
  usage.memory_bytes = anonymous + std::max(shared, tmpfs);
  return usage;
}

bool KillDescendants(pid_t keep, std::optional<uid_t> user, double patience_s) {
  const auto deadline = std::chrono::steady_clock::now() +
                        std::chrono::duration<double>(patience_s);
  while (true) {
    if (user) KillUser(*user);
    const std::vector<pid_t> processes = Descendants(::getpid());
    if (processes.empty()) return true;
    for (const pid_t pid : processes) ::kill(pid, SIGKILL);
    ReapAllBut(keep);
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::usleep(1000);
  }
}

}  // namespace miv::server
