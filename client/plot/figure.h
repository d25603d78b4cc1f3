#pragma once

// What all pictures share: size, colours, numbers and the call of gnuplot.

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace miv::client {

struct FigureOptions {
  std::string output;  ///< ends in .png or .svg
  int width = 1200;    ///< pixels
  int height = 800;
  double from_ms = 0;
  double to_ms = 0;  ///< <= from_ms: to the end
};

/// "1200x800".  Errors: InvalidArgument unless 200..10000 each.
absl::StatusOr<std::pair<int, int>> ParseSize(absl::string_view text);

/// The k-th of eight colours that people with colour blindness tell apart
/// (Okabe and Ito 2008), "#0072b2"; they repeat after the eighth.
std::string Colour(std::size_t k);

/// `text` as a gnuplot string that is shown as it is: quoted, and with the
/// characters of enhanced text escaped.
std::string Quoted(absl::string_view text);

/// Height of a capital M, pixels.
double FontPixels(const FigureOptions& options);

/// About how wide a text is drawn, in heights of a capital M.
double TextWidth(absl::string_view text);

/// A bold title at the left and a remark at the right edge, in the top line.
/// left, right: fractions of the picture's width.
std::string Heading(const FigureOptions& options, absl::string_view title,
                    absl::string_view remark, double left, double right);

/// 12345 -> "12 345" with a thin space; below 10000 without.
std::string WithThousands(std::uint64_t number);

/// A round step (1, 2 or 5 times a power of ten) that divides `range` into at
/// most `most` parts.
double RoundStep(double range, int most);

/// Lines that name the output and set the looks: terminal, fonts, borders.
/// Errors: InvalidArgument if the output is neither .png nor .svg.
absl::StatusOr<std::string> Preamble(const FigureOptions& options);

/// Draws.  Errors: FailedPrecondition if gnuplot is not installed (with the
/// package that holds it); Internal with gnuplot's own words otherwise.
absl::Status Draw(const std::string& script, const FigureOptions& options);

/// Lines "x y" of at most about 2 * columns points: of each column the lowest
/// and the highest, in order, so that no peak is lost.
std::string ThinnedLine(absl::Span<const double> x, absl::Span<const double> y,
                        std::size_t columns);

}  // namespace miv::client
