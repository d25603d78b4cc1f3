#include "server/shepherd/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "server/launchers/mpirun.h"
#include "server/shepherd/private_mounts.h"
#include "server/shepherd/process_tree.h"

namespace miv::server {
namespace {

constexpr double kPatience_s = 5;

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& text : strings)
    pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

[[noreturn]] void FailChild(int report, const std::string& why) {
  [[maybe_unused]] const ssize_t n = ::write(report, why.data(), why.size());
  ::_exit(127);
}

[[noreturn]] void Exec(const LocalLaunch& launch, const std::string& temporary,
                       int report) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : GroupEnvironment(launch.spec, temporary))
    variables.push_back(absl::StrCat(name, "=", value));
  const std::vector<std::string> command = SandboxCommand(launch);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(command.front().c_str(), Pointers(command).data(),
           Pointers(variables).data());
  FailChild(report, absl::StrCat("cannot execute ", command.front(), ": ",
                                 std::strerror(errno)));
}

// In a sandbox it is the sandbox's own and ends with it.
void RemoveTemporary(const LocalLaunch& launch, const std::string& temporary) {
  if (launch.backend == SandboxBackend::kNone)
    RemoveTree(temporary).IgnoreError();
}

// Stands between the shepherd and the group.  It reaps the group's orphans, and
// when the group's first process ends, or the shepherd does (or asks), it kills
// what is left and ends with the same code.  bwrap's --die-with-parent alone
// would leave a sandbox behind whose shepherd died while it was being set up.
[[noreturn]] void Keep(const LocalLaunch& launch, const std::string& temporary,
                       int report) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::prctl(PR_SET_NAME, "miv-keeper");
  const pid_t first = ::fork();
  if (first < 0)
    FailChild(report, absl::StrCat("cannot fork: ", std::strerror(errno)));
  if (first == 0) Exec(launch, temporary, report);
  ::close(report);
  for (const int fd : {0, 1, 2}) ::close(fd);
  sigset_t awaited;
  ::sigemptyset(&awaited);
  ::sigaddset(&awaited, SIGCHLD);
  ::sigaddset(&awaited, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &awaited, nullptr);
  int code = 128 + SIGKILL;
  while (true) {
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, WNOHANG);
    if (ended == first) {
      code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      break;
    }
    if (ended != 0) continue;
    int signal = 0;
    ::sigwait(&awaited, &signal);
    if (signal == SIGTERM) break;
  }
  KillDescendants(/*keep=*/0, launch.user, kPatience_s);
  RemoveTemporary(launch, temporary);
  ::_exit(code);
}

[[noreturn]] void Become(const LocalLaunch& launch,
                         const std::string& temporary, pid_t shepherd, int out,
                         int err, int report) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != shepherd) {  // it died before that
    RemoveTemporary(launch, temporary);
    ::_exit(127);
  }
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, 0);
  ::dup2(out, 1);
  ::dup2(err, 2);
  ::dup2(report, 3);
  ::fcntl(3, F_SETFD, FD_CLOEXEC);
  ::close_range(4, ~0U, 0);
  // Best effort: a container may forbid it.
  if (const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY); fd >= 0) {
    [[maybe_unused]] const ssize_t n = ::write(fd, "700", 3);
    ::close(fd);
  }
  if (absl::Status mounts = MountPrivately(launch.exposed); !mounts.ok())
    FailChild(3, std::string(mounts.message()));
  const std::string work = launch.spec.group.directory + "/work";
  if (::chdir(work.c_str()) != 0)
    FailChild(3,
              absl::StrCat("cannot enter ", work, ": ", std::strerror(errno)));
  Keep(launch, temporary, 3);
}

struct PipeEnds {
  int read = -1;
  int write = -1;
};

bool OpenPipes(PipeEnds* a, PipeEnds* b, PipeEnds* c) {
  for (PipeEnds* pipe : {a, b, c}) {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0) return false;
    *pipe = {fds[0], fds[1]};
  }
  return true;
}

}  // namespace

absl::StatusOr<Child> StartChild(const LocalLaunch& launch,
                                 const std::string& temporary) {
  PipeEnds out, err, report;
  if (!OpenPipes(&out, &err, &report))
    return absl::InternalError(absl::StrCat("pipe: ", std::strerror(errno)));
  const pid_t shepherd = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0)
    return absl::InternalError(absl::StrCat("fork: ", std::strerror(errno)));
  if (pid == 0)
    Become(launch, temporary, shepherd, out.write, err.write, report.write);
  for (const int fd : {out.write, err.write, report.write}) ::close(fd);
  // Ends with the exec, or with the reason why there was none.
  char why[512];
  const ssize_t got = ::read(report.read, why, sizeof(why));
  ::close(report.read);
  if (got <= 0) return Child{pid, out.read, err.read};
  ::close(out.read);
  ::close(err.read);
  ::waitpid(pid, nullptr, 0);
  return absl::InternalError(std::string(why, static_cast<std::size_t>(got)));
}

}  // namespace miv::server
