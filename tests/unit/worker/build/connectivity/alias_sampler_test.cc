#include "worker/build/connectivity/alias_sampler.h"

#include <gtest/gtest.h>

#include <vector>

namespace miv::build {
namespace {

TEST(AliasSampler, DrawsWithTheWeights) {
  const std::vector<double> weights = {0.5, 3, 0, 1.5, 10, 5};
  AliasSampler sampler;
  sampler.Reset(weights);
  KeyedRng rng(2, "alias test", 0);
  constexpr int kDraws = 200000;
  std::vector<double> counts(weights.size(), 0);
  for (int i = 0; i < kDraws; ++i) ++counts[sampler.Draw(rng)];
  EXPECT_EQ(counts[2], 0);
  double chi_square = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    const double expected = kDraws * weights[i] / 20;
    chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  EXPECT_LT(chi_square, 25.7);  // 4 degrees of freedom, p < 4e-5
}

TEST(AliasSampler, HandlesOneAndManyEqualWeightsAndReuse) {
  AliasSampler sampler;
  KeyedRng rng(2, "alias test", 1);
  sampler.Reset(std::vector<double>(1000, 1e-9));
  std::vector<int> seen(1000, 0);
  for (int i = 0; i < 20000; ++i) seen[sampler.Draw(rng)] = 1;
  for (const int s : seen) EXPECT_EQ(s, 1);  // missed with p = 2e-9 each
  sampler.Reset(std::vector<double>{7});
  EXPECT_EQ(sampler.size(), 1u);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(sampler.Draw(rng), 0u);
}

}  // namespace
}  // namespace miv::build
