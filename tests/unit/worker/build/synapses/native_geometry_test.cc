#include "worker/build/synapses/native_geometry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "worker/build/morphology/contraction.h"
#include "worker/build/morphology/swc.h"

namespace miv::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Morphology TwoSections(const char* dendrite_end) {
  auto points = ParseSwc(std::string("0 1 0 0 0 5 -1 5\n1 1 0 10 0 5 0 5\n"
                                     "2 3 0 10 0 1 1 5\n3 3 30 10 40 1 2 5\n") +
                             dendrite_end,
                         "cell.swc");
  return *ContractToSections(*std::move(points), "cell.swc");
}

TEST(NativeGeometry, MeasuresAlongThePoints) {
  const auto cell = NativeGeometry(TwoSections("4 3 30 10 90 1 3 6\n"), {});
  ASSERT_TRUE(cell.ok()) << cell.status();
  ASSERT_EQ(cell->sections.size(), 2u);
  const SectionGeometry& dendrite = cell->sections[1];
  EXPECT_EQ(dendrite.length_um, 100);  // 30, 40 -> 50, then 50
  EXPECT_THAT(dendrite.arc, ElementsAre(0, 0.5, 1));
  EXPECT_THAT(dendrite.layer, ElementsAre(5, 5, 6));
  EXPECT_EQ(dendrite.swc_type, kBasal);
  EXPECT_EQ(dendrite.nseg, 1);
  EXPECT_THAT(cell->edges, ElementsAre(SectionEdge{0, 1}));
  EXPECT_TRUE(ValidateCellGeometry(*cell).ok());
}

TEST(NativeGeometry, RoundsDifferencesOfCoordinatesAsNeuronDoes) {
  auto points = ParseSwc(
      "0 1 0 1 0 5 -1\n1 1 0 -1e-9 0 5 0\n"
      "2 3 0 -1e-9 0 1 1\n3 3 0 -9 0 1 2\n",
      "cell.swc");
  const auto cell =
      NativeGeometry(*ContractToSections(*std::move(points), "cell.swc"), {});
  ASSERT_TRUE(cell.ok()) << cell.status();
  EXPECT_EQ(cell->sections[0].length_um, 1);  // 1 + 1e-9 is 1 in float
}

TEST(NativeGeometry, DividesByTheLengthConstant) {
  NsegPolicy policy;
  policy.kind = NsegPolicy::Kind::kDLambda;
  const auto cell = NativeGeometry(TwoSections("4 3 30 10 90 1 3 6\n"), policy);
  ASSERT_TRUE(cell.ok());
  // lambda = 1e5 sqrt(d / (4 pi f Ra cm)) = 1e5 sqrt(2 / (4 pi 100 35.4)) =
  // 670.5 um for the dendrite: 100 / 67.05 + 0.9 = 2.39 -> 2 * 1 + 1 = 3.
  EXPECT_EQ(cell->sections[1].nseg, 3);
  // soma: lambda = 1e5 sqrt(10 / 44485) = 1499 um: 10 / 149.9 + 0.9 < 2 -> 1.
  EXPECT_EQ(cell->sections[0].nseg, 1);
}

TEST(NativeGeometry, RefusesASectionWithoutLength) {
  auto points = ParseSwc(
      "0 1 0 0 0 5 -1\n1 1 0 10 0 5 0\n2 3 0 10 0 1 1\n3 3 0 10 0 1 2\n",
      "cell.swc");
  const auto morphology = ContractToSections(*std::move(points), "cell.swc");
  ASSERT_TRUE(morphology.ok());
  const auto cell = NativeGeometry(*morphology, {});
  EXPECT_EQ(cell.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(cell.status().message()),
              HasSubstr("section 1 (basal) has no length"));
}

}  // namespace
}  // namespace miv::build
