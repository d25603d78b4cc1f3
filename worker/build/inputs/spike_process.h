#pragma once

// Spike trains drawn from rates.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/base/keyed_rng.h"
#include "worker/build/inputs/rate_function.h"

namespace miv::build {

/// The trials of a recording: each lasts equilibration_ms + duration_ms.
struct Trials {
  int count = 1;  ///< at most 256: an index is 8 bits
  double duration_ms = 0;
  double equilibration_ms = 0;

  double length_ms() const { return equilibration_ms + duration_ms; }
};

/// The spikes of one cell over all trials, ascending.
///   times_ms  [n] from the beginning of the first trial
///   trials    [n] the trial of each
struct CellTrain {
  std::vector<float> times_ms;
  std::vector<std::uint8_t> trials;
};

/// An inhomogeneous Poisson process with an absolute refractory period tau.
///
///   After a spike the cell is silent for tau, then fires with the hazard
///     lambda(t) = r / (1 - r tau) = 1 / (1 / r - tau),  r = r(t),
///   so that a constant rate r is kept exactly; the intervals of a constant
///   rate have a coefficient of variation of 1 - r tau.  A trial begins in the
///   stationary state of its first rate: with probability r tau within a
///   refractory period, at a uniform place in it.
///   Source of the correction: MiV-Simulator f279b9c, stimulus.py, spike times
///   by thinning; there on a time grid, here exactly.
///
/// Drawn by thinning (Lewis & Shedler 1979) below the bounds of the rate's
/// pieces, which is exact.
class SpikeProcess {
 public:
  /// Errors: InvalidArgument if tau is negative or the peak rate times tau is
  /// not below 1.
  static absl::StatusOr<SpikeProcess> Create(RateFunction rate, double tau_ms);

  /// The spikes of one trial, ms from the beginning of the stimulus (negative
  /// during the equilibration), ascending.
  std::vector<double> Draw(KeyedRng rng) const;

  /// The spikes of a cell: trial k from the stream (seed, "input spikes", gid,
  /// k), whatever other cells or trials there are.
  CellTrain DrawTrials(const Trials& trials, std::int64_t seed,
                       std::uint32_t gid) const;

 private:
  /// The hazard is at most `bound_per_ms` until end_ms.
  struct Majorant {
    double end_ms = 0;
    double bound_per_ms = 0;
  };
  SpikeProcess(RateFunction rate, double tau_ms);
  double Hazard(double rate_hz) const;
  double FirstChance(KeyedRng& rng) const;

  RateFunction rate_;
  double tau_ms_;
  std::vector<Majorant> majorants_;
};

/// The same spikes in every trial.
///   times_ms ascending, from 0 to below trials.duration_ms, from the beginning
///            of the stimulus
CellTrain RepeatTrain(absl::Span<const double> times_ms, const Trials& trials);

}  // namespace miv::build
