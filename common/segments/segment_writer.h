#pragma once

// Appends frames to the segment file of one rank.

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/segments/frame.h"

namespace miv::segments {

/// A frame is handed to the system whole when Append returns: it outlives the
/// process that wrote it, though not a loss of power.  Not thread safe.
class SegmentWriter {
 public:
  /// Errors: AlreadyExists; Unavailable or ResourceExhausted with the system's
  /// reason.
  static absl::StatusOr<SegmentWriter> Create(const std::string& path,
                                              std::uint32_t rank);
  SegmentWriter(SegmentWriter&& other) noexcept;
  SegmentWriter& operator=(SegmentWriter&& other) = delete;
  ~SegmentWriter();

  /// header.rank is set.  After an error the file ends with the last frame that
  /// was written whole, as readers see it, and takes no more.
  absl::StatusOr<FramePlace> Append(FrameHeader header,
                                    absl::string_view payload);

  /// For readers on other machines.
  absl::Status Close();

  const std::string& path() const { return path_; }

 private:
  SegmentWriter(std::string path, int fd, std::uint32_t rank)
      : path_(std::move(path)), fd_(fd), rank_(rank) {}
  absl::Status Write(absl::string_view bytes);

  std::string path_;
  int fd_ = -1;
  std::uint32_t rank_ = 0;
  std::uint64_t size_ = 0;
  absl::Status broken_;
};

/// "rank-00003.seg"; sorts by rank.
std::string SegmentName(std::uint32_t rank);

/// Below the output directory of an attempt.  Hidden, so that it is no output.
constexpr char kSegmentFolder[] = ".segments";

}  // namespace miv::segments
