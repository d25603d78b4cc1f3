#include "worker/build/morphology/morphology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "worker/build/morphology/contraction.h"
#include "worker/build/morphology/swc.h"

namespace miv::build {
namespace {

using ::testing::HasSubstr;

// Soma 0-1, basal 2-3 and apical 4-5, both on point 1.
Morphology ThreeSections() {
  auto points = ParseSwc(
      "0 1 0 0 0 5 -1 5\n1 1 0 5 0 5 0 5\n2 3 0 9 0 1 1 5\n"
      "3 3 0 12 0 1 2 5\n4 4 0 9 1 1 1 5\n5 4 0 12 1 1 4 5\n",
      "cell.swc");
  return *ContractToSections(*std::move(points), "cell.swc");
}

struct Broken {
  const char* name;
  std::function<void(Morphology&)> edit;
  const char* message;
};

class ValidateMorphologyRefuses : public ::testing::TestWithParam<Broken> {};

TEST_P(ValidateMorphologyRefuses, NamesTheCulprit) {
  Morphology m = ThreeSections();
  ASSERT_TRUE(ValidateMorphology(m).ok());
  GetParam().edit(m);
  const absl::Status status = ValidateMorphology(m);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    EveryCheck, ValidateMorphologyRefuses,
    ::testing::Values(
        Broken{"UnequalArrays", [](auto& m) { m.points.layer.pop_back(); },
               "differ in length"},
        Broken{"NoPoints", [](auto& m) { m.points = {}; }, "0 points"},
        Broken{"ZeroRadius", [](auto& m) { m.points.radius[2] = 0; },
               "point 2 has radius 0"},
        Broken{"InfiniteCoordinate", [](auto& m) { m.points.z[3] = INFINITY; },
               "point 3 has a non-finite coordinate"},
        Broken{"ParentOutOfRange", [](auto& m) { m.points.parent[3] = 6; },
               "point 3 has parent 6"},
        Broken{"TwoRoots", [](auto& m) { m.points.parent[4] = -1; },
               "2 root points"},
        Broken{"OneSection",
               [](auto& m) {
                 m.section_begin = {0, m.section_points.size()};
               },
               "1 sections"},
        Broken{"EmptySection", [](auto& m) { m.section_begin[1] = 0; },
               "section 0 has no points"},
        Broken{"PointOutOfRange", [](auto& m) { m.section_points[2] = 6; },
               "section 1 lists point 6"},
        Broken{"PointMissing", [](auto& m) { m.section_points[2] = 1; },
               "point 2 is in no section"},
        Broken{"UnequalEdges", [](auto& m) { m.source.pop_back(); },
               "differ in number"},
        Broken{"EdgeOutOfRange", [](auto& m) { m.destination[0] = 3; },
               "edge 0 joins section 0 to 3 of 3"},
        Broken{"TwoParents", [](auto& m) { m.destination[1] = 1; },
               "section 1 has two parents"},
        Broken{"EdgeMissing",
               [](auto& m) {
                 m.source.pop_back();
                 m.destination.pop_back();
               },
               "1 edges between 3 sections"},
        Broken{"Cycle",
               [](auto& m) {
                 m.source = {1, 2};
                 m.destination = {2, 1};
               },
               "part of a cycle"},
        Broken{"NotAttached",
               [](auto& m) {
                 m.source = {0, 1};
                 m.destination = {1, 2};
               },
               "section 2 is not attached to section 1"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(SwcTypeName, NamesEveryTypeOfThisProject) {
  EXPECT_EQ(SwcTypeName(kSoma), "soma");
  EXPECT_EQ(SwcTypeName(kHillock), "hillock");
  EXPECT_EQ(SwcTypeName(12), "type 12");
}

}  // namespace
}  // namespace miv::build
