#include "common/neuroh5/tree.h"

#include <functional>

#include "common/base/fault.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace miv::neuroh5 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A soma of points 0 to 2, a trunk of 3 to 5 and two branches, as in the
// fixtures of the original library:
//
//   0 - 1 - 2 | 3 - 4 - 5 | 6 - 7
//                         | 8 - 9
Tree Branching() {
  Tree tree;
  tree.gid = 12;
  tree.x = tree.y = tree.z = tree.radius = std::vector<float>(10, 1.0f);
  tree.layer = std::vector<std::int8_t>(10, -1);
  tree.swc_type = {1, 1, 1, 4, 4, 4, 4, 4, 4, 4};
  tree.parent = {-1, 0, 1, 2, 3, 4, 5, 6, 5, 8};
  tree.sections = {{0, 1, 2}, {3, 4, 5}, {6, 7}, {8, 9}};
  tree.src = {0, 1, 1};
  tree.dst = {1, 2, 3};
  return tree;
}

TEST(CheckTree, AcceptsABranchingTree) {
  EXPECT_EQ(CheckTree(Branching()), absl::OkStatus());
}

TEST(CheckTree, AcceptsAPointInTwoSections) {
  Tree tree = Branching();
  tree.sections[2] = {5, 6, 7};
  EXPECT_EQ(CheckTree(tree), absl::OkStatus());
}

struct Damage {
  const char* name;
  std::function<void(Tree*)> apply;
  const char* what;
};
class CheckTreeRefuses : public testing::TestWithParam<Damage> {};

TEST_P(CheckTreeRefuses, WithGidAndReason) {
  Tree tree = Branching();
  GetParam().apply(&tree);
  const absl::Status status = CheckTree(tree);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().what));
  ASSERT_TRUE(FaultOf(status).has_value());
  EXPECT_EQ(FaultOf(status)->gid, 12);
}

INSTANTIATE_TEST_SUITE_P(
    Tree, CheckTreeRefuses,
    testing::Values(
        Damage{"NoPoint", [](Tree* t) { t->x.clear(); }, "number of points"},
        Damage{"TooManyPoints", [](Tree* t) { t->x.resize(65536); },
               "number of points"},
        Damage{"ShortArray", [](Tree* t) { t->layer.pop_back(); },
               "differ in length"},
        Damage{"ParentBeyond", [](Tree* t) { t->parent[3] = 10; },
               "point 3 has no usable parent"},
        Damage{"ParentBelowRoot", [](Tree* t) { t->parent[3] = -2; },
               "no usable parent"},
        Damage{"OwnParent", [](Tree* t) { t->parent[3] = 3; },
               "no usable parent"},
        Damage{"NoSection", [](Tree* t) { t->sections.clear(); }, "no section"},
        Damage{"EmptySection", [](Tree* t) { t->sections[1].clear(); },
               "section 1 has no point"},
        Damage{"OrphanPoint", [](Tree* t) { t->sections[3] = {8}; },
               "lies in no section"},
        Damage{"SectionBeyond",
               [](Tree* t) {
                 t->sections[3] = {8, 9, 10};
               },
               "point that does not exist"},
        Damage{"OneBased",
               [](Tree* t) {
                 for (auto& section : t->sections)
                   for (auto& id : section) ++id;
               },
               "count from 1"},
        Damage{"EdgeLengths", [](Tree* t) { t->src.pop_back(); },
               "edge arrays differ"},
        Damage{"EdgeBeyond", [](Tree* t) { t->dst[2] = 4; },
               "edge 2 names no section"},
        Damage{"TwoRoots",
               [](Tree* t) {
                 t->src = {0, 1};
                 t->dst = {1, 2};
               },
               "do not form one tree"},
        Damage{"TwoParents",
               [](Tree* t) {
                 t->src = {0, 1, 1, 2};
                 t->dst = {1, 2, 3, 3};
               },
               "section 3 has several parents"},
        Damage{"Ring",
               [](Tree* t) {
                 t->src = {1, 2, 3};
                 t->dst = {2, 3, 1};
               },
               "ring"}),
    [](const auto& info) { return info.param.name; });

TEST(ConnectionPoints, IsThePositionOfTheParentPoint) {
  // Point 3's parent 2 is third in {0,1,2}; 6 and 8 hang on 5, third in
  // {3,4,5}.
  EXPECT_THAT(ConnectionPoints(Branching()).value(), ElementsAre(2, 2, 2));
}

TEST(ConnectionPoints, PrefersASharedPoint) {
  Tree tree = Branching();
  tree.sections[2] = {4, 6, 7};  // shares point 4, second in {3,4,5}
  EXPECT_THAT(ConnectionPoints(tree).value(), ElementsAre(2, 1, 2));
}

TEST(ConnectionPoints, RefusesSectionsThatDoNotTouch) {
  Tree tree = Branching();
  tree.parent[8] = 0;
  const auto loc = ConnectionPoints(tree);
  EXPECT_EQ(loc.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(loc.status().message()),
              HasSubstr("section 3 does not touch its parent section 1"));
}

TEST(SectionOfPoint, IsTheFirstThatClaimsIt) {
  Tree tree = Branching();
  tree.sections[2] = {5, 6, 7};
  EXPECT_THAT(SectionOfPoint(tree), ElementsAre(0, 0, 0, 1, 1, 1, 2, 2, 3, 3));
}

TEST(FlattenSections, CountsSectionsAndPoints) {
  EXPECT_THAT(FlattenSections(Branching()),
              ElementsAre(4, 3, 0, 1, 2, 3, 3, 4, 5, 2, 6, 7, 2, 8, 9));
}

}  // namespace
}  // namespace miv::neuroh5
