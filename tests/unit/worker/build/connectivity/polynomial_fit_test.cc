#include "worker/build/connectivity/polynomial_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace miv::build {
namespace {

PolynomialFit Fit(const std::vector<double>& x, const std::vector<double>& y) {
  auto fit = PolynomialFit::Create(x, y);
  EXPECT_TRUE(fit.ok()) << fit.status();
  return *std::move(fit);
}

TEST(PolynomialFit, PassesThroughFourPoints) {
  // By hand: y = 2 - x + 3 x^3.
  const PolynomialFit fit = Fit({2, -1, 0, 1}, {24, 0, 2, 4});
  EXPECT_NEAR(fit(0.5), 2 - 0.5 + 3 * 0.125, 1e-12);
  EXPECT_NEAR(fit(3), 2 - 3 + 81, 1e-11);
  EXPECT_EQ(fit.x_min(), -1);
  EXPECT_EQ(fit.x_max(), 2);
}

TEST(PolynomialFit, FewerPointsGiveALowerDegree) {
  EXPECT_DOUBLE_EQ(Fit({5}, {7})(100), 7);
  EXPECT_DOUBLE_EQ(Fit({0, 10}, {1, 2})(20), 3);
  EXPECT_NEAR(Fit({0, 1, 2}, {0, 1, 4})(3), 9, 1e-12);
}

TEST(PolynomialFit, MorePointsAreFittedByLeastSquares) {
  // By hand: on -2..2 only y(0) = 35 differs from 0.  Projections on the
  // orthogonal polynomials 1 and x^2 - 2 (norms 5 and 14): 7 - 5 (x^2 - 2).
  const PolynomialFit fit = Fit({-2, -1, 0, 1, 2}, {0, 0, 35, 0, 0});
  EXPECT_NEAR(fit(0), 17, 1e-12);
  EXPECT_NEAR(fit(2), -3, 1e-12);
  // NumPy 1.24, polyfit(x, y, 3).
  const PolynomialFit other =
      Fit({0, 50, 100, 150, 200, 300}, {1, 0.9, 0.5, 0.4, 0.1, 0.05});
  EXPECT_NEAR(other(0), 1.014699792960664, 1e-12);
  EXPECT_NEAR(other(75), 0.7219882246376814, 1e-12);
  EXPECT_NEAR(other(250), 0.004347826086958051, 1e-12);
}

TEST(PolynomialFit, RefusesWhatIsNoSetOfPoints) {
  const auto code = [](const std::vector<double>& x,
                       const std::vector<double>& y) {
    return PolynomialFit::Create(x, y).status().code();
  };
  EXPECT_EQ(code({}, {}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({1, 2}, {1}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({1, 1}, {1, 2}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({1, NAN}, {1, 2}), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace miv::build
