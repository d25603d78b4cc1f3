#include "common/base/keyed_rng.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace miv {
namespace {

TEST(KeyedRng, SameKeyGivesTheSameStream) {
  KeyedRng a(1, "p", 2, 3), b(1, "p", 2, 3);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(a.NextU32(), b.NextU32());
}

TEST(KeyedRng, EveryPartOfTheKeyMatters) {
  std::set<std::uint64_t> first;
  first.insert(KeyedRng(1, "p", 2, 3).NextU64());
  first.insert(KeyedRng(2, "p", 2, 3).NextU64());
  first.insert(KeyedRng(1, "q", 2, 3).NextU64());
  first.insert(KeyedRng(1, "p", 3, 3).NextU64());
  first.insert(KeyedRng(1, "p", 2, 4).NextU64());
  EXPECT_EQ(first.size(), 5u);
}

// Tables of the standard normal distribution: 97.5 % at 1.959964,
// 0.1 % at -3.090232.
TEST(InverseNormal, MatchesTheTables) {
  EXPECT_NEAR(InverseNormal(0.975), 1.9599639845400545, 1e-15);
  EXPECT_NEAR(InverseNormal(0.001), -3.0902323061678132, 1e-14);
  EXPECT_NEAR(InverseNormal(1e-20), -9.262340089798408, 1e-13);
  EXPECT_EQ(InverseNormal(0.5), 0.0);
  EXPECT_TRUE(std::isnan(InverseNormal(0)));
}

// Mean and variance of n draws have standard errors 1/sqrt(n) and sqrt(2/n).
TEST(KeyedRng, NormalHasMeanZeroAndVarianceOne) {
  KeyedRng rng(7, "normal", 0);
  const int n = 200000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double x = rng.Normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / n, 0, 4 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 4 * std::sqrt(2.0 / n));
}

TEST(KeyedRng, ExponentialHasMeanOne) {
  KeyedRng rng(7, "exponential", 0);
  const int n = 200000;
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += rng.Exponential();
  EXPECT_NEAR(sum / n, 1, 4 / std::sqrt(n));
}

TEST(KeyedRng, BelowIsUniformOverItsRange) {
  KeyedRng rng(7, "below", 0);
  int counts[3] = {0, 0, 0};
  const int n = 90000;
  for (int i = 0; i < n; ++i) ++counts[rng.Below(3)];
  // Binomial(n, 1/3): standard deviation sqrt(n * 2/9) = 141.
  for (const int count : counts) EXPECT_NEAR(count, n / 3, 4 * 141);
}

}  // namespace
}  // namespace miv
