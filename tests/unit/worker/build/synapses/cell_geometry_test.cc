#include "worker/build/synapses/cell_geometry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "tests/unit/worker/build/synapses/straight_cell.h"

namespace miv::build {
namespace {

using ::testing::HasSubstr;

CellGeometry ThreeSections() {
  CellGeometry cell;
  for (int i = 0; i < 3; ++i)
    cell.sections.push_back(StraightSection(3, 10, 1, {5}));
  cell.edges = {{0, 1}, {0, 2}};
  return cell;
}

struct Broken {
  const char* name;
  std::function<void(CellGeometry&)> edit;
  const char* message;
};

class ValidateCellGeometryRefuses : public ::testing::TestWithParam<Broken> {};

TEST_P(ValidateCellGeometryRefuses, NamesTheSection) {
  CellGeometry cell = ThreeSections();
  ASSERT_TRUE(ValidateCellGeometry(cell).ok());
  GetParam().edit(cell);
  const absl::Status status = ValidateCellGeometry(cell);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    EveryCheck, ValidateCellGeometryRefuses,
    ::testing::Values(
        Broken{"NoSections", [](auto& c) { c = {}; }, "no sections"},
        Broken{"ZeroLength", [](auto& c) { c.sections[1].length_um = 0; },
               "section 1 has the length 0 um"},
        Broken{"NanLength", [](auto& c) { c.sections[1].length_um = NAN; },
               "section 1 has the length nan um"},
        Broken{"NoSegments", [](auto& c) { c.sections[2].nseg = 0; },
               "section 2 has nseg 0"},
        Broken{"NoPoints",
               [](auto& c) {
                 auto& s = c.sections[0];
                 s.arc.clear();
                 s.layer.clear();
                 s.x.clear();
                 s.y.clear();
                 s.z.clear();
               },
               "section 0 has no 3-d points"},
        Broken{"UnequalArrays", [](auto& c) { c.sections[0].z.pop_back(); },
               "section 0 has point arrays of different lengths"},
        Broken{"ArcBeyondOne", [](auto& c) { c.sections[0].arc.back() = 1.5; },
               "section 0 has arc positions"},
        Broken{"ArcDescending",
               [](auto& c) {
                 c.sections[0].arc = {0.5, 0.1};
               },
               "section 0 has arc positions"},
        Broken{"InfinitePoint", [](auto& c) { c.sections[0].y[1] = INFINITY; },
               "section 0 has a non-finite 3-d point"},
        Broken{"EdgeToNowhere", [](auto& c) { c.edges[1].child = 3; },
               "section 3 is joined to 0"},
        Broken{"TwoParents",
               [](auto& c) {
                 c.edges[1] = {2, 1};
               },
               "section 1 has two parents"},
        Broken{"Cycle",
               [](auto& c) {
                 c.edges = {{1, 2}, {2, 1}};
               },
               "is part of a cycle"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace miv::build
