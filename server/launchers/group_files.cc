#include "server/launchers/group_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

namespace fs = std::filesystem;
using State = GroupStatus::State;

constexpr off_t kMaxJsonBytes = 64 << 20;

absl::Status BadSpec(absl::string_view field, absl::string_view what,
                     absl::string_view found) {
  return InvalidInput({.reason = "BAD_GROUP_SPEC",
                       .field = std::string(field),
                       .what = std::string(what),
                       .found = std::string(found)});
}

// mkdir with exactly this mode, whatever the umask.
absl::Status MakePlainDirectory(const std::string& path, mode_t mode) {
  MIV_RETURN_IF_ERROR(MakeDirectories(path));
  if (::chmod(path.c_str(), mode) == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot change the mode of ", path,
                                             ": ", std::strerror(errno)));
}

absl::Status CheckVisible(absl::string_view field, const std::string& path,
                          const std::string& directory) {
  if (path.empty() || path.front() != '/')
    return BadSpec(field, "path is not absolute", path);
  std::error_code error;
  if (!fs::exists(path, error)) return BadSpec(field, "no such file", path);
  const std::string groups = fs::path(directory).parent_path().string();
  if (path == "/" || groups == path || absl::StartsWith(groups, path + "/"))
    return BadSpec(field, "would show other groups' files", path);
  return absl::OkStatus();
}

// How it ended; nullopt without a whole record.
std::optional<GroupStatus> ReadExit(const std::string& directory) {
  const auto json = ReadJson(absl::StrCat(directory, "/", kExitFile));
  if (!json.ok()) return std::nullopt;
  auto record = ExitRecordFromJson(*json);
  if (!record.ok()) return std::nullopt;
  return GroupStatus{.state = State::kExited, .exit = *std::move(record)};
}

}  // namespace

absl::StatusOr<int> TakeGroupLock(const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/", kLockFile);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return absl::UnavailableError(
        absl::StrCat("cannot open ", path, ": ", std::strerror(errno)));
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  const int error = errno;
  ::close(fd);
  if (error == EWOULDBLOCK)
    return absl::AlreadyExistsError(
        absl::StrCat("a group is running in ", directory));
  return absl::UnavailableError(
      absl::StrCat("cannot lock ", path, ": ", std::strerror(error)));
}

bool GroupLockIsHeld(const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/", kLockFile);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool held = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return held;
}

absl::Status PrepareGroupDirectory(const GroupSpec& spec) {
  const std::string& directory = spec.group.directory;
  if (directory.empty() || directory.front() != '/')
    return BadSpec("directory", "path is not absolute", directory);
  if (spec.ranks < 1)
    return BadSpec("ranks", "a group has at least one rank",
                   absl::StrCat(spec.ranks));
  if (spec.command.empty() || spec.command.front().empty() ||
      spec.command.front().front() != '/' ||
      ::access(spec.command.front().c_str(), X_OK) != 0)
    return BadSpec("command", "not an absolute path of a program",
                   spec.command.empty() ? "nothing" : spec.command.front());
  for (const std::string& path : spec.read_only)
    MIV_RETURN_IF_ERROR(CheckVisible("read_only", path, directory));
  if (!spec.socket_directory.empty())
    MIV_RETURN_IF_ERROR(
        CheckVisible("socket_directory", spec.socket_directory, directory));
  // Passable until the group's user is known; WriteLaunch narrows it.
  MIV_RETURN_IF_ERROR(MakePlainDirectory(directory, 0711));
  MIV_RETURN_IF_ERROR(MakePlainDirectory(directory + "/inputs", 0755));
  MIV_RETURN_IF_ERROR(MakePlainDirectory(directory + "/etc", 0755));
  MIV_RETURN_IF_ERROR(MakePlainDirectory(directory + "/work", 0700));
  return MakePlainDirectory(directory + "/tmp", 0700);
}

absl::Status WriteLaunch(const LocalLaunch& launch) {
  const std::string& directory = launch.spec.group.directory;
  const uid_t user = launch.user.value_or(::geteuid());
  MIV_RETURN_IF_ERROR(launch.user ? GiveGroupFiles(directory, user)
                                  : MakePlainDirectory(directory, 0700));
  MIV_RETURN_IF_ERROR(WriteRecord(directory + "/etc/passwd", PasswdFile(user)));
  MIV_RETURN_IF_ERROR(WriteRecord(directory + "/etc/group", GroupFile(user)));
  return WriteRecord(absl::StrCat(directory, "/", kSpecFile),
                     ToJson(launch).dump(2) + "\n", 0600);
}

absl::Status WriteRecord(const std::string& path, absl::string_view content,
                         unsigned mode) {
  const std::string temporary = absl::StrCat(path, ".new");
  const int fd =
      ::open(temporary.c_str(),
             O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
  const bool written = fd >= 0 && ::fchmod(fd, mode) == 0 &&
                       ::write(fd, content.data(), content.size()) ==
                           static_cast<ssize_t>(content.size()) &&
                       ::rename(temporary.c_str(), path.c_str()) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (written) return absl::OkStatus();
  ::unlink(temporary.c_str());
  const auto text =
      absl::StrCat("cannot write ", path, ": ", std::strerror(error));
  return error == ENOSPC || error == EDQUOT ? absl::ResourceExhaustedError(text)
                                            : absl::UnavailableError(text);
}

absl::StatusOr<nlohmann::json> ReadJson(const std::string& path) {
  const int fd =
      ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return absl::NotFoundError(absl::StrCat("there is no ", path));
  if (fd < 0)
    return absl::DataLossError(
        absl::StrCat("cannot read ", path, ": ", std::strerror(errno)));
  const absl::Cleanup close = [fd] { ::close(fd); };
  struct stat info;
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) ||
      info.st_size > kMaxJsonBytes)
    return absl::DataLossError(
        absl::StrCat(path, " is not a file of at most 64 MiB"));
  std::string text(static_cast<std::size_t>(info.st_size), '\0');
  const ssize_t got = ::read(fd, text.data(), text.size());
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded())
    return absl::DataLossError(absl::StrCat(path, " is not JSON"));
  return json;
}

std::optional<ProcessIdentity> ReadShepherd(const std::string& directory) {
  const auto json = ReadJson(absl::StrCat(directory, "/", kShepherdFile));
  if (!json.ok()) return std::nullopt;
  auto shepherd = ProcessIdentityFromJson(*json);
  if (!shepherd.ok()) return std::nullopt;
  return *std::move(shepherd);
}

absl::StatusOr<GroupStatus> ReadGroupStatus(const std::string& directory) {
  if (auto exited = ReadExit(directory)) return *exited;
  const auto shepherd = ReadShepherd(directory);
  if (shepherd && IsAlive(*shepherd))
    return GroupStatus{.state = State::kRunning, .pid = shepherd->pid};
  std::error_code error;
  if (!shepherd && !fs::exists(absl::StrCat(directory, "/", kSpecFile), error))
    return absl::NotFoundError(
        absl::StrCat("nothing was launched in ", directory));
  if (!shepherd && GroupLockIsHeld(directory))
    return GroupStatus{.state = State::kStarting};
  // It has ended, perhaps since we looked for its record.
  return ReadExit(directory).value_or(GroupStatus{.state = State::kGone});
}

}  // namespace miv::server
