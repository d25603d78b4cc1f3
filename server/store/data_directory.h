#pragma once

// The coordinator's own directory: local, and one coordinator's at a time.

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace miv::server {

/// Holds the directory until destroyed (or the process dies).
class DataDirectory {
 public:
  /// Makes the directory (mode 0755) if absent and locks it.
  /// Errors: FailedPrecondition NETWORK_FILE_SYSTEM if it is not on a local
  ///   disk, DATA_DIRECTORY_IN_USE if another process holds it; Unavailable if
  ///   it cannot be made or locked.
  static absl::StatusOr<std::unique_ptr<DataDirectory>> Open(
      const std::string& path);
  ~DataDirectory();

  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  /// Absolute, without symbolic links.
  const std::string& path() const { return path_; }
  std::string database() const { return path_ + "/miv.sqlite"; }
  std::string artifacts() const { return path_ + "/artifacts"; }
  std::string groups() const { return path_ + "/groups"; }
  std::string preflight() const { return path_ + "/preflight"; }
  std::string token_file() const { return path_ + "/token"; }
  std::string server_file() const { return path_ + "/server.json"; }
  std::string log_file() const { return path_ + "/coordinator.log"; }

  /// The directory of the worker socket: short, outside, and the same after
  /// every restart: /tmp/miv-<uid>-<10 hex of the SHA-256 of path()>.
  std::string socket_directory() const;

 private:
  DataDirectory(std::string path, int lock)
      : path_(std::move(path)), lock_(lock) {}

  const std::string path_;
  const int lock_;  ///< open file descriptor
};

/// Whether the magic number of statfs(2) is one of a file system that other
/// machines write to, where SQLite's locks cannot be relied on.
bool IsNetworkFileSystem(long magic);

}  // namespace miv::server
