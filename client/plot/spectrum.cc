#include "client/plot/spectrum.h"

#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "absl/strings/str_cat.h"

namespace miv::client {
namespace {

using Complex = std::complex<double>;

/// In place, radix 2; size a power of two.
void FourierTransform(std::vector<Complex>& x) {
  const std::size_t n = x.size();
  for (std::size_t k = 1, reversed = 0; k < n; ++k) {
    std::size_t bit = n >> 1;
    for (; (reversed & bit) != 0; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (k < reversed) std::swap(x[k], x[reversed]);
  }
  for (std::size_t length = 2; length <= n; length *= 2) {
    const double angle = -2 * std::numbers::pi / static_cast<double>(length);
    for (std::size_t begin = 0; begin < n; begin += length)
      for (std::size_t k = 0; k < length / 2; ++k) {
        const Complex turn = std::polar(1.0, angle * static_cast<double>(k));
        const Complex even = x[begin + k];
        const Complex odd = x[begin + k + length / 2] * turn;
        x[begin + k] = even + odd;
        x[begin + k + length / 2] = even - odd;
      }
  }
}

std::vector<double> HannWindow(std::size_t n) {
  std::vector<double> window(n);
  for (std::size_t k = 0; k < n; ++k)
    window[k] =
        0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(k) /
                             static_cast<double>(n));
  return window;
}

}  // namespace

absl::StatusOr<Spectrum> WelchSpectrum(absl::Span<const double> samples,
                                       double rate_hz, std::size_t segment) {
  if (segment < 4 || !std::has_single_bit(segment) ||
      samples.size() < segment || !(rate_hz > 0))
    return absl::InvalidArgumentError(
        absl::StrCat("spectrum: cannot cut ", samples.size(), " samples at ",
                     rate_hz, " Hz into segments of ", segment));
  const auto window = HannWindow(segment);
  double power = 0;
  for (const double w : window) power += w * w;
  Spectrum spectrum;
  spectrum.density.resize(segment / 2 + 1);
  std::size_t segments = 0;
  for (std::size_t begin = 0; begin + segment <= samples.size();
       begin += segment / 2, ++segments) {
    const auto part = samples.subspan(begin, segment);
    const double mean = std::accumulate(part.begin(), part.end(), 0.0) /
                        static_cast<double>(segment);
    std::vector<Complex> x(segment);
    for (std::size_t k = 0; k < segment; ++k)
      x[k] = (part[k] - mean) * window[k];
    FourierTransform(x);
    for (std::size_t k = 0; k <= segment / 2; ++k)
      spectrum.density[k] += std::norm(x[k]);
  }
  for (std::size_t k = 0; k <= segment / 2; ++k) {
    const double sides = k == 0 || k == segment / 2 ? 1 : 2;
    spectrum.density[k] *=
        sides / (rate_hz * power * static_cast<double>(segments));
    spectrum.frequency_hz.push_back(static_cast<double>(k) * rate_hz /
                                    static_cast<double>(segment));
  }
  return spectrum;
}

std::size_t SegmentFor(std::size_t samples, double rate_hz) {
  if (samples < 4) return 0;
  const std::size_t half = std::bit_floor(samples / 2);
  if (half >= 4 && rate_hz / static_cast<double>(half) <= 4) return half;
  return std::bit_floor(samples);
}

}  // namespace miv::client
