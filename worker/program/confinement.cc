#include "worker/program/confinement.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace miv::worker {
namespace {

// linux/landlock.h of newer kernels than the one these headers are of; the
// kernel takes the part that its version knows.
struct Rules {
  std::uint64_t files = 0;
  std::uint64_t network = 0;  // since version 4
  std::uint64_t scopes = 0;   // since version 6
};
constexpr std::uint64_t kAllTcp = 3;             // bind, connect
constexpr std::uint64_t kAllScopes = 3;          // abstract sockets, signals
constexpr std::uint64_t kRefer = 1ULL << 13;     // since version 2
constexpr std::uint64_t kTruncate = 1ULL << 14;  // since version 3
constexpr std::uint64_t kVersion1 = (1ULL << 13) - 1;

constexpr std::uint64_t kReadFile =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kReadTree = kReadFile | LANDLOCK_ACCESS_FS_READ_DIR;

int Version() {
  return static_cast<int>(syscall(SYS_landlock_create_ruleset, nullptr, 0,
                                  LANDLOCK_CREATE_RULESET_VERSION));
}

std::uint64_t KnownAccess(int version) {
  return kVersion1 | (version >= 2 ? kRefer : 0) |
         (version >= 3 ? kTruncate : 0);
}

std::size_t SizeOfRules(int version) {
  return version >= 6 ? 24 : version >= 4 ? 16 : 8;
}

absl::Status Refused(const std::string& what) {
  return absl::UnavailableError(
      absl::StrCat("Landlock: ", what, ": ", std::strerror(errno)));
}

absl::Status Allow(int rules, const std::string& path, std::uint64_t access) {
  const int fd = open(path.c_str(), O_PATH | O_CLOEXEC);
  if (fd < 0) return absl::OkStatus();
  struct stat info;
  const bool directory = fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
  if (!directory)
    access &= kReadFile | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;
  const landlock_path_beneath_attr rule = {.allowed_access = access,
                                           .parent_fd = fd};
  const auto made = syscall(SYS_landlock_add_rule, rules,
                            LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  const absl::Status status = made == 0 ? absl::OkStatus() : Refused(path);
  close(fd);
  return status;
}

}  // namespace

absl::StatusOr<Confinement> Confinement::Create(const AllowedPaths& paths) {
  const int version = Version();
  if (version < 1)
    return absl::UnimplementedError("this kernel has no Landlock");
  const std::uint64_t known = KnownAccess(version);
  const Rules wanted = {known, kAllTcp, kAllScopes};
  const int fd = static_cast<int>(
      syscall(SYS_landlock_create_ruleset, &wanted, SizeOfRules(version), 0));
  if (fd < 0) return Refused("no rules");
  Confinement confinement(fd);
  absl::Status status;
  for (const std::string& path : paths.read) {
    const bool device = absl::StartsWith(path, "/dev/");
    status.Update(
        Allow(fd, path,
              device ? kReadFile | LANDLOCK_ACCESS_FS_WRITE_FILE : kReadTree));
  }
  for (const std::string& path : paths.write)
    status.Update(Allow(fd, path, known));
  if (!status.ok()) return status;
  return confinement;
}

Confinement::Confinement(Confinement&& other) noexcept
    : rules_(std::exchange(other.rules_, -1)) {}

Confinement::~Confinement() {
  if (rules_ >= 0) close(rules_);
}

int Confinement::Enter() const {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  return syscall(SYS_landlock_restrict_self, rules_, 0) == 0 ? 0 : errno;
}

AllowedPaths SystemPaths() {
  AllowedPaths paths{.read = {"/usr", "/bin", "/sbin", "/lib", "/lib64",
                              "/proc", "/etc/alternatives", "/etc/group",
                              "/etc/hosts", "/etc/ld.so.cache",
                              "/etc/localtime", "/etc/nsswitch.conf",
                              "/etc/passwd", "/dev/full", "/dev/null",
                              "/dev/random", "/dev/urandom", "/dev/zero"}};
  // Of the interpreter, whose library links to it.
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/etc", error), end;
       !error && entry != end; entry.increment(error))
    if (absl::StartsWith(entry->path().filename().string(), "python3"))
      paths.read.push_back(entry->path().string());
  return paths;
}

}  // namespace miv::worker
