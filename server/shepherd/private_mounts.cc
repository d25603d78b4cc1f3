#include "server/shepherd/private_mounts.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

absl::Status SystemError(absl::string_view what, const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(errno)));
}

// Mounts the opened file or directory at the place that its path now means.
absl::Status MountOpened(int fd, const std::string& path) {
  struct stat info;
  if (::fstat(fd, &info) != 0) return SystemError("examine", path);
  const std::string parent = std::filesystem::path(path).parent_path().string();
  MIV_RETURN_IF_ERROR(MakeDirectories(parent));
  if (S_ISDIR(info.st_mode)) {
    MIV_RETURN_IF_ERROR(MakeDirectories(path));
  } else {
    // The file may be there, and a program that runs cannot be opened to write.
    const int file = ::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) return SystemError("create", path);
    ::close(file);
  }
  const std::string source = absl::StrCat("/proc/self/fd/", fd);
  if (::mount(source.c_str(), path.c_str(), nullptr, MS_BIND | MS_REC,
              nullptr) != 0)
    return SystemError("mount", path);
  return absl::OkStatus();
}

}  // namespace

absl::Status MountPrivately(const std::vector<ExposedPath>& exposed) {
  if (exposed.empty()) return absl::OkStatus();
  ::umask(022);
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return SystemError("separate the mounts below", "/");
  // Open everything before anything is covered.
  std::vector<int> opened;
  std::set<std::string> covered;
  for (const ExposedPath& entry : exposed) {
    const int fd = ::open(entry.path.c_str(), O_PATH | O_CLOEXEC);
    if (fd < 0) return SystemError("open", entry.path);
    opened.push_back(fd);
    covered.insert(entry.closed);
  }
  for (const std::string& directory : covered)
    if (::mount("none", directory.c_str(), "tmpfs", MS_NOSUID | MS_NODEV,
                "mode=0755,size=1m") != 0)
      return SystemError("cover", directory);
  for (std::size_t i = 0; i < exposed.size(); ++i) {
    MIV_RETURN_IF_ERROR(MountOpened(opened[i], exposed[i].path));
    ::close(opened[i]);
  }
  return absl::OkStatus();
}

}  // namespace miv::server
