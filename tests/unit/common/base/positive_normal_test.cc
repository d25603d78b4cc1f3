#include "common/base/positive_normal.h"

#include <gtest/gtest.h>

namespace miv {
namespace {

TEST(PositiveNormalMean, MatchesTheClosedForm) {
  EXPECT_EQ(PositiveNormalMean(3, 0), 3);
  // Half normal: sd * sqrt(2 / pi).
  EXPECT_NEAR(PositiveNormalMean(0, 0.1), 0.0797884560802865, 1e-15);
  // mu = sd: r = phi(1) / Phi(1) = 0.24197072 / 0.84134475.
  EXPECT_NEAR(PositiveNormalMean(1, 1), 1.2875999, 1e-7);
}

}  // namespace
}  // namespace miv
