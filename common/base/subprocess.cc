#include "common/base/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"

extern char** environ;

namespace miv {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read = -1;
  int write = -1;
  bool Open() {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) != 0) return false;
    read = fds[0];
    write = fds[1];
    return true;
  }
  void CloseRead() { Close(&read); }
  void CloseWrite() { Close(&write); }
  ~Pipe() {
    CloseRead();
    CloseWrite();
  }

 private:
  static void Close(int* fd) {
    if (*fd >= 0) ::close(*fd);
    *fd = -1;
  }
};

std::vector<std::string> ChildEnvironment(const ProcessOptions& options) {
  std::map<std::string, std::string> merged;
  if (options.inherit_environment) {
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string text = *entry;
      const auto equals = text.find('=');
      if (equals != std::string::npos)
        merged[text.substr(0, equals)] = text.substr(equals + 1);
    }
  }
  for (const auto& [name, value] : options.environment) merged[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : merged)
    lines.push_back(absl::StrCat(name, "=", value));
  return lines;
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const auto& text : strings)
    pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// In the child: only async-signal-safe calls.  Reports errno on `failure`.
[[noreturn]] void Exec(char* const* argv, char* const* env, const char* cwd,
                       const Pipe& in, const Pipe& out, const Pipe& err,
                       int failure) {
  ::setpgid(0, 0);
  ::dup2(in.read, 0);
  ::dup2(out.write, 1);
  ::dup2(err.write, 2);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (*cwd == '\0' || ::chdir(cwd) == 0) ::execvpe(argv[0], argv, env);
  const int error = errno;
  [[maybe_unused]] const ssize_t n = ::write(failure, &error, sizeof(error));
  ::_exit(127);
}

void Keep(std::string* kept, const char* bytes, std::size_t size,
          std::size_t limit) {
  if (kept->size() < limit)
    kept->append(bytes, std::min(size, limit - kept->size()));
}

constexpr std::chrono::milliseconds kBetweenQuestions(100);

// How long to wait for the child before looking around; 0 = it is to end.
int Patience(const ProcessOptions& options, Clock::time_point deadline,
             ProcessResult* result) {
  using std::chrono::milliseconds;
  const auto left =
      std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
  result->timed_out = left.count() <= 0;
  result->stopped = options.stop && options.stop();
  if (result->timed_out || result->stopped) return 0;
  const auto wait = options.stop ? std::min(left, kBetweenQuestions) : left;
  return static_cast<int>(std::max<std::int64_t>(1, wait.count()));
}

// Feeds stdin and drains stdout and stderr until both close or it is to end.
// Returns false then.
bool Communicate(Pipe* in, Pipe* out, Pipe* err, const ProcessOptions& options,
                 ProcessResult* result) {
  const auto deadline = Clock::now() + options.timeout;
  std::size_t fed = 0;
  if (options.input.empty()) in->CloseWrite();
  if (in->write >= 0) ::fcntl(in->write, F_SETFL, O_NONBLOCK);
  char buffer[1 << 16];
  while (out->read >= 0 || err->read >= 0) {
    const int patience_ms = Patience(options, deadline, result);
    if (patience_ms == 0) return false;
    std::array<pollfd, 3> polled = {pollfd{out->read, POLLIN, 0},
                                    pollfd{err->read, POLLIN, 0},
                                    pollfd{in->write, POLLOUT, 0}};
    if (::poll(polled.data(), polled.size(), patience_ms) <= 0) continue;
    for (int k = 0; k < 2; ++k) {
      Pipe* pipe = k == 0 ? out : err;
      if (polled[static_cast<std::size_t>(k)].revents == 0) continue;
      const ssize_t got = ::read(pipe->read, buffer, sizeof(buffer));
      if (got > 0)
        Keep(k == 0 ? &result->out : &result->err, buffer,
             static_cast<std::size_t>(got), options.output_limit);
      else if (got == 0 || errno != EINTR)
        pipe->CloseRead();
    }
    if (polled[2].revents != 0) {
      const ssize_t wrote = ::write(in->write, options.input.data() + fed,
                                    options.input.size() - fed);
      if (wrote > 0) fed += static_cast<std::size_t>(wrote);
      if (fed == options.input.size() || (wrote < 0 && errno != EAGAIN))
        in->CloseWrite();
    }
  }
  return true;
}

}  // namespace

absl::StatusOr<ProcessResult> RunProcess(const std::vector<std::string>& argv,
                                         const ProcessOptions& options) {
  if (argv.empty()) return absl::InvalidArgumentError("no program to run");
  Pipe in, out, err, failure;
  if (!in.Open() || !out.Open() || !err.Open() || !failure.Open())
    return absl::InternalError(absl::StrCat("pipe: ", std::strerror(errno)));
  const auto environment = ChildEnvironment(options);
  const auto argv_pointers = Pointers(argv);
  const auto env_pointers = Pointers(environment);
  const pid_t pid = ::fork();
  if (pid < 0)
    return absl::InternalError(absl::StrCat("fork: ", std::strerror(errno)));
  if (pid == 0)
    Exec(argv_pointers.data(), env_pointers.data(),
         options.working_directory.c_str(), in, out, err, failure.write);
  ::setpgid(pid, pid);
  in.CloseRead();
  out.CloseWrite();
  err.CloseWrite();
  failure.CloseWrite();
  int exec_error = 0;
  if (::read(failure.read, &exec_error, sizeof(exec_error)) > 0) {
    ::waitpid(pid, nullptr, 0);
    return absl::NotFoundError(
        absl::StrCat("cannot run ", argv[0], ": ", std::strerror(exec_error)));
  }
  ProcessResult result;
  if (!Communicate(&in, &out, &err, options, &result)) ::kill(-pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

std::string ExecutableDirectory() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::string(".") : path.parent_path().string();
}

}  // namespace miv
