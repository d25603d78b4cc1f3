#include "worker/build/morphology/contraction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "worker/build/morphology/swc.h"

namespace miv::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::StatusOr<Morphology> FromSwc(absl::string_view text) {
  auto points = ParseSwc(text, "cell.swc");
  if (!points.ok()) return points.status();
  return ContractToSections(*std::move(points), "cell.swc");
}

std::vector<std::uint16_t> SectionOf(const Morphology& m, std::size_t s) {
  const auto points = m.section(s);
  return {points.begin(), points.end()};
}

// The tree of ten points that neuroh5's importer turns into Section
// [4, 3,0,1,2, 3,3,4,5, 2,6,7, 2,8,9], edges 0->1, 1->2, 1->3.
TEST(ContractToSections, BreaksAtTypeChangeAndBranchPoint) {
  const auto m = FromSwc(
      "0 1 0 0 0 5 -1 1\n1 1 0 5 0 5 0 1\n2 1 0 10 0 5 1 1\n"
      "3 4 0 20 0 1 2 2\n4 4 0 30 0 1 3 2\n5 4 0 40 0 1 4 2\n"
      "6 4 10 50 0 0.5 5 3\n7 4 20 60 0 0.5 6 3\n"
      "8 4 -10 50 0 0.5 5 3\n9 4 -20 60 0 0.5 8 3\n");
  ASSERT_TRUE(m.ok()) << m.status();
  ASSERT_EQ(m->section_count(), 4u);
  EXPECT_THAT(SectionOf(*m, 0), ElementsAre(0, 1, 2));
  EXPECT_THAT(SectionOf(*m, 1), ElementsAre(3, 4, 5));
  EXPECT_THAT(SectionOf(*m, 2), ElementsAre(6, 7));
  EXPECT_THAT(SectionOf(*m, 3), ElementsAre(8, 9));
  EXPECT_THAT(m->source, ElementsAre(0, 1, 1));
  EXPECT_THAT(m->destination, ElementsAre(1, 2, 3));
  EXPECT_EQ(m->section_class(0), kSoma);
  EXPECT_EQ(m->section_class(3), kApical);
  EXPECT_TRUE(ValidateMorphology(*m).ok());
  EXPECT_THAT(MorphologyRemarks(*m), IsEmpty());
  EXPECT_EQ(AttachmentIndex(*m, 1), 2);  // point 6 hangs on point 5
}

TEST(ContractToSections, NumbersSectionsDepthFirst) {
  // 0-1 soma; 1 has children 2 and 3; 2 branches to 4 and 5.
  const auto m = FromSwc(
      "0 1 0 0 0 5 -1 1\n1 1 0 5 0 5 0 1\n2 3 0 9 0 1 1 1\n"
      "3 3 0 -9 0 1 1 1\n4 3 1 12 0 1 2 1\n5 3 2 12 0 1 2 1\n"
      "6 3 2 20 0 1 4 1\n7 3 2 30 0 1 5 1\n8 3 0 -20 0 1 3 1\n");
  ASSERT_TRUE(m.ok()) << m.status();
  // Section 1 has one point (2) when its first child path (4, 6) is followed,
  // so that path is appended to it; the second opens section 2.
  ASSERT_EQ(m->section_count(), 4u);
  EXPECT_THAT(SectionOf(*m, 1), ElementsAre(2, 4, 6));
  EXPECT_THAT(SectionOf(*m, 2), ElementsAre(5, 7));
  EXPECT_THAT(SectionOf(*m, 3), ElementsAre(3, 8));
  EXPECT_THAT(m->source, ElementsAre(0, 0, 1));
  EXPECT_THAT(m->destination, ElementsAre(1, 3, 2));
}

TEST(ContractToSections, LeafOfOnePointTakesItsParentPoint) {
  const auto m = FromSwc(
      "0 1 0 0 0 5 -1 1\n1 1 0 5 0 5 0 1\n2 3 0 9 0 1 1 1\n"
      "3 4 0 -9 0 1 1 1\n");
  ASSERT_TRUE(m.ok()) << m.status();
  ASSERT_EQ(m->section_count(), 3u);
  EXPECT_THAT(SectionOf(*m, 1), ElementsAre(1, 2));
  EXPECT_THAT(SectionOf(*m, 2), ElementsAre(1, 3));
  EXPECT_THAT(MorphologyRemarks(*m), IsEmpty());
  EXPECT_EQ(AttachmentIndex(*m, 0), 1);  // the shared point
}

TEST(ContractToSections, LeafOfOnePointAfterATypeChangeHasALength) {
  const auto m =
      FromSwc("0 1 0 0 0 5 -1 1\n1 1 0 5 0 5 0 1\n2 7 0 9 0 1 1 1\n");
  ASSERT_TRUE(m.ok()) << m.status();
  EXPECT_THAT(SectionOf(*m, 1), ElementsAre(1, 2));
}

TEST(ContractToSections, SomaOfOnePointSwallowsItsFirstNeuriteAndIsRemarked) {
  const auto m = FromSwc(
      "0 1 0 0 0 5 -1 6\n1 3 0 9 0 1 0 6\n2 3 0 12 0 1 1 6\n"
      "3 4 0 -9 0 1 0 6\n4 4 0 -12 0 1 3 6\n");
  ASSERT_TRUE(m.ok()) << m.status();
  EXPECT_THAT(SectionOf(*m, 0), ElementsAre(0, 1, 2));
  EXPECT_EQ(m->section_class(0), kBasal);
  EXPECT_THAT(MorphologyRemarks(*m),
              ElementsAre(HasSubstr("Section 0 mixes soma and basal")));
}

TEST(ContractToSections, LayersDoNotSplitSectionsAndMissingOnesAreRemarked) {
  const auto m = FromSwc(
      "0 1 0 0 0 5 -1 5\n1 1 0 5 0 5 0 6\n2 3 0 9 0 1 1 -1\n"
      "3 3 0 12 0 1 2 8\n");
  ASSERT_TRUE(m.ok()) << m.status();
  EXPECT_EQ(m->section_count(), 2u);
  EXPECT_THAT(MorphologyRemarks(*m),
              ElementsAre(HasSubstr("1 of 4 points have no layer")));
}

TEST(ContractToSections, RefusesACellOfOneSection) {
  const auto m = FromSwc("0 1 0 0 0 5 -1 6\n1 1 0 5 0 5 0 6\n");
  ASSERT_FALSE(m.ok());
  EXPECT_EQ(m.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(m.status().message()),
              HasSubstr("cell.swc: the whole tree is one section"));
}

TEST(ContractToSections, FollowsTheDeepestTreeWithoutRecursion) {
  std::string text = "0 1 0 0 0 1 -1\n1 1 0 0 1 1 0\n";
  for (int i = 2; i < 65534; ++i)  // the type changes every two points
    absl::StrAppend(&text, i, i / 2 % 2 ? " 3" : " 4", " 0 0 ", i, " 1 ", i - 1,
                    "\n");
  const auto m = FromSwc(text);
  ASSERT_TRUE(m.ok()) << m.status();
  EXPECT_EQ(m->section_count(), 32767u);
  EXPECT_TRUE(ValidateMorphology(*m).ok());
}

}  // namespace
}  // namespace miv::build
