#include "client/plot/figure.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/fault.h"
#include "common/base/subprocess.h"

namespace miv::client {
namespace {

constexpr std::array<const char*, 8> kColours = {
    "#0072b2", "#d55e00", "#009e73", "#cc79a7",
    "#e69f00", "#56b4e9", "#555555", "#b2a500"};

constexpr int kSmallest = 200;
constexpr int kLargest = 10'000;

absl::Status NoGnuplot() {
  return MakeStatus(absl::StatusCode::kFailedPrecondition,
                    {.reason = "NO_GNUPLOT",
                     .what = "pictures are drawn by gnuplot, which is not "
                             "installed",
                     .remedy = "Install it with: apt-get install "
                               "gnuplot-nox"});
}

}  // namespace

absl::StatusOr<std::pair<int, int>> ParseSize(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, 'x');
  std::pair<int, int> size;
  const auto good = [](int n) { return n >= kSmallest && n <= kLargest; };
  if (parts.size() == 2 && absl::SimpleAtoi(parts[0], &size.first) &&
      absl::SimpleAtoi(parts[1], &size.second) && good(size.first) &&
      good(size.second))
    return size;
  return InvalidInput({.reason = "INVALID_SIZE",
                       .field = "--size",
                       .what = "not a size",
                       .expected = absl::StrCat("WIDTHxHEIGHT in pixels, each ",
                                                kSmallest, " to ", kLargest),
                       .found = absl::StrCat("\"", text, "\"")});
}

std::string Colour(std::size_t k) { return kColours[k % kColours.size()]; }

std::string Quoted(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (absl::StrContains("{}^_@&~", c))
      absl::StrAppend(&quoted, "\\\\", std::string(1, c));
    else if (c == '\\')
      absl::StrAppend(&quoted, "\\\\\\\\");
    else if (c == '"')
      absl::StrAppend(&quoted, "\\\"");
    else if (c == '\n')
      quoted += ' ';
    else
      quoted += c;
  }
  return quoted + "\"";
}

double FontPixels(const FigureOptions& options) {
  // Text grows with the picture, but less than it.
  return 16.0 *
         std::sqrt(std::min(options.width / 1200.0, options.height / 700.0));
}

double TextWidth(absl::string_view text) {
  double characters = 0;
  for (const char c : text) characters += (c & 0xC0) != 0x80;
  return 0.63 * characters;
}

std::string Heading(const FigureOptions& options, absl::string_view title,
                    absl::string_view remark, double left, double right) {
  const double y = 1 - 1.7 * FontPixels(options) / options.height;
  std::string bold = Quoted(title);
  bold = absl::StrCat("\"{/:Bold ", bold.substr(1, bold.size() - 2), "}\"");
  return absl::StrFormat(
      "set label %s at screen %g, screen %g left tc rgb '#222222'\n"
      "set label %s at screen %g, screen %g right tc rgb '#666666'\n",
      bold, left, y, Quoted(remark), right, y);
}

std::string WithThousands(std::uint64_t number) {
  std::string digits = absl::StrCat(number);
  if (number < 10'000) return digits;
  for (int place = static_cast<int>(digits.size()) - 3; place > 0; place -= 3)
    digits.insert(static_cast<std::size_t>(place), "\u2009");
  return digits;
}

double RoundStep(double range, int most) {
  const double raw = range / most;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= raw * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

absl::StatusOr<std::string> Preamble(const FigureOptions& options) {
  std::string terminal;
  // The size that the terminal wants: points for PNG, pixels for SVG.
  double font = FontPixels(options);
  if (absl::EndsWith(options.output, ".png"))
    terminal = "pngcairo enhanced", font *= 0.75;
  else if (absl::EndsWith(options.output, ".svg"))
    terminal = "svg enhanced background rgb 'white'";
  else
    return InvalidInput({.reason = "UNKNOWN_PICTURE_FORMAT",
                         .field = "--output",
                         .what = "the kind of picture is told by the ending",
                         .expected = "a name that ends in .png or .svg",
                         .found = absl::StrCat("\"", options.output, "\"")});
  return absl::StrFormat(
      "set terminal %s size %d,%d font 'DejaVu Sans,%.4g'\n"
      "set output %s\n"
      "set encoding utf8\n"
      "set border 3 lw 0.8 lc rgb '#333333'\n"
      "set tics nomirror out scale 0.5 tc rgb '#333333'\n"
      "unset key\n",
      terminal, options.width, options.height, font,
      "'" + absl::StrReplaceAll(options.output, {{"'", "''"}}) + "'");
}

absl::Status Draw(const std::string& script, const FigureOptions& options) {
  const auto result = RunProcess(
      {"gnuplot", "-"}, {.input = script, .timeout = std::chrono::minutes(5)});
  if (absl::IsNotFound(result.status())) return NoGnuplot();
  if (!result.ok()) return result.status();
  if (result->exit_code == 0 && !result->timed_out) return absl::OkStatus();
  return MakeStatus(
      absl::StatusCode::kInternal,
      {.reason = "GNUPLOT_FAILED",
       .file = options.output,
       .what = result->timed_out ? "gnuplot does not come to an end"
                                 : "gnuplot could not draw the picture",
       .output = result->err});
}

std::string ThinnedLine(absl::Span<const double> x, absl::Span<const double> y,
                        std::size_t columns) {
  std::string lines;
  const auto emit = [&](std::size_t k) {
    absl::StrAppendFormat(&lines, "%.9g %.9g\n", x[k], y[k]);
  };
  const std::size_t n = x.size();
  if (n <= 2 * columns) {
    for (std::size_t k = 0; k < n; ++k) emit(k);
    return lines;
  }
  for (std::size_t column = 0; column < columns; ++column) {
    const auto begin = y.begin() + static_cast<long>(column * n / columns);
    const auto end = y.begin() + static_cast<long>((column + 1) * n / columns);
    const auto [low, high] = std::minmax_element(begin, end);
    const auto [first, second] = std::minmax(low, high);
    emit(static_cast<std::size_t>(first - y.begin()));
    if (first != second) emit(static_cast<std::size_t>(second - y.begin()));
  }
  return lines;
}

}  // namespace miv::client
