#pragma once

// The firing rate of an input over one trial.

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace miv::build {

enum class Interpolation {
  kLinear,  ///< straight lines between the times
  kStep,    ///< rates[i] from times[i] until times[i + 1]
};

/// Rates at ascending times; the first rate holds before the first time, the
/// last one after the last.  One time and one rate: a constant rate.
struct RateProfile {
  std::vector<double> times_ms;
  std::vector<double> rates_hz;
  Interpolation interpolation = Interpolation::kLinear;
};

/// Modulation of a rate with an oscillation: the rate is multiplied by
///
///   m(t) = (1 - depth) + depth / 2 (1 + cos(2 pi f t - phase)),
///
/// which is 1 at the phase and 1 - depth half a period later.
/// Source: MiV-Simulator f279b9c, stimulus.py, stationary_phase_mod, with
/// phase = preferred phase + phase offset.
struct PhaseModulation {
  double frequency_hz = 0;
  double depth = 0;  ///< 0 to 1
  double phase_deg = 0;
};

/// Time 0 is the beginning of the stimulus; the equilibration comes before.
struct RateSpec {
  RateProfile profile;
  std::optional<PhaseModulation> modulation;
  double start_ms = 0;  ///< no spikes before, from 0 on; at least 0
  double stop_ms = 0;   ///< no spikes from here on; at most the trial's end
  /// Over these ms before time 0 the rate of time 0 is approached along half a
  /// Hann window, (1 - cos(pi x)) / 2 for x from 0 to 1.
  /// Source: MiV-Simulator, stimulus.py, equilibration filter.
  double equilibration_ms = 0;
};

/// r(t) in Hz, and pieces on which it has a bound.
class RateFunction {
 public:
  /// The rate is at most bound_hz on [begin, end) of the piece.
  struct Piece {
    double begin_ms = 0;
    double end_ms = 0;
    double bound_hz = 0;
  };

  /// Errors: InvalidArgument for lengths that differ, times that do not ascend,
  /// a rate that is negative or not finite, depth outside 0 to 1, a frequency
  /// that is not positive, stop <= start, a negative start or equilibration.
  static absl::StatusOr<RateFunction> Create(RateSpec spec);

  /// 0 outside begin_ms() to end_ms().
  double At(double t_ms) const;
  /// The first time at which the rate may be positive, and the last.
  double begin_ms() const { return pieces_.front().begin_ms; }
  double end_ms() const { return pieces_.back().end_ms; }
  /// Consecutive, at least one.
  const std::vector<Piece>& pieces() const { return pieces_; }
  /// The highest bound of a piece.
  double peak_hz() const;

 private:
  explicit RateFunction(RateSpec spec) : spec_(std::move(spec)) {}
  double Profile(double t_ms) const;
  double Unmodulated(double t_ms) const;
  double Modulation(double t_ms) const;
  void AddPieces(double begin_ms, double end_ms, int parts);
  void CutPieces();
  RateSpec spec_;
  std::vector<Piece> pieces_;
};

}  // namespace miv::build
