#include "client/cli/format.h"

#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace miv::client {
namespace {

bool StartsCharacter(char c) { return (c & 0xC0) != 0x80; }

/// Three significant digits without trailing zeros.
std::string ThreeDigits(double value) {
  const int places = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  std::string text = absl::StrFormat("%.*f", places, value);
  if (places == 0) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

template <std::size_t N>
std::string Scaled(double value, const std::array<const char*, N>& units) {
  std::size_t k = 0;
  while (k + 1 < N && value >= 999.5) {
    value /= 1000;
    ++k;
  }
  return absl::StrCat(ThreeDigits(value), units[k]);
}

}  // namespace

std::string DurationText(double seconds) {
  if (seconds < 0) return "-";
  if (seconds < 0.0995)
    return absl::StrFormat("%d ms", std::lround(1000 * seconds));
  if (seconds < 9.95) return absl::StrFormat("%.1f s", seconds);
  const auto s = static_cast<std::int64_t>(std::lround(seconds));
  if (s < 60) return absl::StrFormat("%d s", s);
  if (s < 3600) return absl::StrFormat("%d min %02d s", s / 60, s % 60);
  if (s < 86'400)
    return absl::StrFormat("%d h %02d min", s / 3600, s % 3600 / 60);
  return absl::StrFormat("%d d %d h", s / 86'400, s % 86'400 / 3600);
}

std::string CountText(double count) {
  if (!std::isfinite(count)) return "-";
  if (count < 0) return absl::StrCat("-", CountText(-count));
  return Scaled(count, std::array{"", "k", "M", "G", "T"});
}

std::string BytesText(std::int64_t bytes) {
  return Scaled(static_cast<double>(bytes),
                std::array{" B", " kB", " MB", " GB", " TB"});
}

std::string TimeText(absl::Time time, absl::TimeZone zone) {
  if (time == absl::UnixEpoch()) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, zone);
}

std::string ClockText(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%H:%M:%S", time, zone);
}

std::size_t DisplayWidth(absl::string_view text) {
  std::size_t width = 0;
  for (const char c : text) width += StartsCharacter(c);
  return width;
}

std::string Clipped(absl::string_view text, std::size_t width, bool utf8) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::size_t columns = 0, end = 0;
  while (end < text.size()) {
    if (StartsCharacter(text[end]) && ++columns == width) break;
    ++end;
  }
  return absl::StrCat(text.substr(0, end), utf8 ? "…" : "~");
}

std::string PadRight(absl::string_view text, std::size_t width) {
  const std::size_t used = DisplayWidth(text);
  return absl::StrCat(text, std::string(used < width ? width - used : 0, ' '));
}

std::string PadLeft(absl::string_view text, std::size_t width) {
  const std::size_t used = DisplayWidth(text);
  return absl::StrCat(std::string(used < width ? width - used : 0, ' '), text);
}

std::string Printable(absl::string_view text) {
  std::string printable;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\t')
      printable += ' ';
    else if (c == '\n' || (byte >= 0x20 && byte != 0x7F))
      printable += c;
  }
  return printable;
}

std::string Plural(std::int64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

}  // namespace miv::client
