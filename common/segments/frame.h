#pragma once

// Segment files: what a running task has produced so far, append-only, one file
// per rank.  A file is its head and then frames, each with its length and a
// checksum, so that a reader knows where the good part of a file ends that a
// killed process left.  All numbers are little endian.
//
//   file   "MIVSEG1\n"  u32 rank  u32 0
//   frame  u32 "FRM1"  u32 CRC-32 of all that follows  u64 payload length
//          u32 kind  u32 stream  u32 rank  u32 0
//          f64 begin_ms  f64 end_ms  u64 first  u64 count
//          payload (payload.h)

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv::segments {

enum class FrameKind : std::uint32_t {
  kHead = 1,   ///< JSON: what the run is; first frame of rank 0
  kSpikes,     ///< spikes of this rank's cells
  kLfp,        ///< samples of electrode `stream`, summed over ranks; rank 0
  kRecording,  ///< samples of recording `stream` of this rank's cells
  /// Everything before end_ms is in the file; `first` steps are covered;
  /// count = 1: the run is complete.
  kMark,
};

/// What a frame says of its payload.
struct FrameHeader {
  FrameKind kind = FrameKind::kMark;
  std::uint32_t stream = 0;  ///< electrode or recording
  std::uint32_t rank = 0;
  /// What lies in it has begin_ms <= t < end_ms.
  double begin_ms = 0;
  double end_ms = 0;
  std::uint64_t first = 0;  ///< index of the first sample
  std::uint64_t count = 0;  ///< spikes or samples
  bool operator==(const FrameHeader&) const = default;
};

struct Frame {
  FrameHeader header;
  std::string payload;
};

/// Where a frame lies: its bytes [offset, offset + length) with its header.
struct FramePlace {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

constexpr std::uint64_t kFileHeadBytes = 16;
constexpr std::uint64_t kFrameHeadBytes = 64;

/// No reader takes more; writers of spikes and samples stay below
/// kUsualPayload unless one sample of one block is larger.
constexpr std::uint64_t kLargestPayload = std::uint64_t{64} << 20;
constexpr std::uint64_t kUsualPayload = std::uint64_t{256} << 10;

std::string EncodeFileHead(std::uint32_t rank);
/// bytes: kFileHeadBytes.  Errors: DataLoss if it is no segment file.
absl::StatusOr<std::uint32_t> DecodeFileHead(absl::string_view bytes);

/// Header, checksum and payload.
std::string EncodeFrame(const FrameHeader& header, absl::string_view payload);

/// Length of the whole frame that begins with these kFrameHeadBytes.
/// Errors: DataLoss if no frame begins here.
absl::StatusOr<std::uint64_t> FrameLength(absl::string_view head);

/// bytes: exactly one frame.  Errors: DataLoss (length, checksum, a time that
/// is no number, an unknown kind).
absl::StatusOr<Frame> DecodeFrame(absl::string_view bytes);

}  // namespace miv::segments
