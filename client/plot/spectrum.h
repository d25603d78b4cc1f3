#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace miv::client {

/// One-sided power spectral density.
struct Spectrum {
  std::vector<double> frequency_hz;  ///< [n / 2 + 1] from 0 on
  std::vector<double> density;       ///< unit of the samples squared, per Hz
};

/// Welch's estimate: segments of `segment` samples that overlap by half, mean
/// taken away, Hann window, mean of the periodograms |X_k|^2 / (f_s sum w^2),
/// doubled except at 0 and f_s / 2 (Welch 1967; scaling as in Oppenheim and
/// Schafer, and scipy.signal.welch).
///
/// samples: at least `segment`; segment: a power of two, at least 4;
/// rate_hz > 0.  Errors: InvalidArgument.
absl::StatusOr<Spectrum> WelchSpectrum(absl::Span<const double> samples,
                                       double rate_hz, std::size_t segment);

/// The longest power of two that gives three segments, if frequencies are then
/// at most 4 Hz apart; else the longest that fits.  0 for less than 4 samples.
std::size_t SegmentFor(std::size_t samples, double rate_hz);

}  // namespace miv::client
