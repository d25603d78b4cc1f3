#include "worker/build/inputs/rate_function.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "absl/strings/str_cat.h"

namespace miv::build {
namespace {

// Pieces of a stretch over which the rate changes: their bounds are the higher
// end's, so that few candidates of a sharp rise are rejected.
constexpr int kPartsOfRamp = 16;

absl::Status CheckProfile(const RateProfile& profile) {
  const auto& times = profile.times_ms;
  const auto& rates = profile.rates_hz;
  if (times.empty() || times.size() != rates.size())
    return absl::InvalidArgumentError(
        absl::StrCat("rate profile: ", times.size(), " times and ",
                     rates.size(), " rates; expected as many, at least one"));
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (!std::isfinite(times[i]) || (i > 0 && !(times[i] > times[i - 1])))
      return absl::InvalidArgumentError(absl::StrCat(
          "rate profile: times[", i, "] = ", times[i], " does not ascend"));
    if (!(rates[i] >= 0) || !std::isfinite(rates[i]))
      return absl::InvalidArgumentError(absl::StrCat(
          "rate profile: rates[", i, "] = ", rates[i], " is no rate"));
  }
  return absl::OkStatus();
}

absl::Status CheckSpec(const RateSpec& spec) {
  if (const absl::Status status = CheckProfile(spec.profile); !status.ok())
    return status;
  if (spec.modulation &&
      !(spec.modulation->frequency_hz > 0 && spec.modulation->depth >= 0 &&
        spec.modulation->depth <= 1 &&
        std::isfinite(spec.modulation->frequency_hz) &&
        std::isfinite(spec.modulation->phase_deg)))
    return absl::InvalidArgumentError(absl::StrCat(
        "phase modulation: frequency ", spec.modulation->frequency_hz,
        " Hz and depth ", spec.modulation->depth,
        "; expected a positive frequency and a depth from 0 to 1"));
  if (spec.start_ms >= 0 && spec.stop_ms > spec.start_ms &&
      std::isfinite(spec.stop_ms) && spec.equilibration_ms >= 0 &&
      std::isfinite(spec.equilibration_ms))
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("input from ", spec.start_ms, " to ", spec.stop_ms,
                   " ms after an equilibration of ", spec.equilibration_ms,
                   " ms; expected 0 <= start < stop and no negative time"));
}

}  // namespace

absl::StatusOr<RateFunction> RateFunction::Create(RateSpec spec) {
  if (const absl::Status status = CheckSpec(spec); !status.ok()) return status;
  RateFunction rate(std::move(spec));
  rate.CutPieces();
  return rate;
}

double RateFunction::Profile(double t_ms) const {
  const auto& times = spec_.profile.times_ms;
  const auto& rates = spec_.profile.rates_hz;
  const auto next = static_cast<std::size_t>(
      std::upper_bound(times.begin(), times.end(), t_ms) - times.begin());
  if (next == 0) return rates.front();
  if (next == times.size()) return rates.back();
  if (spec_.profile.interpolation == Interpolation::kStep)
    return rates[next - 1];
  const double share =
      (t_ms - times[next - 1]) / (times[next] - times[next - 1]);
  return rates[next - 1] + share * (rates[next] - rates[next - 1]);
}

double RateFunction::Modulation(double t_ms) const {
  if (!spec_.modulation) return 1;
  const PhaseModulation& m = *spec_.modulation;
  const double angle =
      2 * std::numbers::pi * (m.frequency_hz * t_ms / 1000 - m.phase_deg / 360);
  return (1 - m.depth) + m.depth / 2 * (1 + std::cos(angle));
}

double RateFunction::Unmodulated(double t_ms) const {
  if (t_ms >= 0) return Profile(t_ms);
  const double rise = 1 + t_ms / spec_.equilibration_ms;
  return (1 - std::cos(std::numbers::pi * rise)) / 2 * Profile(0);
}

double RateFunction::At(double t_ms) const {
  if (t_ms < begin_ms() || t_ms >= end_ms()) return 0;
  return Unmodulated(t_ms) * Modulation(t_ms);
}

double RateFunction::peak_hz() const {
  double peak = 0;
  for (const Piece& piece : pieces_) peak = std::max(peak, piece.bound_hz);
  return peak;
}

// The rate without its modulation is monotone over each part, and the
// modulation is at most 1.
void RateFunction::AddPieces(double begin_ms, double end_ms, int parts) {
  for (int i = 0; i < parts; ++i) {
    const double low = begin_ms + (end_ms - begin_ms) * i / parts;
    const double high = i + 1 == parts
                            ? end_ms
                            : begin_ms + (end_ms - begin_ms) * (i + 1) / parts;
    const double bound = parts == 1
                             ? Unmodulated(low)
                             : std::max(Unmodulated(low), Unmodulated(high));
    pieces_.push_back({low, high, bound});
  }
}

void RateFunction::CutPieces() {
  if (spec_.start_ms == 0 && spec_.equilibration_ms > 0)
    AddPieces(-spec_.equilibration_ms, 0, kPartsOfRamp);
  const auto& times = spec_.profile.times_ms;
  double begin = spec_.start_ms;
  while (begin < spec_.stop_ms) {
    const auto next = std::upper_bound(times.begin(), times.end(), begin);
    const double end =
        next == times.end() ? spec_.stop_ms : std::min(*next, spec_.stop_ms);
    const bool varies =
        spec_.profile.interpolation == Interpolation::kLinear &&
        next != times.begin() && next != times.end() &&
        Profile(begin) !=
            spec_.profile
                .rates_hz[static_cast<std::size_t>(next - times.begin())];
    AddPieces(begin, end, varies ? kPartsOfRamp : 1);
    begin = end;
  }
}

}  // namespace miv::build
