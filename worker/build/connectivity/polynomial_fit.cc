#include "worker/build/connectivity/polynomial_fit.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace miv::build {
namespace {

constexpr std::size_t kHighestDegree = 3;

absl::Status CheckPoints(absl::Span<const double> x,
                         absl::Span<const double> y) {
  if (x.empty() || x.size() != y.size())
    return absl::InvalidArgumentError(
        absl::StrCat("fit of ", x.size(), " and ", y.size(),
                     " values; expected as many, at least one"));
  std::vector<double> sorted(x.begin(), x.end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end())
    return absl::InvalidArgumentError(
        absl::StrCat("fit with two values at ", *twice));
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!std::isfinite(x[i]) || !std::isfinite(y[i]))
      return absl::InvalidArgumentError(
          absl::StrCat("fit through (", x[i], ", ", y[i], ")"));
  return absl::OkStatus();
}

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

absl::StatusOr<PolynomialFit> PolynomialFit::Create(
    absl::Span<const double> x, absl::Span<const double> y) {
  if (const absl::Status status = CheckPoints(x, y); !status.ok())
    return status;
  PolynomialFit fit;
  fit.x_min_ = *std::min_element(x.begin(), x.end());
  fit.x_max_ = *std::max_element(x.begin(), x.end());
  std::vector<double> rest(y.begin(), y.end());
  std::vector<double> before(x.size(), 0.0), now(x.size(), 1.0);
  double norm_before = 1, shift = 0, ratio = 0;
  for (std::size_t k = 0; k <= std::min(kHighestDegree, x.size() - 1); ++k) {
    if (k > 0) {
      std::vector<double> next(x.size());
      for (std::size_t i = 0; i < x.size(); ++i)
        next[i] = (x[i] - shift) * now[i] - ratio * before[i];
      before = std::exchange(now, std::move(next));
    }
    const double norm = Dot(now, now);
    const double coefficient = Dot(rest, now) / norm;
    for (std::size_t i = 0; i < rest.size(); ++i)
      rest[i] -= coefficient * now[i];
    fit.terms_.push_back({shift, ratio, coefficient});
    std::vector<double> weighted(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) weighted[i] = x[i] * now[i];
    shift = Dot(weighted, now) / norm;
    ratio = k == 0 ? 0 : norm / norm_before;
    norm_before = norm;
  }
  return fit;
}

double PolynomialFit::operator()(double x) const {
  double before = 0, now = 1, sum = terms_[0].coefficient;
  for (std::size_t k = 1; k < terms_.size(); ++k) {
    const double next = (x - terms_[k].shift) * now - terms_[k].ratio * before;
    before = std::exchange(now, next);
    sum += terms_[k].coefficient * now;
  }
  return sum;
}

}  // namespace miv::build
