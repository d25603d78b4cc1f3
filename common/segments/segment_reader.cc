#include "common/segments/segment_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace miv::segments {
namespace {

absl::StatusOr<std::string> ReadAt(int fd, std::uint64_t offset,
                                   std::uint64_t length) {
  std::string bytes(length, '\0');
  std::uint64_t done = 0;
  while (done < length) {
    const ssize_t got = ::pread(fd, bytes.data() + done, length - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return absl::UnavailableError(
          absl::StrCat("segment file: ", std::strerror(errno)));
    }
    if (got == 0) return absl::OutOfRangeError("segment file: it ends before");
    done += static_cast<std::uint64_t>(got);
  }
  return bytes;
}

std::uint64_t SizeOf(int fd) {
  struct stat info;
  if (::fstat(fd, &info) != 0 || info.st_size < 0) return 0;
  return static_cast<std::uint64_t>(info.st_size);
}

}  // namespace

absl::StatusOr<Frame> ReadFrame(int fd, const FramePlace& place) {
  if (place.length < kFrameHeadBytes ||
      place.length > kFrameHeadBytes + kLargestPayload) {
    return absl::DataLossError("segment file: no frame has this length");
  }
  if (place.offset > SizeOf(fd) || place.length > SizeOf(fd) - place.offset) {
    return absl::OutOfRangeError("segment file: it ends before");
  }
  MIV_ASSIGN_OR_RETURN(const std::string bytes,
                       ReadAt(fd, place.offset, place.length));
  return DecodeFrame(bytes);
}

absl::StatusOr<SegmentReader> SegmentReader::Open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) {
    return absl::NotFoundError(absl::StrCat("there is no file ", path));
  }
  if (fd < 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot open ", path, ": ", std::strerror(errno)));
  }
  SegmentReader reader(path, fd);
  const auto head = ReadAt(fd, 0, kFileHeadBytes);
  if (!head.ok()) {
    return absl::DataLossError(absl::StrCat(path, " is cut off at its head"));
  }
  MIV_ASSIGN_OR_RETURN(reader.rank_, DecodeFileHead(*head));
  return reader;
}

SegmentReader::SegmentReader(SegmentReader&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      rank_(other.rank_),
      next_(other.next_),
      place_(other.place_),
      lost_(std::move(other.lost_)) {}

SegmentReader::~SegmentReader() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<Frame> SegmentReader::Next() {
  const std::uint64_t size = SizeOf(fd_);
  lost_ = absl::OkStatus();
  if (next_ == size) return std::nullopt;
  const auto lose = [&](const absl::Status& why) {
    lost_ = absl::DataLossError(
        absl::StrCat(path_, ": the last ", size - std::min(size, next_),
                     " bytes are lost: ", why.message()));
    return std::nullopt;
  };
  const auto head = ReadAt(fd_, next_, kFrameHeadBytes);
  if (!head.ok()) return lose(head.status());
  const auto length = FrameLength(*head);
  if (!length.ok()) return lose(length.status());
  const FramePlace place{next_, *length};
  auto frame = ReadFrame(fd_, place);
  if (frame.ok() && frame->header.rank != rank_) {
    return lose(absl::DataLossError("a frame of another rank"));
  }
  if (!frame.ok()) return lose(frame.status());
  place_ = place;
  next_ += *length;
  return *std::move(frame);
}

absl::StatusOr<Frame> SegmentReader::Read(const FramePlace& place) const {
  return ReadFrame(fd_, place);
}

}  // namespace miv::segments
