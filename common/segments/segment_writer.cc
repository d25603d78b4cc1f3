#include "common/segments/segment_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status_macros.h"

namespace miv::segments {
namespace {

absl::Status SystemError(const std::string& path, int error) {
  const std::string text =
      absl::StrCat("cannot write ", path, ": ", std::strerror(error));
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return absl::ResourceExhaustedError(text);
  }
  if (error == EEXIST) return absl::AlreadyExistsError(text);
  return absl::UnavailableError(text);
}

}  // namespace

std::string SegmentName(std::uint32_t rank) {
  return absl::StrFormat("rank-%05d.seg", rank);
}

absl::StatusOr<SegmentWriter> SegmentWriter::Create(const std::string& path,
                                                    std::uint32_t rank) {
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return SystemError(path, errno);
  SegmentWriter writer(path, fd, rank);
  MIV_RETURN_IF_ERROR(writer.Write(EncodeFileHead(rank)));
  return writer;
}

SegmentWriter::SegmentWriter(SegmentWriter&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      rank_(other.rank_),
      size_(other.size_),
      broken_(std::move(other.broken_)) {}

SegmentWriter::~SegmentWriter() {
  if (fd_ >= 0) ::close(fd_);
}

absl::Status SegmentWriter::Write(absl::string_view bytes) {
  MIV_RETURN_IF_ERROR(broken_);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::write(fd_, bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return broken_ = SystemError(path_, errno);
    done += static_cast<std::size_t>(got);
  }
  size_ += bytes.size();
  return absl::OkStatus();
}

absl::StatusOr<FramePlace> SegmentWriter::Append(FrameHeader header,
                                                 absl::string_view payload) {
  if (payload.size() > kLargestPayload) {
    return absl::InternalError(
        absl::StrCat(path_, ": a frame of ", payload.size(), " bytes"));
  }
  header.rank = rank_;
  const std::string bytes = EncodeFrame(header, payload);
  const FramePlace place{size_, bytes.size()};
  MIV_RETURN_IF_ERROR(Write(bytes));
  return place;
}

absl::Status SegmentWriter::Close() {
  if (fd_ < 0) return broken_;
  if (::fsync(fd_) != 0 && broken_.ok()) broken_ = SystemError(path_, errno);
  if (::close(std::exchange(fd_, -1)) != 0 && broken_.ok()) {
    broken_ = SystemError(path_, errno);
  }
  return broken_;
}

}  // namespace miv::segments
