#include "client/cli/coordinator_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/signals.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

constexpr char kName[] = "miv-coordinator";
constexpr std::size_t kShownBytes = 2000;

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts)
    pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::string LogOf(const CoordinatorCommand& command) {
  return JoinPath(command.data, "up.log");
}

absl::Status CannotRun(const CoordinatorCommand& command, int error) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot run ", command.program, ": ", std::strerror(error)));
}

/// Only async-signal-safe calls: it runs in the forked child.
[[noreturn]] void BecomeDetached(char* const* argv, int null_fd, int log_fd,
                                 int failure_fd) {
  ::setsid();
  ::dup2(null_fd, STDIN_FILENO);
  ::dup2(log_fd, STDOUT_FILENO);
  ::dup2(log_fd, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execv(argv[0], argv);
  const int error = errno;
  [[maybe_unused]] const ssize_t n = ::write(failure_fd, &error, sizeof(error));
  ::_exit(127);
}

}  // namespace

absl::StatusOr<std::string> FindCoordinator(const std::string& directory) {
  const std::string program = JoinPath(directory, kName);
  if (::access(program.c_str(), X_OK) == 0) return program;
  return MakeStatus(
      absl::StatusCode::kFailedPrecondition,
      {.reason = "NO_COORDINATOR",
       .what = absl::StrCat("there is no ", kName, " beside this program in ",
                            directory),
       .remedy = "This machine has the client only: run `miv up` where the "
                 "server is installed."});
}

std::vector<std::string> ArgumentsOf(const CoordinatorCommand& command) {
  std::vector<std::string> arguments = {command.program, "--data",
                                        command.data};
  if (!command.listen.empty())
    arguments.insert(arguments.end(), {"--listen", command.listen});
  return arguments;
}

absl::Status RunInForeground(const CoordinatorCommand& command) {
  const auto arguments = ArgumentsOf(command);
  RestoreSignals();
  ::execv(command.program.c_str(), Pointers(arguments).data());
  return CannotRun(command, errno);
}

absl::StatusOr<int> StartInBackground(const CoordinatorCommand& command) {
  MIV_RETURN_IF_ERROR(MakeDirectories(command.data, 0700));
  const auto arguments = ArgumentsOf(command);
  const auto argv = Pointers(arguments);
  const int null_fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int log_fd = ::open(LogOf(command).c_str(),
                            O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  int failure[2] = {-1, -1};
  if (null_fd < 0 || log_fd < 0 || ::pipe2(failure, O_CLOEXEC) != 0)
    return absl::FailedPreconditionError(absl::StrCat(
        "cannot write ", LogOf(command), ": ", std::strerror(errno)));
  const pid_t pid = ::fork();
  if (pid == 0) BecomeDetached(argv.data(), null_fd, log_fd, failure[1]);
  const int fork_error = errno;
  ::close(null_fd);
  ::close(log_fd);
  ::close(failure[1]);
  int error = 0;
  if (pid < 0)
    error = fork_error;
  else if (::read(failure[0], &error, sizeof(error)) > 0)
    ::waitpid(pid, nullptr, 0);
  ::close(failure[0]);
  if (error != 0) return CannotRun(command, error);
  return pid;
}

bool StillRuns(int pid) { return ::waitpid(pid, nullptr, WNOHANG) == 0; }

absl::Status EndedAtOnce(const CoordinatorCommand& command) {
  std::string said = ReadFile(LogOf(command)).value_or("");
  if (said.size() > kShownBytes) said = said.substr(said.size() - kShownBytes);
  return MakeStatus(
      absl::StatusCode::kFailedPrecondition,
      {.reason = "COORDINATOR_ENDED",
       .what = "the coordinator ended at once",
       .remedy = absl::StrCat("Its output is in ", LogOf(command), "."),
       .output = said});
}

absl::Status StopCoordinator(int pid, absl::Duration timeout) {
  std::error_code error;
  const std::string process = absl::StrCat("/proc/", pid);
  const auto program =
      std::filesystem::read_symlink(process + "/exe", error).filename();
  if (error || !absl::StartsWith(program.string(), kName))
    return MakeStatus(absl::StatusCode::kFailedPrecondition,
                      {.reason = "NOT_RUNNING",
                       .what = absl::StrCat("process ", pid,
                                            " is not a coordinator of yours"),
                       .remedy = "It has probably ended already."});
  if (::kill(pid, SIGTERM) != 0)
    return absl::PermissionDeniedError(
        absl::StrCat("cannot stop process ", pid, ": ", std::strerror(errno)));
  const absl::Time deadline = absl::Now() + timeout;
  while (::kill(pid, 0) == 0 &&
         !std::filesystem::read_symlink(process + "/exe", error).empty()) {
    if (absl::Now() > deadline)
      return absl::FailedPreconditionError(
          absl::StrCat("process ", pid, " has not ended yet"));
    absl::SleepFor(absl::Milliseconds(50));
  }
  return absl::OkStatus();
}

}  // namespace miv::client
