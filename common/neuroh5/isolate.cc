#include "common/neuroh5/isolate.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"

namespace miv::neuroh5 {
namespace {

void WriteAll(int fd, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t n = write(fd, bytes.data() + at, bytes.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    at += static_cast<std::size_t>(n);
  }
}

std::string ReadToEnd(int fd) {
  std::string bytes;
  char block[65536];
  for (;;) {
    const ssize_t n = read(fd, block, sizeof(block));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return bytes;
    bytes.append(block, static_cast<std::size_t>(n));
  }
}

// A crash ends the child at once, without core file or handlers of this
// process.
void BecomeExpendable() {
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
    signal(number, SIG_DFL);
}

absl::Status Crashed(const std::string& path, int status) {
  Fault fault;
  fault.reason = "HDF5_CRASH";
  fault.file = path;
  fault.what = "the HDF5 library fails on this file";
  fault.found = WIFSIGNALED(status)
                    ? absl::StrCat("signal ", WTERMSIG(status))
                    : absl::StrCat("exit status ", WEXITSTATUS(status));
  fault.remedy = "The file is damaged; build or copy it again.";
  return MakeStatus(absl::StatusCode::kDataLoss, fault);
}

}  // namespace

absl::StatusOr<std::string> RunIsolated(const std::string& path,
                                        absl::FunctionRef<std::string()> work) {
  int ends[2];
  if (pipe(ends) != 0) return absl::InternalError("cannot make a pipe");
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return absl::InternalError("cannot fork");
  }
  if (child == 0) {
    close(ends[0]);
    BecomeExpendable();
    WriteAll(ends[1], work());
    _exit(0);
  }
  close(ends[1]);
  std::string result = ReadToEnd(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return result;
  return Crashed(path, status);
}

}  // namespace miv::neuroh5
