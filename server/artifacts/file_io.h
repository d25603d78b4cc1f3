#pragma once

// File operations of the artifact store: descriptors that close themselves,
// copies that clone where the file system can, and errors that tell a full
// disk from a broken one.

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv::server {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// "cannot VERB PATH: REASON".  ENOSPC, EDQUOT and EFBIG are ResourceExhausted
/// with the reason DISK_FULL and a remedy, ENOENT is NotFound, EACCES and EPERM
/// PermissionDenied, everything else Unavailable.
absl::Status FileError(absl::string_view verb, const std::string& path,
                       int error);

/// An open regular file and the directory that holds it.
struct OpenFile {
  Fd parent;
  std::string base;  ///< name in `parent`
  Fd file;           ///< open for reading
  std::int64_t size = 0;
  std::int64_t links = 0;
  bool executable = false;
};

/// Opens directory/name without following a symbolic link below `directory`
/// and without waiting on a pipe.
/// Errors: InvalidArgument if name leaves the directory, or is or passes
///   through anything but directories and a regular file at the end; NotFound.
absl::StatusOr<OpenFile> OpenBeneath(const std::string& directory,
                                     const std::string& name);

absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path);

/// Copies all of `from` to the empty file `to`; shares the blocks where the
/// file system can.  `to_path` is for errors.
absl::Status CopyContent(int from, int to, const std::string& to_path);

/// A new file for writing.  Errors: as FileError; AlreadyExists.
absl::StatusOr<Fd> CreateFile(const std::string& path, unsigned mode);

/// Copies the file `from` to the new file `to`, which ends with `mode`.
absl::Status CopyFile(const std::string& from, const std::string& to,
                      unsigned mode);

}  // namespace miv::server
