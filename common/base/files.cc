#include "common/base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace miv {
namespace {

namespace fs = std::filesystem;

absl::Status SystemError(absl::string_view what, const std::string& path,
                         int error) {
  const auto text =
      absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(error));
  if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError(text);
  if (error == EACCES || error == EPERM)
    return absl::PermissionDeniedError(text);
  if (error == ENOSPC || error == EDQUOT)
    return absl::ResourceExhaustedError(text);
  return absl::UnavailableError(text);
}

absl::Status WriteAll(int fd, absl::string_view content,
                      const std::string& path) {
  while (!content.empty()) {
    const ssize_t wrote = ::write(fd, content.data(), content.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return SystemError("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (::fsync(fd) != 0) return SystemError("sync", path, errno);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return SystemError("read", path, errno);
  std::string content;
  char buffer[1 << 16];
  while (true) {
    const ssize_t got = ::read(fd, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      const int error = errno;
      ::close(fd);
      if (got < 0) return SystemError("read", path, error);
      return content;
    }
    content.append(buffer, static_cast<std::size_t>(got));
  }
}

absl::Status WriteFileAtomically(const std::string& path,
                                 absl::string_view content, unsigned mode) {
  static std::atomic<unsigned> counter{0};
  const std::string temporary =
      absl::StrCat(path, ".tmp", ::getpid(), ".", counter++);
  const int fd = ::open(temporary.c_str(),
                        O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return SystemError("create", temporary, errno);
  ::fchmod(fd, mode);
  absl::Status status = WriteAll(fd, content, temporary);
  ::close(fd);
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0)
    status = SystemError("rename to", path, errno);
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return SyncDirectory(fs::path(path).parent_path().string());
}

absl::Status SyncDirectory(const std::string& path) {
  const std::string directory = path.empty() ? "." : path;
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError("open", directory, errno);
  const int failed = ::fsync(fd);
  const int error = errno;
  ::close(fd);
  if (failed != 0) return SystemError("sync", directory, error);
  return absl::OkStatus();
}

absl::Status MakeDirectories(const std::string& path, unsigned mode) {
  std::error_code error;
  if (fs::is_directory(path, error)) return absl::OkStatus();
  const fs::path parent = fs::path(path).parent_path();
  if (!parent.empty() && parent != fs::path(path))
    MIV_RETURN_IF_ERROR(MakeDirectories(parent.string(), mode));
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
    return SystemError("create directory", path, errno);
  return absl::OkStatus();
}

absl::Status RemoveTree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return SystemError("remove", path, error.value());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ListFiles(
    const std::string& directory) {
  std::error_code error;
  std::vector<std::string> files;
  fs::recursive_directory_iterator entry(directory, error);
  if (error) return SystemError("list", directory, error.value());
  for (const fs::recursive_directory_iterator end; entry != end;) {
    const bool hidden = entry->path().filename().string().starts_with('.');
    if (hidden && entry->is_directory(error)) entry.disable_recursion_pending();
    if (!hidden && entry->is_regular_file(error))
      files.push_back(entry->path().lexically_relative(directory).string());
    entry.increment(error);
    if (error) return SystemError("list", directory, error.value());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string JoinPath(absl::string_view base, absl::string_view part) {
  if (base.empty() || (!part.empty() && part.front() == '/'))
    return std::string(part);
  if (part.empty()) return std::string(base);
  return base.back() == '/' ? absl::StrCat(base, part)
                            : absl::StrCat(base, "/", part);
}

}  // namespace miv
