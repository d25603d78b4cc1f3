#pragma once

// Least-squares polynomials through a few points.

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace miv::build {

/// The polynomial of degree min(3, n - 1) nearest to n points in the sense of
/// least squares, as a sum of polynomials that are orthogonal on the points
/// (Forsythe 1957, "Generation and use of orthogonal polynomials"), which needs
/// no equations to be solved.
class PolynomialFit {
 public:
  /// x: [n] distinct, in any order; y: [n].
  /// Errors: InvalidArgument for no points, lengths that differ, values that
  /// are not finite, or an x given twice.
  static absl::StatusOr<PolynomialFit> Create(absl::Span<const double> x,
                                              absl::Span<const double> y);

  double operator()(double x) const;
  double x_min() const { return x_min_; }
  double x_max() const { return x_max_; }

 private:
  PolynomialFit() = default;
  /// p_k(x) = (x - shift_k) p_k-1(x) - ratio_k p_k-2(x), p_0 = 1.
  struct Term {
    double shift = 0, ratio = 0, coefficient = 0;
  };
  double x_min_ = 0, x_max_ = 0;
  std::vector<Term> terms_;
};

}  // namespace miv::build
