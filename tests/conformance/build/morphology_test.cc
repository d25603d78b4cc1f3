// Sections, segments and lengths of the published cells, against the table
// computed independently from the same files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "tests/conformance/build/rc_separation.h"

namespace miv::build {
namespace {

using namespace rc_separation;  // NOLINT: the vocabulary of this test
using ::testing::ElementsAre;

class PublishedCells : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Available()) GTEST_SKIP() << "no case files at " << SwcPath("PYR");
  }
};

std::map<int, int> SectionsByClass(const CellGeometry& cell) {
  std::map<int, int> counts;
  for (const SectionGeometry& s : cell.sections) ++counts[s.swc_type];
  return counts;
}

std::map<int, std::vector<int>> SegmentsByClass(const CellGeometry& cell) {
  std::map<int, std::vector<int>> segments;
  for (const SectionGeometry& s : cell.sections)
    segments[s.swc_type].push_back(s.nseg);
  return segments;
}

// Length by (class, layer), rounded to 0.01 um.
std::map<std::pair<int, int>, double> Lengths(const CellGeometry& cell) {
  std::map<std::pair<int, int>, double> lengths;
  for (const SectionGeometry& s : cell.sections) {
    for (int i = 0; i < s.nseg; ++i) {
      const double x = (i + 0.5) / s.nseg;
      std::size_t nearest = 0;  // first of the nearest points
      for (std::size_t p = 1; p < s.arc.size(); ++p)
        if (std::fabs(s.arc[p] - x) < std::fabs(s.arc[nearest] - x))
          nearest = p;
      lengths[{s.swc_type, s.layer[nearest]}] += s.length_um / s.nseg;
    }
  }
  for (auto& [category, length] : lengths)
    length = std::round(length * 100) / 100;
  return lengths;
}

using LengthTable = std::map<std::pair<int, int>, double>;

TEST_F(PublishedCells, PyramidalCell) {
  const Morphology m = Load("PYR");
  EXPECT_EQ(m.points.size(), 10346u);
  EXPECT_EQ(m.section_count(), 167u);
  EXPECT_EQ(m.source.size(), 166u);
  EXPECT_TRUE(ValidateMorphology(m).ok());
  const CellGeometry cell = Geometry("PYR");
  EXPECT_EQ(
      SectionsByClass(cell),
      (std::map<int, int>{
          {kSoma, 2}, {kApical, 107}, {kBasal, 56}, {kAis, 1}, {kAxon, 1}}));
  EXPECT_EQ(Lengths(cell), (LengthTable{{{kSoma, kSP}, 18.11},
                                        {{kApical, kSP}, 489.59},
                                        {{kApical, kSR}, 1579.55},
                                        {{kApical, kSLM}, 4653.83},
                                        {{kBasal, kSO}, 3272.21},
                                        {{kAis, kSP}, 50.00},
                                        {{kAxon, kSR}, 250.00}}));
}

TEST_F(PublishedCells, BasketCell) {
  EXPECT_EQ(Load("PVBC").points.size(), 1820u);
  const CellGeometry cell = Geometry("PVBC");
  EXPECT_EQ(cell.edges.size(), 4u);
  EXPECT_EQ(SegmentsByClass(cell),
            (std::map<int, std::vector<int>>{
                {kSoma, {1}}, {kApical, {9, 9}}, {kBasal, {7, 7}}}));
  EXPECT_EQ(Lengths(cell), (LengthTable{{{kSoma, kSP}, 20},
                                        {{kApical, kSP}, 266.67},
                                        {{kApical, kSR}, 266.67},
                                        {{kApical, kSLM}, 666.67},
                                        {{kBasal, kSO}, 600}}));
}

TEST_F(PublishedCells, OlmCell) {
  EXPECT_EQ(Load("OLM").points.size(), 954u);
  const CellGeometry cell = Geometry("OLM");
  EXPECT_EQ(cell.edges.size(), 3u);
  EXPECT_EQ(SegmentsByClass(cell),
            (std::map<int, std::vector<int>>{
                {kSoma, {1}}, {kBasal, {5, 5}}, {kAxon, {3}}}));
  EXPECT_EQ(Lengths(cell), (LengthTable{{{kSoma, kSO}, 20},
                                        {{kBasal, kSO}, 783.47},
                                        {{kAxon, kSLM}, 150}}));
}

TEST(ImportedTree, EqualsWhatNeuroh5Wrote) {
  const std::string directory = SharedDirectory() + "/conformance/neuroh5/swc";
  std::ifstream file(directory + "/tree.expected.json");
  if (!file) GTEST_SKIP() << "no fixtures at " << directory;
  const auto json = nlohmann::json::parse(file);
  const auto& tree =
      json.at("semantic").at("cell_attributes").at("PYR").at("Trees").at("0");
  auto points = ParseSwc(*ReadFile(directory + "/pyr10.swc"), "pyr10.swc");
  const auto m = ContractToSections(*std::move(points), "pyr10.swc");
  ASSERT_TRUE(m.ok()) << m.status();
  EXPECT_EQ(m->source, tree.at("Source Section").get<std::vector<uint16_t>>());
  EXPECT_EQ(m->destination,
            tree.at("Destination Section").get<std::vector<uint16_t>>());
  EXPECT_EQ(m->points.parent,
            tree.at("Parent Point").get<std::vector<int32_t>>());
  EXPECT_EQ(m->points.layer, tree.at("Point Layer").get<std::vector<int8_t>>());
  EXPECT_EQ(m->points.radius, tree.at("Radius").get<std::vector<float>>());
  EXPECT_EQ(m->points.y, tree.at("Y Coordinate").get<std::vector<float>>());
  std::vector<int> flat = {static_cast<int>(m->section_count())};
  for (std::size_t s = 0; s < m->section_count(); ++s) {
    flat.push_back(static_cast<int>(m->section(s).size()));
    flat.insert(flat.end(), m->section(s).begin(), m->section(s).end());
  }
  EXPECT_EQ(flat, tree.at("Section").get<std::vector<int>>());
}

}  // namespace
}  // namespace miv::build
