#include "common/verify/statistics.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace miv::verify {
namespace {

constexpr int kMaxTerms = 10000;
constexpr double kAccuracy = 1e-14;

// x ln(x / e), which is 0 at x = 0.
double XLog(double x, double e) { return x > 0 ? x * std::log(x / e) : 0; }

double SignedRoot(double deviance, double direction) {
  return std::copysign(std::sqrt(std::max(2 * deviance, 0.0)), direction);
}

// P(a, x) by its series, for x < a + 1.
double LowerGamma(double a, double x) {
  double term = 1 / a, sum = term;
  for (int n = 1; n < kMaxTerms && term > sum * kAccuracy; ++n)
    sum += term *= x / (a + n);
  return sum * std::exp(-x + a * std::log(x) - std::lgamma(a));
}

// Q(a, x) by its continued fraction (Lentz), for x >= a + 1.
double UpperGamma(double a, double x) {
  constexpr double kTiny = 1e-300;
  double b = x + 1 - a, c = 1 / kTiny, d = 1 / b, h = d;
  for (int n = 1; n < kMaxTerms; ++n) {
    const double an = -n * (n - a);
    b += 2;
    d = an * d + b;
    if (std::fabs(d) < kTiny) d = kTiny;
    c = b + an / c;
    if (std::fabs(c) < kTiny) c = kTiny;
    d = 1 / d;
    h *= d * c;
    if (std::fabs(d * c - 1) < kAccuracy) break;
  }
  return h * std::exp(-x + a * std::log(x) - std::lgamma(a));
}

}  // namespace

Moments PositiveNormal(double mean, double sd) {
  if (!(sd > 0)) return {std::max(mean, 0.0), 0};
  const double t = mean / sd;
  const double density = std::exp(-t * t / 2) / std::sqrt(2 * std::numbers::pi);
  const double r = density / UpperP(-t);
  return {mean + sd * r, sd * sd * (1 - t * r - r * r)};
}

double TwoSidedP(double z) {
  return std::erfc(std::fabs(z) / std::numbers::sqrt2);
}

double UpperP(double z) { return std::erfc(z / std::numbers::sqrt2) / 2; }

double CountZ(double observed, const Moments& expected) {
  const double scale = expected.mean / expected.variance;
  const double x = observed * scale, e = expected.mean * scale;
  return SignedRoot(XLog(x, e) - (x - e), x - e);
}

double ShareZ(double hits, double trials, double probability) {
  const double e = trials * probability;
  return SignedRoot(XLog(hits, e) + XLog(trials - hits, trials - e), hits - e);
}

double ChiSquareP(double x, double degrees) {
  const double a = degrees / 2, h = x / 2;
  if (!(h > 0)) return 1;
  return h < a + 1 ? 1 - LowerGamma(a, h) : UpperGamma(a, h);
}

ChiSquare PearsonChiSquare(absl::Span<const double> expected,
                           absl::Span<const double> observed, double least) {
  std::vector<double> e, o;
  double pending_e = 0, pending_o = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    pending_e += expected[i];
    pending_o += observed[i];
    if (pending_e < least) continue;
    e.push_back(pending_e);
    o.push_back(pending_o);
    pending_e = pending_o = 0;
  }
  if (e.empty()) return {};
  e.back() += pending_e;
  o.back() += pending_o;
  ChiSquare result{0, static_cast<double>(e.size()) - 1};
  for (std::size_t i = 0; i < e.size(); ++i)
    result.statistic += (o[i] - e[i]) * (o[i] - e[i]) / e[i];
  return result;
}

double UniformDistance(std::vector<float>& values, double low, double high) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double f = std::clamp((values[i] - low) / (high - low), 0.0, 1.0);
    const double below = static_cast<double>(i) / n;
    distance = std::max({distance, f - below, below + 1 / n - f});
  }
  return distance;
}

double KolmogorovP(double distance, double n) {
  const double root = std::sqrt(n);
  const double t = (root + 0.12 + 0.11 / root) * distance;
  if (t < 0.3) return 1;
  double sum = 0;
  for (int k = 1; k <= 100; ++k)
    sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * t * t);
  return std::clamp(sum, 0.0, 1.0);
}

}  // namespace miv::verify
