#include "server/store/spare_space.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace miv::server {
namespace {

constexpr absl::Duration kPause = absl::Seconds(10);

}  // namespace

bool SpareSpace::Allocate() const {
  const int fd = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  struct statvfs info;
  const bool room = ::fstatvfs(fd, &info) == 0 &&
                    static_cast<std::int64_t>(info.f_bavail) *
                            static_cast<std::int64_t>(info.f_frsize) >=
                        4 * bytes_;
  const bool done = room && ::posix_fallocate(fd, 0, bytes_) == 0;
  ::close(fd);
  if (!done) ::unlink(path_.c_str());
  return done;
}

void SpareSpace::Reserve(absl::Time now) {
  if (taken_ || now < tried_ + kPause) return;
  tried_ = now;
  taken_ = Allocate();
}

bool SpareSpace::Release() {
  if (!taken_) return false;
  taken_ = false;
  return ::unlink(path_.c_str()) == 0;
}

}  // namespace miv::server
