#include "common/base/text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace miv {
namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";
constexpr char kEllipsis[] = "...";

bool IsContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/// Length in bytes of the well-formed character at the start of `text` (not
/// empty), or 0.  Unicode 15, table 3-7: no overlong forms, no surrogates,
/// nothing beyond U+10FFFF.
std::size_t CharacterLength(absl::string_view text) {
  const auto at = [&](std::size_t k) -> unsigned {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u;
  };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  unsigned low = 0x80, high = 0xBF;
  std::size_t length = 0;
  if (lead >= 0xC2 && lead <= 0xDF) length = 2;
  if (lead >= 0xE0 && lead <= 0xEF) length = 3;
  if (lead >= 0xF0 && lead <= 0xF4) length = 4;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  if (length == 0 || at(1) < low || at(1) > high) return 0;
  for (std::size_t k = 2; k < length; ++k)
    if (!IsContinuation(static_cast<unsigned char>(at(k)))) return 0;
  return length;
}

}  // namespace

std::string ValidUtf8(absl::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    if (length == 0)
      valid += kReplacement;
    else
      valid.append(text.data(), length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return valid;
}

std::string Shortened(absl::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  const std::size_t mark = std::min(max_bytes, sizeof(kEllipsis) - 1);
  std::size_t keep = max_bytes - mark;
  while (keep > 0 && IsContinuation(static_cast<unsigned char>(text[keep])))
    --keep;
  return absl::StrCat(text.substr(0, keep), absl::string_view(kEllipsis, mark));
}

}  // namespace miv
