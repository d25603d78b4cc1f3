#include "server/shepherd/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace miv::server {

absl::StatusOr<OutputFile> OutputFile::Open(int pipe, const std::string& path,
                                            std::int64_t limit) {
  const int file =
      ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) {
    const int error = errno;
    ::close(pipe);
    return absl::UnavailableError(
        absl::StrCat("cannot create ", path, ": ", std::strerror(error)));
  }
  ::fcntl(pipe, F_SETFL, O_NONBLOCK);
  return OutputFile(pipe, file, std::max<std::int64_t>(limit, 4096));
}

OutputFile::OutputFile(int pipe, int file, std::int64_t limit)
    : pipe_(pipe), file_(file), limit_(limit) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : pipe_(std::exchange(other.pipe_, -1)),
      file_(std::exchange(other.file_, -1)),
      limit_(other.limit_),
      size_(other.size_),
      dropped_(other.dropped_) {}

OutputFile::~OutputFile() {
  if (pipe_ >= 0) ::close(pipe_);
  if (file_ >= 0) ::close(file_);
}

void OutputFile::Drain() {
  char buffer[1 << 16];
  while (pipe_ >= 0) {
    const ssize_t got = ::read(pipe_, buffer, sizeof(buffer));
    if (got > 0) {
      Keep(buffer, got);
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else if (got < 0 && errno == EAGAIN) {
      return;
    } else {
      ::close(std::exchange(pipe_, -1));
    }
  }
}

// A full disk loses output, never the group.
void OutputFile::Keep(const char* bytes, std::int64_t size) {
  while (size > 0) {
    if (size_ >= limit_) DropMiddle();
    const std::int64_t part = std::min(size, limit_ - size_);
    const ssize_t wrote =
        ::pwrite(file_, bytes, static_cast<std::size_t>(part), size_);
    if (wrote <= 0) {
      dropped_ += size;
      return;
    }
    size_ += wrote;
    bytes += wrote;
    size -= wrote;
  }
}

// Head: half of the limit.  Tail: the last quarter, moved up behind the mark.
void OutputFile::DropMiddle() {
  const std::int64_t head = limit_ / 2;
  std::vector<char> tail(static_cast<std::size_t>(limit_ / 4));
  const ssize_t kept = ::pread(file_, tail.data(), tail.size(),
                               size_ - static_cast<std::int64_t>(tail.size()));
  if (kept < 0) return;
  dropped_ += size_ - head - kept;
  const std::string mark =
      absl::StrCat("\n[... ", dropped_, " bytes left out ...]\n");
  [[maybe_unused]] const int truncated = ::ftruncate(file_, head);
  size_ = head;
  for (const std::string_view part :
       {std::string_view(mark),
        std::string_view(tail.data(), static_cast<std::size_t>(kept))}) {
    const ssize_t wrote = ::pwrite(file_, part.data(), part.size(), size_);
    if (wrote > 0) size_ += wrote;
  }
}

std::string OutputFile::FirstLine() const {
  char buffer[500];
  const ssize_t got = ::pread(file_, buffer, sizeof(buffer), 0);
  const std::string text(buffer, static_cast<std::size_t>(got < 0 ? 0 : got));
  return text.substr(0, text.find('\n'));
}

}  // namespace miv::server
