#include "common/segments/frame.h"

#include <cstring>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace miv::segments {
namespace {

// The CRC-32 of IEEE 802.3, bit by bit from its polynomial.
std::uint32_t Crc32(absl::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc & 1 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
    }
  }
  return ~crc;
}

const FrameHeader kHeader{FrameKind::kLfp, 7, 3, 12.5, 25, 125, 2};

TEST(Frame, HasTheLayoutThatItsHeaderDocuments) {
  std::string expected("FRM1", 4);
  const auto put = [&](auto value) {
    expected.append(reinterpret_cast<const char*>(&value), sizeof(value));
  };
  std::string rest;
  std::swap(rest, expected);
  put(std::uint64_t{3});
  put(std::uint32_t{3});  // kLfp
  put(std::uint32_t{7});
  put(std::uint32_t{3});
  put(std::uint32_t{0});
  put(12.5);
  put(25.0);
  put(std::uint64_t{125});
  put(std::uint64_t{2});
  expected += "abc";
  const std::uint32_t crc = Crc32(expected);
  std::string head = rest;
  head.append(reinterpret_cast<const char*>(&crc), 4);
  EXPECT_EQ(EncodeFrame(kHeader, "abc"), head + expected);
}

TEST(Frame, ComesBackAsItWas) {
  const std::string bytes = EncodeFrame(kHeader, "payload");
  EXPECT_EQ(*FrameLength(bytes.substr(0, kFrameHeadBytes)), bytes.size());
  const auto frame = DecodeFrame(bytes);
  ASSERT_TRUE(frame.ok()) << frame.status();
  EXPECT_EQ(frame->header, kHeader);
  EXPECT_EQ(frame->payload, "payload");
}

TEST(Frame, IsRefusedWithAnyBitChanged) {
  const std::string bytes = EncodeFrame(kHeader, "payload");
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      EXPECT_TRUE(absl::IsDataLoss(DecodeFrame(damaged).status()))
          << "byte " << at << " bit " << bit;
    }
  }
}

TEST(Frame, IsRefusedWhenCutOrContinued) {
  const std::string bytes = EncodeFrame(kHeader, "payload");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeFrame(bytes.substr(0, length)).status()))
        << length;
  }
  EXPECT_TRUE(absl::IsDataLoss(DecodeFrame(bytes + "x").status()));
}

TEST(Frame, IsRefusedIfItSaysToBeVeryLong) {
  std::string bytes = EncodeFrame(kHeader, "payload");
  const std::uint64_t length = std::numeric_limits<std::uint64_t>::max();
  std::memcpy(bytes.data() + 8, &length, sizeof(length));
  EXPECT_TRUE(absl::IsDataLoss(FrameLength(bytes).status()));
}

TEST(Frame, IsRefusedWithATimeThatIsNoNumber) {
  FrameHeader header = kHeader;
  header.end_ms = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(absl::IsDataLoss(DecodeFrame(EncodeFrame(header, "")).status()));
}

TEST(Frame, IsRefusedIfOfAnUnknownKind) {
  FrameHeader header = kHeader;
  header.kind = static_cast<FrameKind>(99);
  EXPECT_TRUE(absl::IsDataLoss(DecodeFrame(EncodeFrame(header, "")).status()));
}

TEST(FileHead, TellsTheRank) {
  EXPECT_EQ(EncodeFileHead(5).size(), kFileHeadBytes);
  EXPECT_EQ(*DecodeFileHead(EncodeFileHead(5)), 5u);
}

TEST(FileHead, IsRefusedIfItIsAnotherFile) {
  EXPECT_TRUE(absl::IsDataLoss(DecodeFileHead("").status()));
  EXPECT_TRUE(
      absl::IsDataLoss(DecodeFileHead("\x89HDF\r\n\x1a\n0000000").status()));
}

}  // namespace
}  // namespace miv::segments
