#include "worker/simulate/lfp/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace miv::simulate {
namespace {

TEST(ExactSum, GivesTheSameBitsForAnyOrderAndGrouping) {
  std::mt19937 random(1);
  std::vector<double> terms;
  for (int i = 0; i < 1000; ++i) {
    const double scale = std::ldexp(1.0, static_cast<int>(random() % 60) - 45);
    terms.push_back((static_cast<double>(random()) - 2e9) / 4e9 * scale);
  }
  ExactSum forward;
  for (const double term : terms) forward.Add(term);
  std::shuffle(terms.begin(), terms.end(), random);
  ExactSum left, right;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    (i % 3 == 0 ? left : right).Add(terms[i]);
  }
  right.Add(left);
  EXPECT_EQ(forward.value(), right.value());
}

TEST(ExactSum, KeepsASmallTermBesideLargeOnesThatCancel) {
  ExactSum sum;
  sum.Add(1e5);
  sum.Add(1e-15);
  sum.Add(-1e5);
  EXPECT_NEAR(sum.value(), 1e-15, 1e-24);  // in doubles it would be 0
}

TEST(ExactSum, IsExactForOneTerm) {
  ExactSum sum;
  sum.Add(-0.1234567890123);
  EXPECT_EQ(sum.value(), -0.1234567890123);
}

TEST(ExactSum, MarksWhatItCannotHold) {
  for (const double bad :
       {1.1e6, -1.1e6, std::nan(""), std::numeric_limits<double>::infinity()}) {
    ExactSum sum;
    sum.Add(bad);
    EXPECT_TRUE(sum.overflown());
    EXPECT_TRUE(std::isnan(sum.value()));
    ExactSum other;
    other.Add(sum);
    EXPECT_TRUE(other.overflown());
  }
}

}  // namespace
}  // namespace miv::simulate
