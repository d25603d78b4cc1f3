#include "worker/build/inputs/spike_process.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace miv::build {
namespace {

void AddTrial(absl::Span<const double> times_ms, const Trials& trials, int k,
              CellTrain& train) {
  const double offset = k * trials.length_ms() + trials.equilibration_ms;
  for (const double t : times_ms) {
    train.times_ms.push_back(static_cast<float>(offset + t));
    train.trials.push_back(static_cast<std::uint8_t>(k));
  }
}

}  // namespace

absl::StatusOr<SpikeProcess> SpikeProcess::Create(RateFunction rate,
                                                  double tau_ms) {
  const double load = rate.peak_hz() * tau_ms / 1000;
  if (tau_ms >= 0 && load < 1) return SpikeProcess(std::move(rate), tau_ms);
  return absl::InvalidArgumentError(absl::StrCat(
      "a peak rate of ", rate.peak_hz(), " Hz and a refractory period of ",
      tau_ms, " ms; expected a period of at least 0 and a product below 1"));
}

SpikeProcess::SpikeProcess(RateFunction rate, double tau_ms)
    : rate_(std::move(rate)), tau_ms_(tau_ms) {
  for (const RateFunction::Piece& piece : rate_.pieces())
    majorants_.push_back({piece.end_ms, Hazard(piece.bound_hz)});
}

double SpikeProcess::Hazard(double rate_hz) const {
  const double per_ms = rate_hz / 1000;
  return per_ms / (1 - per_ms * tau_ms_);
}

// When the cell may fire for the first time: equilibrium of the first rate.
double SpikeProcess::FirstChance(KeyedRng& rng) const {
  const double load = rate_.At(rate_.begin_ms()) * tau_ms_ / 1000;
  const double u = rng.Uniform();
  return rate_.begin_ms() + (u < load ? tau_ms_ * (u / load) : 0);
}

std::vector<double> SpikeProcess::Draw(KeyedRng rng) const {
  std::vector<double> times;
  double t = FirstChance(rng);
  std::size_t piece = 0;
  while (true) {
    // The next candidate of the majorant, by inversion of its integral.
    double mass = rng.Exponential();
    for (; piece < majorants_.size(); ++piece) {
      const Majorant& m = majorants_[piece];
      if (m.end_ms <= t) continue;
      const double available = m.bound_per_ms * (m.end_ms - t);
      if (mass < available) break;
      mass -= available;
      t = m.end_ms;
    }
    if (piece == majorants_.size()) return times;
    t += mass / majorants_[piece].bound_per_ms;
    const double hazard = Hazard(rate_.At(t));
    if (!(rng.Uniform() * majorants_[piece].bound_per_ms < hazard)) continue;
    times.push_back(t);
    t += tau_ms_;
  }
}

CellTrain SpikeProcess::DrawTrials(const Trials& trials, std::int64_t seed,
                                   std::uint32_t gid) const {
  CellTrain train;
  for (int k = 0; k < trials.count; ++k)
    AddTrial(Draw(KeyedRng(seed, "input spikes", gid,
                           static_cast<std::uint32_t>(k))),
             trials, k, train);
  return train;
}

CellTrain RepeatTrain(absl::Span<const double> times_ms, const Trials& trials) {
  CellTrain train;
  for (int k = 0; k < trials.count; ++k) AddTrial(times_ms, trials, k, train);
  return train;
}

}  // namespace miv::build
