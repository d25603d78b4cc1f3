#include "server/artifacts/file_io.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/directory_manifest.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

absl::Status NotRegular(const std::string& path, absl::string_view found) {
  return InvalidInput({.reason = "NOT_A_REGULAR_FILE",
                       .file = path,
                       .what = "cannot be taken into the artifact store",
                       .expected = "a regular file",
                       .found = std::string(found)});
}

// ELOOP (O_NOFOLLOW met a link) and ENOTDIR are the caller's doing.
absl::Status OpenError(const std::string& path, int error) {
  if (error == ELOOP) return NotRegular(path, "a symbolic link");
  if (error == ENOTDIR)
    return NotRegular(path, "a path through a link or file");
  if (error == ENXIO) return NotRegular(path, "a socket or pipe");
  return FileError("open", path, error);
}

absl::Status CopyByHand(int from, int to, const std::string& to_path) {
  std::vector<char> buffer(1 << 20);
  while (true) {
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError("read the source of", to_path, errno);
    if (got == 0) return absl::OkStatus();
    MIV_RETURN_IF_ERROR(
        WriteAll(to, {buffer.data(), static_cast<std::size_t>(got)}, to_path));
  }
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

absl::Status FileError(absl::string_view verb, const std::string& path,
                       int error) {
  const std::string text =
      absl::StrCat("cannot ", verb, " ", path, ": ", std::strerror(error));
  if (error == ENOSPC || error == EDQUOT || error == EFBIG)
    return MakeStatus(
        absl::StatusCode::kResourceExhausted,
        {.reason = "DISK_FULL",
         .what = text,
         .remedy = "Free space on the file system that holds the server's "
                   "data directory, then try again."});
  if (error == ENOENT) return absl::NotFoundError(text);
  if (error == EEXIST) return absl::AlreadyExistsError(text);
  if (error == EACCES || error == EPERM)
    return absl::PermissionDeniedError(text);
  return absl::UnavailableError(text);
}

absl::StatusOr<OpenFile> OpenBeneath(const std::string& directory,
                                     const std::string& name) {
  if (absl::Status safe = CheckRelativePath(name); !safe.ok())
    return NotRegular(name, safe.message());
  const std::string path = absl::StrCat(directory, "/", name);
  OpenFile open;
  open.parent = Fd(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!open.parent.valid()) return FileError("open", directory, errno);
  std::vector<std::string> parts = absl::StrSplit(name, '/');
  open.base = parts.back();
  parts.pop_back();
  for (const std::string& part : parts) {
    Fd next(::openat(open.parent.get(), part.c_str(),
                     O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next.valid()) return OpenError(path, errno);
    open.parent = std::move(next);
  }
  open.file = Fd(::openat(open.parent.get(), open.base.c_str(),
                          O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!open.file.valid()) return OpenError(path, errno);
  struct stat info;
  if (::fstat(open.file.get(), &info) != 0)
    return FileError("examine", path, errno);
  if (S_ISDIR(info.st_mode)) return NotRegular(path, "a directory");
  if (!S_ISREG(info.st_mode)) return NotRegular(path, "a device or pipe");
  open.size = info.st_size;
  open.links = static_cast<std::int64_t>(info.st_nlink);
  open.executable = (info.st_mode & 0100) != 0;
  return open;
}

absl::Status WriteAll(int fd, absl::string_view bytes,
                      const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return FileError("write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return absl::OkStatus();
}

absl::Status CopyContent(int from, int to, const std::string& to_path) {
  if (::ioctl(to, FICLONE, from) == 0) return absl::OkStatus();
  bool copied_some = false;
  while (true) {
    const ssize_t copied =
        ::copy_file_range(from, nullptr, to, nullptr, std::size_t{1} << 30, 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied == 0 && copied_some) return absl::OkStatus();
    if (copied <= 0) break;
    copied_some = true;
  }
  const int error = errno;
  if (copied_some) return FileError("copy to", to_path, error);
  return CopyByHand(from, to, to_path);  // other file system, or an empty file
}

absl::StatusOr<Fd> CreateFile(const std::string& path, unsigned mode) {
  Fd file(::open(path.c_str(),
                 O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file.valid()) return FileError("create", path, errno);
  return file;
}

absl::Status CopyFile(const std::string& from, const std::string& to,
                      unsigned mode) {
  const Fd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source.valid()) return FileError("read", from, errno);
  MIV_ASSIGN_OR_RETURN(const Fd target, CreateFile(to, 0600));
  absl::Status status = CopyContent(source.get(), target.get(), to);
  if (status.ok() && ::fchmod(target.get(), mode) != 0)
    status = FileError("change the mode of", to, errno);
  if (!status.ok()) ::unlink(to.c_str());
  return status;
}

}  // namespace miv::server
