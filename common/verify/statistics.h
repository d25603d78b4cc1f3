#pragma once

// The distributions and tests that checks are made of, each from its formula.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace miv::verify {

/// Mean and variance.
struct Moments {
  double mean = 0;
  double variance = 0;
};

/// Of Normal(mean, sd) given that it is positive:
///   r = phi(mean / sd) / Phi(mean / sd), m+ = mean + sd r,
///   v+ = sd^2 (1 - (mean / sd) r - r^2);   sd = 0: {max(mean, 0), 0}.
/// Source: build-pipeline.md section 5 (Johnson, Kotz & Balakrishnan 1994).
Moments PositiveNormal(double mean, double sd);

/// Probability of a standard normal beyond |z| on either side, and above z.
double TwoSidedP(double z);
double UpperP(double z);

/// z of a count with this expectation and variance, by the signed root of the
/// deviance of a Poisson variable that is scaled to the variance:
///   x = observed mean / variance, e = mean^2 / variance,
///   z = sign(x - e) sqrt(2 (x ln(x / e) - (x - e))).
/// Unlike (observed - mean) / sd it keeps its level for small expectations.
/// mean > 0.  Source: McCullagh & Nelder 1989, section 2.3.
double CountZ(double observed, const Moments& expected);

/// z of `hits` among `trials` with this probability, by the signed root of the
/// binomial deviance.  0 < probability < 1.
double ShareZ(double hits, double trials, double probability);

/// Probability of a chi-square variable with so many degrees of freedom to be
/// at least this: the regularised incomplete gamma function Q(df/2, x/2).
/// Source: Press et al. 2007, section 6.2.
double ChiSquareP(double x, double degrees);

/// Pearson's statistic over bins; bins that expect less than `least` are merged
/// with the next ones.
struct ChiSquare {
  double statistic = 0;
  double degrees = 0;  ///< merged bins - 1; below 1 there is nothing to test
};
ChiSquare PearsonChiSquare(absl::Span<const double> expected,
                           absl::Span<const double> observed, double least);

/// Largest distance between the empirical distribution of the values and the
/// uniform one on [low, high].  Sorts the values.
double UniformDistance(std::vector<float>& values, double low, double high);

/// Probability that n uniform values are at least so far away.
/// Source: Kolmogorov's series with Stephens' (1970) correction for small n.
double KolmogorovP(double distance, double n);

}  // namespace miv::verify
