#include "worker/build/connectivity/gap_junctions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "common/base/keyed_rng.h"

namespace miv::build {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

PolynomialFit Line(double at_zero, double at_hundred) {
  return *PolynomialFit::Create({0, 100}, {at_zero, at_hundred});
}

// n somata in a box of 200 x 100 x 50 um, also at negative positions.
SomaPositions Somata(std::uint32_t start, int n) {
  SomaPositions somata{start, {}, {}, {}};
  for (int i = 0; i < n; ++i) {
    KeyedRng rng(7, "test somata", start, static_cast<std::uint32_t>(i));
    somata.x.push_back(static_cast<float>(200 * rng.Uniform() - 100));
    somata.y.push_back(static_cast<float>(100 * rng.Uniform() - 50));
    somata.z.push_back(static_cast<float>(50 * rng.Uniform()));
  }
  return somata;
}

GapCandidates FindAll(const SomaPositions& a, const SomaPositions& b,
                      const GapReach& reach, std::size_t block = 1000,
                      std::int64_t seed = 3) {
  const GapPairFinder finder(a, b, reach, seed);
  GapCandidates found;
  for (std::size_t i = 0; i < a.size(); i += block)
    finder.Find(i, std::min(i + block, a.size()), found);
  std::sort(found.pairs.begin(), found.pairs.end());
  return found;
}

using Pairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;

Pairs PairsOf(const GapCandidates& found) {
  Pairs pairs;
  for (const GapCandidate& c : found.pairs) pairs.insert({c.low, c.high});
  return pairs;
}

// By trying every pair.
Pairs BruteForce(const SomaPositions& a, const SomaPositions& b, double min,
                 double max) {
  Pairs pairs;
  for (std::uint32_t i = 0; i < a.size(); ++i)
    for (std::uint32_t j = 0; j < b.size(); ++j) {
      const double d =
          std::hypot(double{a.x[i]} - b.x[j], double{a.y[i]} - b.y[j],
                     double{a.z[i]} - b.z[j]);
      if (a.start + i != b.start + j && d >= min && d <= max)
        pairs.insert(std::minmax(a.start + i, b.start + j));
    }
  return pairs;
}

TEST(GapPairFinder, FindsEveryPairWithinReachOnce) {
  const SomaPositions a = Somata(0, 150), b = Somata(150, 90);
  const GapReach reach{10, 40, Line(1, 1)};
  for (const auto& [first, second] : {std::pair(&a, &a), std::pair(&a, &b)}) {
    const GapCandidates found = FindAll(*first, *second, reach);
    const Pairs expected = BruteForce(*first, *second, 10, 40);
    EXPECT_EQ(PairsOf(found), expected);
    EXPECT_EQ(found.pairs.size(), expected.size());
    EXPECT_EQ(found.in_reach, expected.size());
    EXPECT_EQ(found.without_weight, 0u);
  }
}

TEST(GapPairFinder, DoesNotDependOnBlocksOrOnTheOrderOfThePopulations) {
  const SomaPositions a = Somata(0, 80), b = Somata(80, 60);
  const GapReach reach{0, 50, Line(1, 0.1)};
  const auto whole = FindAll(a, b, reach).pairs;
  EXPECT_EQ(FindAll(a, b, reach, 7).pairs, whole);
  EXPECT_EQ(FindAll(b, a, reach).pairs, whole);
  EXPECT_NE(FindAll(a, b, reach, 1000, 4).pairs, whole);
}

TEST(GapPairFinder, BoundsAreInclusive) {
  const SomaPositions line{0, {0, 10, 30}, {0, 0, 0}, {0, 0, 0}};
  EXPECT_EQ(PairsOf(FindAll(line, line, {10, 20, Line(1, 1)})),
            (Pairs{{0, 1}, {1, 2}}));
}

TEST(GapPairFinder, LeavesOutPairsWithoutWeight) {
  const SomaPositions line{0, {0, 10, 30}, {0, 0, 0}, {0, 0, 0}};
  // By hand: 1 - d / 20 is 0.5, 0 and -0.5 at 10, 20 and 30 um.
  const GapCandidates found = FindAll(line, line, {0, 100, Line(1, -4)});
  EXPECT_EQ(PairsOf(found), (Pairs{{0, 1}}));
  EXPECT_EQ(found.in_reach, 3u);
  EXPECT_EQ(found.without_weight, 2u);
}

TEST(GapPairFinder, TheLowestKeyIsDrawnInProportionToTheWeights) {
  // By hand: weights 1 - d / 40 of 0.75, 0.5, 0.25 for 10, 20 and 30 um.
  const SomaPositions line{0, {0, 10, 30}, {0, 0, 0}, {0, 0, 0}};
  const GapReach reach{0, 100, Line(1, -1.5)};
  const int trials = 6000;
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> counts;
  for (int seed = 0; seed < trials; ++seed) {
    const auto found = FindAll(line, line, reach, 1000, seed).pairs;
    ++counts[{found[0].low, found[0].high}];
  }
  double chi = 0;
  for (const auto& [pair, share] : {std::pair(std::pair(0u, 1u), 1 / 2.0),
                                    std::pair(std::pair(1u, 2u), 1 / 3.0),
                                    std::pair(std::pair(0u, 2u), 1 / 6.0)})
    chi += std::pow(counts[pair] - trials * share, 2) / (trials * share);
  EXPECT_LT(chi, 18.4);  // 2 degrees of freedom, p = 1e-4
}

// A soma of 20 um along z; at its end an apical section of 100 um with two
// tufts of 30 and 50 um, in its middle a basal section of 40 um (its first
// point 5 um away).
Morphology Cell() {
  Morphology m;
  const float z[] = {0, 10, 20, 70, 120, 150, 170, 10, 10};
  const float x[] = {0, 0, 0, 0, 0, 0, 0, 5, 45};
  const std::int8_t type[] = {1, 1, 1, 4, 4, 4, 4, 3, 3};
  const std::int32_t parent[] = {-1, 0, 1, 2, 3, 4, 4, 1, 7};
  for (int i = 0; i < 9; ++i) {
    m.points.x.push_back(x[i]);
    m.points.y.push_back(0);
    m.points.z.push_back(z[i]);
    m.points.radius.push_back(1);
    m.points.layer.push_back(-1);
    m.points.swc_type.push_back(type[i]);
    m.points.parent.push_back(parent[i]);
  }
  m.section_points = {0, 1, 2, /**/ 2, 3, 4, /**/ 4, 5, /**/ 4, 6, /**/ 7, 8};
  m.section_begin = {0, 3, 6, 8, 10, 12};
  m.source = {0, 0, 1, 1};
  m.destination = {1, 4, 2, 3};
  return m;
}

TEST(JunctionSites, MeasuresPathsToTheMiddleOfTheRoot) {
  ASSERT_TRUE(ValidateMorphology(Cell()).ok()) << ValidateMorphology(Cell());
  const JunctionSites sites(Cell());
  // By hand, from z = 10 um on the soma.
  EXPECT_DOUBLE_EQ(sites.RootDistance(0, 0.5), 0);
  EXPECT_DOUBLE_EQ(sites.RootDistance(0, 0), 10);
  EXPECT_DOUBLE_EQ(sites.RootDistance(1, 0), 10);
  EXPECT_DOUBLE_EQ(sites.RootDistance(1, 0.5), 60);
  EXPECT_DOUBLE_EQ(sites.RootDistance(2, 1), 10 + 100 + 30);
  EXPECT_DOUBLE_EQ(sites.RootDistance(3, 1), 10 + 100 + 50);
  EXPECT_DOUBLE_EQ(sites.RootDistance(4, 0.25), 10);
}

TEST(JunctionSites, KnowsTheClassesOfItsSections) {
  const JunctionSites sites(Cell());
  EXPECT_THAT(sites.OfClass(kSoma), ElementsAre(0));
  EXPECT_THAT(sites.OfClass(kApical), ElementsAre(1, 2, 3));
  EXPECT_THAT(sites.OfClass(kBasal), ElementsAre(4));
  EXPECT_THAT(sites.OfClass(kAxon), IsEmpty());
  EXPECT_THAT(sites.OfClass(99), IsEmpty());
}

TEST(PlaceJunction, DrawsClassAndSectionsEvenlyAmongWhatIsAllowed) {
  const JunctionSites sites(Cell());
  const int trials = 12000;
  std::map<std::uint32_t, double> low, high;
  for (std::uint32_t i = 0; i < trials; ++i) {
    const auto place =
        PlaceJunction({0, i, i + 1}, sites, sites, {kBasal, kApical}, 5);
    ASSERT_TRUE(place.has_value());
    ++low[place->section[0]];
    ++high[place->section[1]];
    EXPECT_EQ(place->section[0] == 4, place->section[1] == 4);
    for (const float x : place->position) {
      EXPECT_GE(x, 0.01f);
      EXPECT_LE(x, 1);
    }
  }
  for (const auto& counts : {low, high}) {
    EXPECT_NEAR(counts.at(4), trials / 2.0, 4 * std::sqrt(trials / 4.0));
    for (const std::uint32_t section : {1, 2, 3})
      EXPECT_NEAR(counts.at(section), trials / 6.0,
                  4 * std::sqrt(trials * 5 / 36.0));
  }
}

TEST(PlaceJunction, RespectsTheAllowedClasses) {
  const JunctionSites sites(Cell());
  for (std::uint32_t i = 0; i < 100; ++i)
    EXPECT_EQ(
        PlaceJunction({0, i, i + 1}, sites, sites, {kBasal}, 5)->section[0],
        4u);
  EXPECT_FALSE(PlaceJunction({0, 1, 2}, sites, sites, {kAxon, kAis}, 5));
}

TEST(GapCoupling, StaysWithinItsBoundsAndNeverBelowZero) {
  const GapCoupling coupling{2, 10, 60, Line(1, -1)};  // 1 - d / 50
  EXPECT_FLOAT_EQ(coupling.At(25), 1);
  EXPECT_FLOAT_EQ(coupling.At(0), 1.6f);  // as at 10 um
  EXPECT_FLOAT_EQ(coupling.At(55), 0);
  EXPECT_FLOAT_EQ(coupling.At(1000), 0);
}

}  // namespace
}  // namespace miv::build
