#pragma once

// Reads segment files that may still grow, or whose writer was killed.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/segments/frame.h"

namespace miv::segments {

/// Gives the frames of one file in order, up to the first one that is cut or
/// damaged.  Not thread safe.
class SegmentReader {
 public:
  /// Errors: NotFound; Unavailable; DataLoss if it is no segment file.
  static absl::StatusOr<SegmentReader> Open(const std::string& path);
  SegmentReader(SegmentReader&& other) noexcept;
  SegmentReader& operator=(SegmentReader&& other) = delete;
  ~SegmentReader();

  std::uint32_t rank() const { return rank_; }
  const std::string& path() const { return path_; }

  /// The next good frame; nullopt at the end of the good part.  A file that has
  /// grown meanwhile gives more.
  std::optional<Frame> Next();
  /// Where the frame that Next gave last lies.
  FramePlace place() const { return place_; }

  /// Why the good part ended: OK at the end of the file, else DataLoss that
  /// says how many bytes are lost and what is wrong with the first of them.
  absl::Status lost() const { return lost_; }

  /// The frame at a place.  Errors: DataLoss; OutOfRange past the end.
  absl::StatusOr<Frame> Read(const FramePlace& place) const;

 private:
  SegmentReader(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::string path_;
  int fd_ = -1;
  std::uint32_t rank_ = 0;
  std::uint64_t next_ = kFileHeadBytes;
  FramePlace place_;
  absl::Status lost_;
};

/// The frame at a place of an open file.  Errors: as SegmentReader::Read;
/// DataLoss also for a length that no frame has.
absl::StatusOr<Frame> ReadFrame(int fd, const FramePlace& place);

}  // namespace miv::segments
