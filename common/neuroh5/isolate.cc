#include "common/neuroh5/isolate.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"

namespace miv::neuroh5 {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kOutOfMemory = 71;  // exit status of the child

void WriteAll(int fd, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t n = write(fd, bytes.data() + at, bytes.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    at += static_cast<std::size_t>(n);
  }
}

// False if `deadline` comes before the end.
bool ReadToEnd(int fd, Clock::time_point deadline, std::string* bytes) {
  char block[65536];
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd polled = {fd, POLLIN, 0};
    const auto wait = std::min<std::int64_t>(left.count() + 1, 1000);
    if (poll(&polled, 1, static_cast<int>(wait)) <= 0) continue;
    const ssize_t n = read(fd, block, sizeof(block));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return true;
    bytes->append(block, static_cast<std::size_t>(n));
  }
}

// Bytes of private memory that this process has mapped to write.
std::uint64_t MappedBytes() {
  unsigned long data = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  const int read = std::fscanf(file, "%*u %*u %*u %*u %*u %lu", &data);
  std::fclose(file);
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return read == 1 ? data * page : 0;
}

void LimitMemory(std::uint64_t bytes) {
  rlimit limit;
  if (bytes == 0 || getrlimit(RLIMIT_DATA, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, MappedBytes() + bytes);
  setrlimit(RLIMIT_DATA, &limit);
}

// A crash ends the child at once, without core file or handlers of this
// process.
void BecomeExpendable(const IsolationLimits& limits) {
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
    signal(number, SIG_DFL);
  LimitMemory(limits.memory_bytes);
}

[[noreturn]] void RunInChild(int fd, const IsolationLimits& limits,
                             absl::FunctionRef<std::string()> work) {
  BecomeExpendable(limits);
  try {
    WriteAll(fd, work());
  } catch (const std::bad_alloc&) {
    _exit(kOutOfMemory);
  }
  _exit(0);
}

absl::Status Failed(const std::string& path, const char* reason,
                    std::string what, std::string found) {
  Fault fault;
  fault.reason = reason;
  fault.file = path;
  fault.what = std::move(what);
  fault.found = std::move(found);
  fault.remedy = "The file is damaged; build or copy it again.";
  return MakeStatus(absl::StatusCode::kDataLoss, fault);
}

absl::Status TimedOut(const std::string& path, const IsolationLimits& limits) {
  return Failed(
      path, "HDF5_TIMEOUT", "the HDF5 library comes to no end with this file",
      absl::StrCat("no result after ",
                   static_cast<double>(limits.time.count()) / 1000, " s"));
}

absl::Status Ended(const std::string& path, const IsolationLimits& limits,
                   int status) {
  if (WIFSIGNALED(status))
    return Failed(path, "HDF5_CRASH", "the HDF5 library fails on this file",
                  absl::StrCat("signal ", WTERMSIG(status), " (",
                               strsignal(WTERMSIG(status)), ")"));
  if (WEXITSTATUS(status) == kOutOfMemory)
    return Failed(path, "HDF5_MEMORY",
                  "the file claims sizes that its bytes cannot have",
                  absl::StrCat("more than ", limits.memory_bytes >> 20,
                               " MiB to read it"));
  return Failed(path, "HDF5_CRASH", "the HDF5 library fails on this file",
                absl::StrCat("exit status ", WEXITSTATUS(status)));
}

}  // namespace

IsolationLimits LimitsFor(const std::string& path) {
  constexpr std::uint64_t kLeastMemory = std::uint64_t{1} << 30;
  constexpr std::uint64_t kSlowest = 10'000;  // bytes per ms
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  const std::uint64_t bytes = error ? 0 : size;
  return {.time = std::chrono::seconds(60) +
                  std::chrono::milliseconds(bytes / kSlowest),
          .memory_bytes = kLeastMemory + 2 * bytes};
}

absl::StatusOr<std::string> RunIsolated(const std::string& path,
                                        const IsolationLimits& limits,
                                        absl::FunctionRef<std::string()> work) {
  int ends[2];
  if (pipe(ends) != 0) return absl::InternalError("cannot make a pipe");
  const auto deadline = Clock::now() + limits.time;
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return absl::InternalError("cannot fork");
  }
  if (child == 0) {
    close(ends[0]);
    RunInChild(ends[1], limits, work);
  }
  close(ends[1]);
  std::string result;
  const bool in_time = ReadToEnd(ends[0], deadline, &result);
  close(ends[0]);
  if (!in_time) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time) return TimedOut(path, limits);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return result;
  return Ended(path, limits, status);
}

absl::StatusOr<std::string> RunIsolated(const std::string& path,
                                        absl::FunctionRef<std::string()> work) {
  return RunIsolated(path, LimitsFor(path), work);
}

}  // namespace miv::neuroh5
