#include "server/launchers/process_identity.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

absl::StatusOr<std::string> BootId() {
  MIV_ASSIGN_OR_RETURN(const std::string text,
                       ReadFile("/proc/sys/kernel/random/boot_id"));
  return std::string(absl::StripAsciiWhitespace(text));
}

}  // namespace

bool ReadProcessStat(pid_t pid, ProcessStat* stat) {
  char path[32];
  std::snprintf(path, sizeof(path), "/proc/%d/stat", pid);
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char text[1024];
  const ssize_t size = ::read(fd, text, sizeof(text) - 1);
  ::close(fd);
  if (size <= 0) return false;
  text[size] = '\0';
  // The name in field 2 may hold spaces and parentheses: start after the last.
  const char* rest = std::strrchr(text, ')');
  if (rest == nullptr) return false;
  long threads = 0;
  unsigned long long start = 0;
  // Fields 3, 4, 20 and 22; proc(5).
  if (std::sscanf(rest + 1,
                  " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d "
                  "%*d %*d %ld %*d %llu",
                  &stat->state, &stat->parent, &threads, &start) != 4)
    return false;
  stat->threads = threads;
  stat->start_time = start;
  return true;
}

absl::StatusOr<ProcessIdentity> OwnIdentity() {
  ProcessStat stat;
  if (!ReadProcessStat(::getpid(), &stat))
    return absl::InternalError("cannot read /proc/self/stat");
  MIV_ASSIGN_OR_RETURN(std::string boot_id, BootId());
  return ProcessIdentity{::getpid(), stat.start_time, std::move(boot_id)};
}

nlohmann::json ToJson(const ProcessIdentity& identity) {
  return {{"pid", identity.pid},
          {"start_time", identity.start_time},
          {"boot_id", identity.boot_id}};
}

absl::StatusOr<ProcessIdentity> ProcessIdentityFromJson(
    const nlohmann::json& json) {
  const auto is = [&](const char* key,
                      bool (nlohmann::json::*type)() const noexcept) {
    return json.contains(key) && (json.at(key).*type)();
  };
  if (!json.is_object() || !is("pid", &nlohmann::json::is_number_integer) ||
      !is("start_time", &nlohmann::json::is_number_integer) ||
      !is("boot_id", &nlohmann::json::is_string))
    return absl::DataLossError(
        "expected an object with pid, start_time and boot_id");
  return ProcessIdentity{json.at("pid").get<pid_t>(),
                         json.at("start_time").get<std::uint64_t>(),
                         json.at("boot_id").get<std::string>()};
}

bool IsAlive(const ProcessIdentity& identity) {
  ProcessStat stat;
  const auto boot_id = BootId();
  return boot_id.ok() && *boot_id == identity.boot_id &&
         ReadProcessStat(identity.pid, &stat) &&
         stat.start_time == identity.start_time && stat.state != 'Z' &&
         stat.state != 'X';
}

absl::Status Signal(const ProcessIdentity& identity, int signal) {
  // The descriptor first: what it names cannot change after the check.
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, identity.pid, 0));
  if (fd < 0 && errno == ESRCH) return absl::OkStatus();
  if (fd < 0)
    return absl::UnavailableError(
        absl::StrCat("pidfd_open ", identity.pid, ": ", std::strerror(errno)));
  absl::Status status;
  if (IsAlive(identity) &&
      ::syscall(SYS_pidfd_send_signal, fd, signal, nullptr, 0) != 0 &&
      errno != ESRCH)
    status = absl::UnavailableError(absl::StrCat(
        "cannot signal process ", identity.pid, ": ", std::strerror(errno)));
  ::close(fd);
  return status;
}

}  // namespace miv::server
