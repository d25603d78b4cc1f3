// Statistics of spike trains against what renewal theory says.

#include "worker/build/inputs/spike_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace miv::build {
namespace {

using testing::ElementsAre;

RateSpec Constant(double rate_hz, double stop_ms) {
  RateSpec spec;
  spec.profile = {{0}, {rate_hz}};
  spec.stop_ms = stop_ms;
  return spec;
}

SpikeProcess Process(RateSpec spec, double tau_ms) {
  auto rate = RateFunction::Create(std::move(spec));
  EXPECT_TRUE(rate.ok()) << rate.status();
  auto process = SpikeProcess::Create(*std::move(rate), tau_ms);
  EXPECT_TRUE(process.ok()) << process.status();
  return *std::move(process);
}

// Trains of cells 0..cells-1, together.
std::vector<double> Pooled(const SpikeProcess& process, int cells) {
  std::vector<double> all;
  for (int gid = 0; gid < cells; ++gid) {
    const auto train = process.Draw(KeyedRng(1, "input spikes", gid));
    all.insert(all.end(), train.begin(), train.end());
  }
  return all;
}

// sum (observed - expected)^2 / expected over equal bins of [begin, end).
template <typename Expected>
double ChiSquare(const std::vector<double>& times, double begin, double end,
                 int bins, Expected expected) {
  std::vector<double> counts(static_cast<std::size_t>(bins));
  for (const double t : times) {
    const double bin = std::floor((t - begin) / (end - begin) * bins);
    if (bin >= 0 && bin < bins) ++counts[static_cast<std::size_t>(bin)];
  }
  double chi = 0;
  for (int i = 0; i < bins; ++i) {
    const double e = expected(begin + (end - begin) * i / bins,
                              begin + (end - begin) * (i + 1) / bins);
    const double d = counts[static_cast<std::size_t>(i)] - e;
    chi += d * d / e;
  }
  return chi;
}

TEST(SpikeProcess, KeepsAConstantRateInSpiteOfTheRefractoryPeriod) {
  // A stationary renewal process: 40 expected per second.  Variance of a count
  // about CV^2 x mean, CV = 1 - 0.12.
  const int cells = 2000;
  const auto spikes = Pooled(Process(Constant(40, 1000), 3), cells);
  const double standard_error = std::sqrt(0.88 * 0.88 * 40 * cells);
  EXPECT_NEAR(static_cast<double>(spikes.size()), 40.0 * cells,
              4 * standard_error);
}

TEST(SpikeProcess, IntervalsAreAShiftedExponential) {
  const double rate = 100, tau = 3;  // mean 10 ms; hazard 1 / 7 ms
  const auto train =
      Process(Constant(rate, 200000), tau).Draw(KeyedRng(2, "intervals", 0));
  std::vector<double> intervals;
  for (std::size_t i = 1; i < train.size(); ++i)
    intervals.push_back(train[i] - train[i - 1]);
  std::sort(intervals.begin(), intervals.end());
  const auto n = static_cast<double>(intervals.size());
  ASSERT_GT(n, 19000);
  EXPECT_GE(intervals.front(), tau * (1 - 1e-12));
  double sum = 0, squares = 0, distance = 0;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    sum += intervals[i];
    squares += intervals[i] * intervals[i];
    const double cdf = 1 - std::exp(-(intervals[i] - tau) / 7);
    distance = std::max(
        {distance, std::fabs(cdf - i / n), std::fabs(cdf - (i + 1) / n)});
  }
  const double mean = sum / n;
  const double cv = std::sqrt(squares / n - mean * mean) / mean;
  EXPECT_NEAR(mean, 10, 4 * 7 / std::sqrt(n));
  EXPECT_NEAR(cv, 0.7, 4 * 1.5 * 0.7 / std::sqrt(n));
  EXPECT_LT(distance, 2.23 / std::sqrt(n));  // Kolmogorov: p = 1e-4
}

TEST(SpikeProcess, StartsInItsStationaryState) {
  // 200 Hz and 3 ms: a start ready to fire would give 500 Hz at first.
  const int cells = 20000;
  const auto spikes = Pooled(Process(Constant(200, 1), 3), cells);
  EXPECT_NEAR(static_cast<double>(spikes.size()), 0.2 * cells,
              4 * std::sqrt(0.2 * 0.8 * cells));
}

TEST(SpikeProcess, FollowsALinearProfile) {
  RateSpec spec = Constant(0, 400);
  spec.profile = {{100, 200, 300}, {5, 85, 5}};
  const int cells = 3000;
  const auto integral = [](double t) {  // of the rate from 0, spikes per cell
    const double up = std::clamp(t - 100, 0.0, 100.0);
    const double down = std::clamp(t - 200, 0.0, 100.0);
    return (5 * t + 0.4 * up * up + 80 * down - 0.4 * down * down) / 1000;
  };
  const double chi = ChiSquare(
      Pooled(Process(spec, 0), cells), 0, 400, 20,
      [&](double a, double b) { return cells * (integral(b) - integral(a)); });
  EXPECT_LT(chi, 52.4);  // 20 degrees of freedom, p = 1e-4
}

TEST(SpikeProcess, FollowsAStepProfile) {
  RateSpec spec = Constant(0, 300);
  spec.profile = {{0, 100, 200}, {20, 120, 10}, Interpolation::kStep};
  const int cells = 3000;
  const double chi = ChiSquare(
      Pooled(Process(spec, 0), cells), 0, 300, 3, [&](double a, double) {
        const double rate = a < 50 ? 20 : a < 150 ? 120 : 10;
        return cells * rate * 0.1;
      });
  EXPECT_LT(chi, 21.1);  // 3 degrees of freedom, p = 1e-4
}

TEST(SpikeProcess, LocksToThePhaseOfItsModulation) {
  // Density of the phase x: (1 + k cos(x - phase)) / 2 pi with
  // k = (d / 2) / (1 - d / 2); its mean vector has the length k / 2.
  RateSpec spec = Constant(50, 10000);
  spec.modulation = PhaseModulation{8, 0.8, 120};
  const auto spikes = Pooled(Process(spec, 0), 200);
  double x = 0, y = 0;
  for (const double t : spikes) {
    x += std::cos(2 * std::numbers::pi * 8 * t / 1000);
    y += std::sin(2 * std::numbers::pi * 8 * t / 1000);
  }
  const auto n = static_cast<double>(spikes.size());
  const double expected = 0.4 / 0.6 / 2;
  EXPECT_NEAR(n, 200 * 10 * 50 * 0.6, 4 * std::sqrt(200 * 10 * 50 * 0.6));
  EXPECT_NEAR(std::hypot(x, y) / n, expected, 4 / std::sqrt(2 * n));
  EXPECT_NEAR(std::atan2(y, x) * 180 / std::numbers::pi, 120,
              4 * 57.3 / (expected * std::sqrt(2 * n)));
}

TEST(SpikeProcess, EquilibrationHoldsHalfTheSpikesOfItsLength) {
  RateSpec spec = Constant(100, 50);
  spec.equilibration_ms = 200;
  const int cells = 2000;
  const auto spikes = Pooled(Process(spec, 0), cells);
  const auto before = static_cast<double>(std::count_if(
      spikes.begin(), spikes.end(), [](double t) { return t < 0; }));
  // Integral of (1 - cos(pi x)) / 2 from 0 to 1: a half.
  EXPECT_NEAR(before, 10.0 * cells, 4 * std::sqrt(10.0 * cells));
  const auto after = static_cast<double>(spikes.size()) - before;
  EXPECT_NEAR(after, 5.0 * cells, 4 * std::sqrt(5.0 * cells));
}

TEST(SpikeProcess, ASilentInputHasNoSpikes) {
  EXPECT_TRUE(Pooled(Process(Constant(0, 1000), 3), 10).empty());
}

TEST(SpikeProcess, TrialsFollowEachOtherAndDoNotDependOnTheirNumber) {
  RateSpec spec = Constant(60, 500);
  spec.equilibration_ms = 100;
  const SpikeProcess process = Process(spec, 3);
  const CellTrain one = process.DrawTrials({1, 500, 100}, 9, 7);
  const CellTrain three = process.DrawTrials({3, 500, 100}, 9, 7);
  EXPECT_TRUE(std::is_sorted(three.times_ms.begin(), three.times_ms.end()));
  ASSERT_EQ(three.times_ms.size(), three.trials.size());
  std::vector<std::vector<float>> by_trial(3);
  for (std::size_t i = 0; i < three.times_ms.size(); ++i) {
    const int k = three.trials[i];
    const float t = three.times_ms[i];
    EXPECT_GE(t, 600.0f * k);
    EXPECT_LE(t, 600.0f * (k + 1));
    by_trial[k].push_back(t - 600.0f * k);
  }
  EXPECT_EQ(by_trial[0], one.times_ms);
  EXPECT_NE(by_trial[1], by_trial[0]);
  EXPECT_NE(by_trial[2], by_trial[1]);
}

TEST(SpikeProcess, TrainsDependOnSeedAndGid) {
  const SpikeProcess process = Process(Constant(60, 500), 3);
  const auto train = process.DrawTrials({1, 500, 0}, 9, 7).times_ms;
  EXPECT_EQ(process.DrawTrials({1, 500, 0}, 9, 7).times_ms, train);
  EXPECT_NE(process.DrawTrials({1, 500, 0}, 9, 8).times_ms, train);
  EXPECT_NE(process.DrawTrials({1, 500, 0}, 10, 7).times_ms, train);
}

TEST(SpikeProcess, RefusesARateThatTheRefractoryPeriodDoesNotAllow) {
  const auto create = [](double rate, double tau) {
    return SpikeProcess::Create(*RateFunction::Create(Constant(rate, 1)), tau)
        .status()
        .code();
  };
  EXPECT_EQ(create(333, 3), absl::StatusCode::kOk);
  EXPECT_EQ(create(334, 3), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(create(10, -1), absl::StatusCode::kInvalidArgument);
}

TEST(RepeatTrain, HasTheSameSpikesInEveryTrial) {
  const CellTrain train = RepeatTrain({1.5, 20}, {2, 100, 10});
  // By hand: trials of 110 ms, of which 10 pass before the stimulus.
  EXPECT_THAT(train.times_ms, ElementsAre(11.5f, 30, 121.5f, 140));
  EXPECT_THAT(train.trials, ElementsAre(0, 0, 1, 1));
}

}  // namespace
}  // namespace miv::build
