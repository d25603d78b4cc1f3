// The choice of coupled pairs does not depend on which rank has a candidate.

#include "worker/build/steps/gap_junction_choice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "common/base/keyed_rng.h"
#include "tests/support/mpi_world.h"

namespace miv::worker {
namespace {

using build::GapCandidate;
using parallel::World;

// Every candidate; keys repeat, so that ties lie on different ranks.
std::vector<GapCandidate> All() {
  std::vector<GapCandidate> all;
  for (std::uint32_t i = 0; i < 500; ++i) {
    KeyedRng rng(1, "test candidates", i, 0);
    all.push_back({1 + std::floor(40 * rng.Uniform()), i / 7, 100 + i});
  }
  return all;
}

// By sorting them all.
std::vector<GapCandidate> Expected(std::size_t k) {
  std::vector<GapCandidate> all = All();
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.key, a.low, a.high) < std::tie(b.key, b.low, b.high);
  });
  all.resize(std::min(k, all.size()));
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.low, a.high) < std::tie(b.low, b.high);
  });
  return all;
}

class Choice : public testing::TestWithParam<std::size_t> {};

TEST_P(Choice, IsThatOfOneRankOnEveryRank) {
  std::vector<GapCandidate> mine;
  const std::vector<GapCandidate> all = All();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (static_cast<int>(i * 5 / 3) % World().size() == World().rank())
      mine.push_back(all[i]);
  EXPECT_EQ(LowestOfAll(World(), mine, GetParam()), Expected(GetParam()));
}

TEST_P(Choice, MayFindAllCandidatesOnOneRank) {
  const bool last = World().rank() + 1 == World().size();
  EXPECT_EQ(LowestOfAll(World(), last ? All() : std::vector<GapCandidate>(),
                        GetParam()),
            Expected(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Numbers, Choice,
                         testing::Values(0, 1, 7, 250, 500, 900));

}  // namespace
}  // namespace miv::worker
