#include "worker/program/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/program/descendants.h"

namespace miv::worker {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kLineLimit = 1000;
constexpr std::size_t kErrorsKept = 4096;
constexpr milliseconds kPeriod{50};
constexpr milliseconds kEndLimit{10'000};
constexpr int kFirstInherited = 3;

struct Pipe {
  int read = -1;
  int write = -1;
  bool Open() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  static void Close(int* fd) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
  }
  ~Pipe() {
    Close(&read);
    Close(&write);
  }
};

struct Pipes {
  Pipe out, err, failure;
  bool Open() { return out.Open() && err.Open() && failure.Open(); }
};

// Cuts a stream into lines.
class Lines {
 public:
  explicit Lines(const ProgramWatch& watch) : watch_(watch) {}

  void Add(absl::string_view bytes) {
    for (const char c : bytes) {
      if (c == '\n') {
        Flush();
      } else if (line_.size() < kLineLimit) {
        line_ += c;
      }
      any_ = c != '\n';
    }
  }
  void End() {
    if (any_) Flush();
    any_ = false;
  }

 private:
  void Flush() {
    if (watch_.line) watch_.line(line_);
    line_.clear();
  }

  const ProgramWatch& watch_;
  std::string line_;
  bool any_ = false;  // since the last end of a line
};

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts)
    pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> EnvironmentLines(const ProgramSpec& spec) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : spec.environment)
    lines.push_back(absl::StrCat(name, "=", value));
  return lines;
}

// In the child: calls the kernel only.  Reports an error number and ends.
[[noreturn]] void Become(const ProgramSpec& spec, char* const* argv,
                         char* const* environment, const Pipes& pipes) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  setsid();
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, 0);
  dup2(pipes.out.write, 1);
  dup2(pipes.err.write, 2);
  // The server's socket, the token's file, MPI's memory: all close on exec.
  syscall(SYS_close_range, kFirstInherited, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  // Where this process is root: none of its powers goes over.
  for (unsigned long power = 0; power < 64; ++power)
    prctl(PR_CAPBSET_DROP, power, 0, 0, 0);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  int error = chdir(spec.directory.c_str()) == 0 ? 0 : errno;
  if (error == 0 && spec.confinement != nullptr)
    error = spec.confinement->Enter();
  if (error == 0) {
    execve(argv[0], argv, environment);
    error = errno;
  }
  [[maybe_unused]] const auto n =
      write(pipes.failure.write, &error, sizeof(error));
  _exit(127);
}

class Run {
 public:
  Run(const ProgramSpec& spec, const ProgramWatch& watch)
      : spec_(spec), watch_(watch), out_(watch), err_(watch) {}

  absl::StatusOr<ProgramEnd> ToTheEnd() {
    const Adoption adoption;
    MIV_RETURN_IF_ERROR(Start());
    const absl::Cleanup closing = [this] { Pipe::Close(&process_); };
    while (!HasEnded() && MayGoOn()) Listen(kPeriod);
    if (!ended_) kill(-child_, SIGKILL);
    if (!ended_) waitpid(child_, &status_, 0);
    MIV_RETURN_IF_ERROR(EndChildren(kEndLimit));
    while (Listen(milliseconds(0))) {
    }
    out_.End();
    err_.End();
    return End();
  }

 private:
  absl::Status Start() {
    if (!pipes_.Open())
      return absl::InternalError(absl::StrCat("pipe: ", std::strerror(errno)));
    const auto lines = EnvironmentLines(spec_);
    const auto argv = Pointers(spec_.argv);
    const auto environment = Pointers(lines);
    child_ = fork();
    if (child_ < 0)
      return absl::InternalError(absl::StrCat("fork: ", std::strerror(errno)));
    if (child_ == 0) Become(spec_, argv.data(), environment.data(), pipes_);
    Pipe::Close(&pipes_.out.write);
    Pipe::Close(&pipes_.err.write);
    Pipe::Close(&pipes_.failure.write);
    int error = 0;
    if (read(pipes_.failure.read, &error, sizeof(error)) > 0) {
      waitpid(child_, nullptr, 0);
      return absl::NotFoundError(std::strerror(error));
    }
    process_ = static_cast<int>(syscall(SYS_pidfd_open, child_, 0));
    fcntl(pipes_.out.read, F_SETFL, O_NONBLOCK);
    fcntl(pipes_.err.read, F_SETFL, O_NONBLOCK);
    return absl::OkStatus();
  }

  bool HasEnded() {
    ended_ = waitpid(child_, &status_, WNOHANG) == child_;
    return ended_;
  }

  bool MayGoOn() {
    const auto elapsed =
        std::chrono::duration_cast<milliseconds>(Clock::now() - start_);
    timed_out_ = spec_.timeout.count() > 0 && elapsed >= spec_.timeout;
    stopped_ = !timed_out_ && watch_.go_on && !watch_.go_on(elapsed);
    return !timed_out_ && !stopped_;
  }

  // Takes what the program has said, or waits for it to say or do something.
  // False if nothing came.
  bool Listen(milliseconds patience) {
    std::array<pollfd, 3> polled = {pollfd{pipes_.out.read, POLLIN, 0},
                                    pollfd{pipes_.err.read, POLLIN, 0},
                                    pollfd{process_, POLLIN, 0}};
    if (poll(polled.data(), polled.size(),
             static_cast<int>(patience.count())) <= 0)
      return false;
    const bool said = Take(&pipes_.out.read, &out_);
    return Take(&pipes_.err.read, &err_) || said;
  }

  bool Take(int* fd, Lines* lines) {
    std::array<char, 65536> block;
    const ssize_t n = *fd < 0 ? 0 : read(*fd, block.data(), block.size());
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (n <= 0) {
      Pipe::Close(fd);
      return false;
    }
    const absl::string_view bytes(block.data(), static_cast<std::size_t>(n));
    lines->Add(bytes);
    if (lines == &err_) KeepErrors(bytes);
    return true;
  }

  void KeepErrors(absl::string_view bytes) {
    absl::StrAppend(&last_errors_, bytes);
    if (last_errors_.size() > 2 * kErrorsKept) CutErrors();
  }

  // The last whole lines.
  void CutErrors() {
    last_errors_.erase(0, last_errors_.size() - kErrorsKept);
    last_errors_.erase(0, last_errors_.find('\n') + 1);
  }

  ProgramEnd End() {
    if (last_errors_.size() > kErrorsKept) CutErrors();
    ProgramEnd end{.last_errors = std::move(last_errors_)};
    if (timed_out_ && !ended_) {
      end.how = ProgramEnd::How::kTimeout;
    } else if (stopped_ && !ended_) {
      end.how = ProgramEnd::How::kStopped;
    } else if (WIFSIGNALED(status_)) {
      end.how = ProgramEnd::How::kSignalled;
      end.signal = WTERMSIG(status_);
    } else {
      end.code = WEXITSTATUS(status_);
    }
    return end;
  }

  const ProgramSpec& spec_;
  const ProgramWatch& watch_;
  const Clock::time_point start_ = Clock::now();
  Pipes pipes_;
  Lines out_, err_;
  std::string last_errors_;
  pid_t child_ = -1;
  int process_ = -1;  // pidfd
  int status_ = 0;
  bool ended_ = false;  // by itself
  bool timed_out_ = false;
  bool stopped_ = false;
};

}  // namespace

absl::StatusOr<ProgramEnd> RunProgram(const ProgramSpec& spec,
                                      const ProgramWatch& watch) {
  return Run(spec, watch).ToTheEnd();
}

}  // namespace miv::worker
