#include "worker/build/connectivity/source_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "common/base/keyed_rng.h"

namespace miv::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

SourcePopulation RandomPopulation(std::size_t n, double size) {
  KeyedRng rng(1, "source index test", 0);
  SourcePopulation population = {"PYR", 100, {}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    population.u.push_back(static_cast<float>(size * (rng.Uniform() - 0.5)));
    population.v.push_back(static_cast<float>(size * (rng.Uniform() - 0.5)));
  }
  return population;
}

TEST(SourceIndex, FindsWhatBruteForceFinds) {
  const SourcePopulation population = RandomPopulation(500, 400);
  const auto index = SourceIndex::Create(population, 60, 35);
  ASSERT_TRUE(index.ok()) << index.status();
  const auto kernel = *DistanceKernel::Create({{120, 70}, {10, 0}});
  const auto wide = *DistanceKernel::Create({{900, 900}, {0, 0}});
  Candidates found;
  for (std::uint32_t self = 0; self < 500; self += 7) {
    const double u = population.u[self], v = population.v[self];
    for (const DistanceKernel& k : {kernel, wide}) {
      Candidates expected;
      for (std::uint32_t i = 0; i < 500; ++i) {
        const double w = k.Weight(population.u[i] - u, population.v[i] - v);
        if (i == self || !(w > 0)) continue;
        expected.index.push_back(i);
        expected.weight.push_back(w);
      }
      index->Find(u, v, k, self, found);
      EXPECT_EQ(found.index, expected.index);
      EXPECT_EQ(found.weight, expected.weight);
      EXPECT_EQ(index->Any(u, v, k, self), !expected.empty());
    }
  }
}

TEST(SourceIndex, ExcludesSelfOnlyWhenAsked) {
  const auto index = SourceIndex::Create({"PYR", 0, {5}, {5}}, 10, 10);
  ASSERT_TRUE(index.ok());
  const auto kernel = *DistanceKernel::Create({{20, 20}, {}});
  Candidates found;
  index->Find(5, 5, kernel, SourceIndex::kNobody, found);
  EXPECT_THAT(found.index, ElementsAre(0));
  index->Find(5, 5, kernel, 0, found);
  EXPECT_THAT(found.index, IsEmpty());
  EXPECT_FALSE(index->Any(5, 5, kernel, 0));
  EXPECT_FALSE(index->Any(1e6, -1e6, kernel, SourceIndex::kNobody));
}

TEST(SourceIndex, HandlesAnEmptyPopulation) {
  const auto index = SourceIndex::Create({"PYR", 0, {}, {}}, 10, 10);
  ASSERT_TRUE(index.ok());
  EXPECT_FALSE(index->Any(0, 0, *DistanceKernel::Create({{20, 20}, {}}),
                          SourceIndex::kNobody));
}

TEST(SourceIndex, NamesTheCellWithoutADistance) {
  const auto status =
      SourceIndex::Create({"PYR", 64, {0, NAN}, {0, 0}}, 10, 10).status();
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("the distance of gid 65 (PYR) is not finite"));
  EXPECT_EQ(SourceIndex::Create({"PYR", 64, {0}, {}}, 10, 10).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace miv::build
