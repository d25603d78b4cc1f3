#include "common/config/scalar.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace miv::config {
namespace {

// Takes the digits at the front of `text`; how many there were.
std::size_t ConsumeDigits(absl::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && absl::ascii_isdigit(text[n])) ++n;
  text.remove_prefix(n);
  return n;
}

// Takes a sign if there is one; true if it is "-".
bool ConsumeSign(absl::string_view& text) {
  if (absl::ConsumePrefix(&text, "-")) return true;
  absl::ConsumePrefix(&text, "+");
  return false;
}

double ToDouble(absl::string_view text) {
  absl::ConsumePrefix(&text, "+");
  double value = 0;
  absl::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<nlohmann::json> DecimalInteger(absl::string_view text) {
  absl::string_view rest = text;
  ConsumeSign(rest);
  if (ConsumeDigits(rest) == 0 || !rest.empty()) return std::nullopt;
  if (std::int64_t value = 0; absl::SimpleAtoi(text, &value)) return value;
  if (std::uint64_t value = 0; absl::SimpleAtoi(text, &value)) return value;
  return ToDouble(text);
}

// base 8 after "0o", base 16 after "0x".
std::optional<nlohmann::json> BasedInteger(absl::string_view text) {
  int base = 0;
  if (absl::ConsumePrefix(&text, "0o")) base = 8;
  if (absl::ConsumePrefix(&text, "0x")) base = 16;
  if (base == 0 || text.empty()) return std::nullopt;
  double real = 0;
  std::uint64_t exact = 0;
  for (const char c : text) {
    if (!absl::ascii_isxdigit(c)) return std::nullopt;
    const int digit =
        absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10;
    if (digit >= base) return std::nullopt;
    real = real * base + digit;
    exact = exact * static_cast<unsigned>(base) + static_cast<unsigned>(digit);
  }
  if (real >= 0x1p64) return real;
  if (exact <= std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    return static_cast<std::int64_t>(exact);
  return exact;
}

std::optional<nlohmann::json> Float(absl::string_view text) {
  absl::string_view rest = text;
  const bool negative = ConsumeSign(rest);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (rest == ".inf" || rest == ".Inf" || rest == ".INF")
    return negative ? -kInfinity : kInfinity;
  std::size_t digits = ConsumeDigits(rest);
  if (absl::ConsumePrefix(&rest, ".")) digits += ConsumeDigits(rest);
  if (digits == 0) return std::nullopt;
  if (absl::ConsumePrefix(&rest, "e") || absl::ConsumePrefix(&rest, "E")) {
    ConsumeSign(rest);
    if (ConsumeDigits(rest) == 0) return std::nullopt;
  }
  if (!rest.empty()) return std::nullopt;
  return ToDouble(text);
}

}  // namespace

nlohmann::json PlainScalar(absl::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" ||
      text == "NULL")
    return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (text == ".nan" || text == ".NaN" || text == ".NAN")
    return std::numeric_limits<double>::quiet_NaN();
  if (const auto value = DecimalInteger(text)) return *value;
  if (const auto value = BasedInteger(text)) return *value;
  if (const auto value = Float(text)) return *value;
  return std::string(text);
}

}  // namespace miv::config
