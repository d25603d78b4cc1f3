#include "server/launchers/local_launcher.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "server/launchers/group_files.h"

namespace miv::server {
namespace {

constexpr int kLockDescriptor = 3;
constexpr std::time_t kObedience_s = 15;  // the shepherd's own patience is 10

// Starts the shepherd with the lock as descriptor 3, its log as stderr and
// nothing else of ours: no descriptor, signal mask or environment.
absl::StatusOr<pid_t> Spawn(const std::string& program, const std::string& spec,
                            const std::string& log, int lock) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, 2, log.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&files, lock, kLockDescriptor);
  ::posix_spawn_file_actions_addclosefrom_np(&files, kLockDescriptor + 1);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none, defaults;
  ::sigemptyset(&none);
  ::sigfillset(&defaults);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETSID);
  const std::string descriptor = absl::StrCat(kLockDescriptor);
  const char* argv[] = {program.c_str(), "--lock-fd", descriptor.c_str(),
                        spec.c_str(), nullptr};
  const char* environment[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", nullptr};
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, program.c_str(), &files, &attributes,
                                  const_cast<char* const*>(argv),
                                  const_cast<char* const*>(environment));
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (error == 0) return pid;
  const auto text =
      absl::StrCat("cannot start ", program, ": ", std::strerror(error));
  return error == EAGAIN || error == ENOMEM ? absl::ResourceExhaustedError(text)
                                            : absl::UnavailableError(text);
}

// Waits for the process that detaches the shepherd (a few ms).
absl::Status StartShepherd(const std::string& program,
                           const std::string& directory, int lock) {
  const std::string log = absl::StrCat(directory, "/", kLogFile);
  MIV_ASSIGN_OR_RETURN(
      const pid_t pid,
      Spawn(program, absl::StrCat(directory, "/", kSpecFile), log, lock));
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (status == 0) return absl::OkStatus();
  const auto said = ReadFile(log);
  return absl::UnavailableError(absl::StrCat(
      program, " could not start: ",
      said.ok() ? absl::StripAsciiWhitespace(*said) : "no reason given"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<LocalLauncher>> LocalLauncher::Create(
    std::string shepherd_path) {
  if (::access(shepherd_path.c_str(), X_OK) != 0)
    return absl::NotFoundError(absl::StrCat("cannot execute ", shepherd_path,
                                            ": ", std::strerror(errno)));
  return std::unique_ptr<LocalLauncher>(
      new LocalLauncher(std::move(shepherd_path), ProbeSandbox()));
}

LocalLauncher::LocalLauncher(std::string shepherd_path,
                             SandboxAbilities abilities)
    : shepherd_path_(std::move(shepherd_path)),
      abilities_(std::move(abilities)) {}

absl::Status LocalLauncher::Launch(const GroupSpec& spec) {
  MIV_RETURN_IF_ERROR(PrepareGroupDirectory(spec));
  const std::string& directory = spec.group.directory;
  MIV_ASSIGN_OR_RETURN(const int lock, TakeGroupLock(directory));
  const absl::Cleanup unlock = [lock] { ::close(lock); };
  const std::string spec_path = absl::StrCat(directory, "/", kSpecFile);
  std::error_code error;
  if (std::filesystem::exists(spec_path, error))
    return absl::AlreadyExistsError(
        absl::StrCat("a group was launched in ", directory, " before"));
  MIV_ASSIGN_OR_RETURN(const LocalLaunch launch, PlanLaunch(spec, abilities_));
  MIV_RETURN_IF_ERROR(WriteLaunch(launch));
  absl::Status status = StartShepherd(shepherd_path_, directory, lock);
  // Nothing runs: the directory is as good as new.
  if (!status.ok()) ::unlink(spec_path.c_str());
  return status;
}

absl::StatusOr<GroupStatus> LocalLauncher::Poll(const GroupRef& group) {
  return ReadGroupStatus(group.directory);
}

absl::Status LocalLauncher::Kill(const GroupRef& group) {
  // A shepherd that has not written its record yet finds the request when it
  // has; one that has not obeyed an old request is killed with its group.
  const std::string request = absl::StrCat(group.directory, "/", kKillFile);
  struct stat info;
  const bool ignored = ::stat(request.c_str(), &info) == 0 &&
                       ::time(nullptr) - info.st_mtime > kObedience_s;
  const int fd = ::open(request.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 && errno == ENOENT) return absl::OkStatus();
  if (fd < 0)
    return absl::UnavailableError(
        absl::StrCat("cannot create ", request, ": ", std::strerror(errno)));
  ::close(fd);
  const auto shepherd = ReadShepherd(group.directory);
  if (!shepherd) return absl::OkStatus();
  return Signal(*shepherd, ignored ? SIGKILL : SIGTERM);
}

}  // namespace miv::server
