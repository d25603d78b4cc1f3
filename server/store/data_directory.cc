#include "server/store/data_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

// Magic numbers of statfs(2).
constexpr long kNetworkFileSystems[] = {
    0x6969,                         // nfs
    0x517B,                         // smb
    static_cast<long>(0xFF534D42),  // cifs
    static_cast<long>(0xFE534D42),  // smb2
    0x5346414F,                     // afs
    0x6B414653,                     // kafs
    0x73757245,                     // coda
    0x00C36400,                     // ceph
    0x0BD00BD0,                     // lustre
    0x47504653,                     // gpfs
    0x19830326,                     // beegfs
    0x01161970,                     // gfs2
    0x7461636F,                     // ocfs2
    0x01021997,                     // 9p
};

absl::StatusOr<std::string> RealPath(const std::string& path) {
  char* real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("data directory ", path, ": ", strerror(errno)));
  }
  const std::string text = real;
  ::free(real);
  return text;
}

absl::Status RefuseNetwork(const std::string& path) {
  struct statfs info;
  if (::statfs(path.c_str(), &info) != 0) {
    return absl::UnavailableError(
        absl::StrCat("data directory ", path, ": ", strerror(errno)));
  }
  if (!IsNetworkFileSystem(info.f_type)) return absl::OkStatus();
  Fault fault;
  fault.reason = "NETWORK_FILE_SYSTEM";
  fault.file = path;
  fault.what = "the data directory is on a network file system";
  fault.expected = "a local disk";
  fault.found = absl::StrCat("file system type 0x", absl::Hex(info.f_type));
  fault.remedy = "Give a local directory with --data.";
  return MakeStatus(absl::StatusCode::kFailedPrecondition, fault);
}

absl::Status InUse(const std::string& path, const std::string& holder) {
  Fault fault;
  fault.reason = "DATA_DIRECTORY_IN_USE";
  fault.file = path;
  fault.what = "another coordinator runs on this data directory";
  if (!holder.empty()) fault.found = absl::StrCat("process ", holder);
  fault.remedy = "Stop it, or give another directory with --data.";
  return MakeStatus(absl::StatusCode::kFailedPrecondition, fault);
}

// The lock belongs to the open file and goes with the process.
absl::StatusOr<int> Lock(const std::string& directory) {
  const std::string path = directory + "/lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    return absl::UnavailableError(absl::StrCat(path, ": ", strerror(errno)));
  }
  auto close = absl::MakeCleanup([fd] { ::close(fd); });
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    if (reason != EWOULDBLOCK) {
      return absl::UnavailableError(absl::StrCat(path, ": ", strerror(reason)));
    }
    return InUse(directory, ReadFile(path).value_or(""));
  }
  const std::string pid = absl::StrCat(::getpid());
  if (::ftruncate(fd, 0) != 0 ||
      ::write(fd, pid.data(), pid.size()) != static_cast<ssize_t>(pid.size())) {
    return absl::UnavailableError(absl::StrCat(path, ": ", strerror(errno)));
  }
  std::move(close).Cancel();
  return fd;
}

}  // namespace

bool IsNetworkFileSystem(long magic) {
  return std::find(std::begin(kNetworkFileSystems),
                   std::end(kNetworkFileSystems),
                   magic) != std::end(kNetworkFileSystems);
}

absl::StatusOr<std::unique_ptr<DataDirectory>> DataDirectory::Open(
    const std::string& path) {
  MIV_RETURN_IF_ERROR(MakeDirectories(path));
  MIV_ASSIGN_OR_RETURN(std::string real, RealPath(path));
  MIV_RETURN_IF_ERROR(RefuseNetwork(real));
  MIV_ASSIGN_OR_RETURN(const int lock, Lock(real));
  return std::unique_ptr<DataDirectory>(
      new DataDirectory(std::move(real), lock));
}

DataDirectory::~DataDirectory() { ::close(lock_); }

std::string DataDirectory::socket_directory() const {
  return absl::StrCat("/tmp/miv-", ::geteuid(), "-",
                      DigestOf(path_).substr(sizeof("sha256:") - 1, 10));
}

}  // namespace miv::server
