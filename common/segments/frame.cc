#include "common/segments/frame.h"

#include <zlib.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/segments/bytes.h"

namespace miv::segments {
namespace {

constexpr absl::string_view kFileMagic = "MIVSEG1\n";
constexpr std::uint32_t kFrameMagic = 0x314d5246;  // "FRM1"
constexpr std::size_t kChecked = 8;  // what the checksum covers starts here

std::uint32_t Checksum(absl::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("segment file: ", what));
}

}  // namespace

std::string EncodeFileHead(std::uint32_t rank) {
  std::string head(kFileMagic);
  Put(&head, rank);
  Put(&head, std::uint32_t{0});
  return head;
}

absl::StatusOr<std::uint32_t> DecodeFileHead(absl::string_view bytes) {
  if (bytes.size() != kFileHeadBytes ||
      bytes.substr(0, kFileMagic.size()) != kFileMagic) {
    return Damaged("it does not begin as one");
  }
  return Get<std::uint32_t>(bytes, kFileMagic.size());
}

std::string EncodeFrame(const FrameHeader& header, absl::string_view payload) {
  std::string checked;
  checked.reserve(kFrameHeadBytes + payload.size());
  Put(&checked, kFrameMagic);
  Put(&checked, std::uint32_t{0});
  Put(&checked, static_cast<std::uint64_t>(payload.size()));
  Put(&checked, static_cast<std::uint32_t>(header.kind));
  Put(&checked, header.stream);
  Put(&checked, header.rank);
  Put(&checked, std::uint32_t{0});
  Put(&checked, header.begin_ms);
  Put(&checked, header.end_ms);
  Put(&checked, header.first);
  Put(&checked, header.count);
  absl::StrAppend(&checked, payload);
  const std::uint32_t sum =
      Checksum(absl::string_view(checked).substr(kChecked));
  std::memcpy(checked.data() + 4, &sum, sizeof(sum));
  return checked;
}

absl::StatusOr<std::uint64_t> FrameLength(absl::string_view head) {
  if (head.size() < kFrameHeadBytes) return Damaged("a frame is cut off");
  if (Get<std::uint32_t>(head, 0) != kFrameMagic) {
    return Damaged("there is no frame where one should begin");
  }
  const auto payload = Get<std::uint64_t>(head, 8);
  if (payload > kLargestPayload) return Damaged("a frame is too long");
  return kFrameHeadBytes + payload;
}

absl::StatusOr<Frame> DecodeFrame(absl::string_view bytes) {
  const auto length = FrameLength(bytes.substr(0, kFrameHeadBytes));
  if (!length.ok()) return length.status();
  if (*length != bytes.size()) return Damaged("a frame is cut off");
  if (Checksum(bytes.substr(kChecked)) != Get<std::uint32_t>(bytes, 4)) {
    return Damaged("the checksum of a frame is wrong");
  }
  const auto kind = Get<std::uint32_t>(bytes, 16);
  if (kind < static_cast<std::uint32_t>(FrameKind::kHead) ||
      kind > static_cast<std::uint32_t>(FrameKind::kMark)) {
    return Damaged("a frame is of an unknown kind");
  }
  Frame frame;
  frame.header = {static_cast<FrameKind>(kind),  Get<std::uint32_t>(bytes, 20),
                  Get<std::uint32_t>(bytes, 24), Get<double>(bytes, 32),
                  Get<double>(bytes, 40),        Get<std::uint64_t>(bytes, 48),
                  Get<std::uint64_t>(bytes, 56)};
  if (!std::isfinite(frame.header.begin_ms) ||
      !std::isfinite(frame.header.end_ms)) {
    return Damaged("the time of a frame is no number");
  }
  frame.payload = std::string(bytes.substr(kFrameHeadBytes));
  return frame;
}

}  // namespace miv::segments
