#include "worker/simulate/synapses/reduced_sections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace miv::simulate {
namespace {

using ::testing::ElementsAre;

constexpr std::int8_t kSr = 8;

std::vector<std::uint32_t> Choose(const ReducedLayout& layout,
                                  const std::vector<std::uint8_t>& types,
                                  const std::vector<std::int8_t>& layers,
                                  const std::vector<double>& places) {
  ReducedSections sections(layout, types, layers);
  sections.StartSource();
  std::vector<std::uint32_t> chosen;
  for (std::size_t i = 0; i < types.size(); ++i) {
    chosen.push_back(sections.SectionOf(i, places[i]));
  }
  return chosen;
}

TEST(ReducedSections, PutsClassesOnSomaAndDendrite) {
  ReducedLayout layout;
  layout.soma = 4;
  layout.dend = 7;
  EXPECT_THAT(Choose(layout, {1, 2, 7, 8, 3, 4}, {0, 0, 0, 0, 0, 0},
                     {.5, .5, .5, .5, .5, .5}),
              ElementsAre(4, 4, 4, 4, 7, 7));
}

TEST(ReducedSections, FallsBackToTheFirstSection) {
  ReducedLayout layout;
  layout.soma = 2;
  EXPECT_THAT(Choose(layout, {3, 1}, {0, 0}, {.5, .5}), ElementsAre(0, 2));
}

TEST(ReducedSections, GoesAlongAListInTurn) {
  // Steps are differences of places (by hand): positions 0.4, 0.4 + 0.2 = 0.6,
  // 0.6 + 0.7 = 1.3, so the fourth synapse moves on; there 0.5, and so on.
  ReducedLayout layout;
  layout.lists[{4, kSr}] = {10, 11};
  EXPECT_THAT(Choose(layout, {4, 4, 4, 4, 4}, {kSr, kSr, kSr, kSr, kSr},
                     {.4, .6, .9, .5, .6}),
              ElementsAre(10, 10, 10, 11, 11));
}

TEST(ReducedSections, StartsOverWhenTheListChanges) {
  ReducedLayout layout;
  layout.soma = 0;
  layout.lists[{4, kSr}] = {10, 11};
  EXPECT_THAT(Choose(layout, {4, 1, 4}, {kSr, kSr, kSr}, {.95, .5, .95}),
              ElementsAre(10, 0, 10));
}

TEST(ReducedSections, StartsEverySourceAfresh) {
  ReducedLayout layout;
  layout.lists[{4, kSr}] = {10, 11};
  const std::vector<std::uint8_t> types = {4, 4, 4};
  const std::vector<std::int8_t> layers = {kSr, kSr, kSr};
  ReducedSections sections(layout, types, layers);
  sections.StartSource();
  sections.SectionOf(0, 0.9);
  sections.SectionOf(1, 0.95);  // 0.9 + 0.05
  sections.SectionOf(2, 0.95);  // 0.95 + 0.9 > 1
  EXPECT_EQ(sections.SectionOf(0, 0.5), 11);
  sections.StartSource();
  EXPECT_EQ(sections.SectionOf(0, 0.5), 10);
}

}  // namespace
}  // namespace miv::simulate
