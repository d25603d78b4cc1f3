// What h5py finds in a file that our writer wrote.  Expected values are those
// of neuroh5-format.md; the content of the sample is drawn in
// neuroh5_sample.cc.

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/neuroh5/validate.h"
#include "common/neuroh5/writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/neuroh5_sample.h"
#include "tests/unit/common/neuroh5/h5py_files.h"

namespace miv::neuroh5 {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Each;
using testing::Gt;
using testing::IsEmpty;
using testing::Ne;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

// The dump of one sample, made once.
const json& Sample() {
  static const json* const sample = [] {
    const std::string path = testing::TempDir() + "/neuroh5_layout.h5";
    EXPECT_EQ(WriteSample(path, FileAccess()), absl::OkStatus());
    auto* dump = new json(DumpOf(path));
    std::filesystem::remove(path);
    return dump;
  }();
  return *sample;
}

class WriterLayout : public testing::Test {
 protected:
  void SetUp() override { MIV_NEED_H5PY(); }
  static const json& At(const std::string& path) {
    return Sample()["objects"].at(path);
  }
};

TEST_F(WriterLayout, HasTheOldSuperblock) {
  EXPECT_EQ(Sample()["superblock"], 0);
}

// The times that HDF5 stores are messages of an object's header: 0x12, and 0x0e
// in older files.
TEST_F(WriterLayout, NoObjectHoldsATime) {
  std::map<std::string, int> kinds;
  for (const auto& [path, object] : Sample()["objects"].items()) {
    const auto messages = object["messages"].get<std::vector<int>>();
    EXPECT_THAT(messages, Each(AllOf(Ne(0x12), Ne(0x0e)))) << path;
    EXPECT_THAT(messages, Not(IsEmpty())) << path;
    ++kinds[object.contains("children") ? "group"
            : object.contains("values") ? "dataset"
                                        : "type"];
  }
  EXPECT_THAT(kinds,
              UnorderedElementsAre(Pair("group", Gt(10)),
                                   Pair("dataset", Gt(50)), Pair("type", 3)));
}

TEST_F(WriterLayout, HasTheFiveTypesObjects) {
  const json labels = {
      "enum", "<u2", {{"PYR", 0}, {"PVBC", 10}, {"STIM", 100}}};
  EXPECT_EQ(At("/H5Types/Population labels")["type"], labels);
  const json range = {
      {"Start", "<u8", 0}, {"Count", "<u4", 8}, {"Population", labels, 12}};
  EXPECT_EQ(At("/H5Types/Population range")["type"], range);
  EXPECT_EQ(At("/H5Types/Populations")["type"], range);
  EXPECT_EQ(At("/H5Types/Populations")["values"],
            json({{0, 23, 0}, {23, 7, 10}, {30, 11, 100}}));
  const json pair = {{"Source", labels, 0}, {"Destination", labels, 2}};
  EXPECT_EQ(At("/H5Types/Population projections")["type"], pair);
  EXPECT_EQ(At("/H5Types/Valid population projections")["type"], pair);
  EXPECT_EQ(At("/H5Types/Valid population projections")["values"],
            json({{100, 0}, {10, 0}, {0, 10}, {10, 10}}));
}

TEST_F(WriterLayout, DatasetsHaveNoFiltersAndZeroPadding) {
  for (const auto& [path, object] : Sample()["objects"].items()) {
    if (!object.contains("shape")) continue;
    EXPECT_EQ(object["filters"], 0) << path;
    EXPECT_EQ(object["early"], true) << path;
    EXPECT_EQ(object["padding_is_zero"], true) << path;
  }
}

// At least neuroh5's 4000 elements, else the whole vector; by hand: 7 cells of
// 150001 values are 1,050,007, too many for one chunk of 1,024,000.
std::uint64_t ChunkOf(const std::string& path, std::uint64_t length) {
  if (path == "/Populations/PVBC/Many/v/Attribute Value") return 525'004;
  return length < 4000 ? 4000 : length;
}

TEST_F(WriterLayout, DatasetsCanBeExtendedByNeuroh5) {
  for (const auto& [path, object] : Sample()["objects"].items()) {
    if (!object.contains("shape") || path.rfind("/H5Types", 0) == 0) continue;
    EXPECT_EQ(object["unlimited"], true) << path;
    const bool tree_index = path == "/Populations/PYR/Trees/Cell Index";
    if (path.find("/Trees/") == std::string::npos) {
      EXPECT_EQ(object["chunk"], ChunkOf(path, object["shape"][0])) << path;
    } else if (tree_index) {
      EXPECT_EQ(object["chunk"], 1000);
    }
  }
}

TEST_F(WriterLayout, CellAttributesAreRelativeWithPointers) {
  const std::string path = "/Populations/PVBC/All Types/u16/";
  EXPECT_EQ(At(path + "Cell Index")["type"], "<u4");
  EXPECT_EQ(At(path + "Cell Index")["values"], json({0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(At(path + "Attribute Pointer")["type"], "<u8");
  // 4 * (gid % 3) values for gids 23 to 29: 8, 0, 4, 8, 0, 4, 8.
  EXPECT_EQ(At(path + "Attribute Pointer")["values"],
            json({0, 8, 8, 12, 20, 20, 24, 32}));
  EXPECT_EQ(At(path + "Attribute Value")["type"], "<u2");
  // gid 23: 23 * 31 + 7 i + 1.
  EXPECT_EQ(At(path + "Attribute Value")["values"][0], 714);
  EXPECT_EQ(At(path + "Attribute Value")["values"][1], 721);
}

TEST_F(WriterLayout, StoresAllSevenValueTypes) {
  for (const auto& [name, type] :
       std::vector<std::pair<const char*, const char*>>{{"f32", "<f4"},
                                                        {"u8", "|u1"},
                                                        {"i8", "|i1"},
                                                        {"u16", "<u2"},
                                                        {"i16", "<i2"},
                                                        {"u32", "<u4"},
                                                        {"i32", "<i4"}}) {
    EXPECT_EQ(At(std::string("/Populations/PVBC/All Types/") + name +
                 "/Attribute Value")["type"],
              type);
  }
}

TEST_F(WriterLayout, StoresNamespacesWithoutCells) {
  const std::string path = "/Populations/PVBC/No Cell/f32/";
  EXPECT_EQ(At(path + "Cell Index")["shape"], json({0}));
  EXPECT_EQ(At(path + "Attribute Pointer")["values"], json({0}));
  EXPECT_EQ(At(path + "Attribute Value")["shape"], json({0}));
}

TEST_F(WriterLayout, TreesShareIndexAndPointersByHardLinks) {
  const std::string trees = "/Populations/PYR/Trees/";
  // neuroh5-format.md section 4: 11, 7, 3 and 2 links.
  EXPECT_EQ(At(trees + "Cell Index")["links"], 11);
  for (const char* name : {"X Coordinate", "Y Coordinate", "Z Coordinate",
                           "Radius", "Point Layer", "SWC Type", "Parent Point"})
    EXPECT_EQ(At(trees + name + "/Attribute Pointer")["links"], 7) << name;
  for (const char* name :
       {"Source Section/Section Pointer", "Source Section/Attribute Pointer",
        "Destination Section/Attribute Pointer"})
    EXPECT_EQ(At(trees + name)["links"], 3) << name;
  EXPECT_EQ(At(trees + "Section/Section Pointer")["links"], 2);
  EXPECT_EQ(At(trees + "Section/Attribute Pointer")["links"], 2);
  EXPECT_EQ(At(trees + "Destination Section")["children"],
            json({"Attribute Pointer", "Attribute Value", "Cell Index"}));
}

TEST_F(WriterLayout, TreesHaveTheFixedValueTypes) {
  for (const auto& [name, type] :
       std::vector<std::pair<const char*, const char*>>{
           {"X Coordinate", "<f4"},
           {"Y Coordinate", "<f4"},
           {"Z Coordinate", "<f4"},
           {"Radius", "<f4"},
           {"Point Layer", "|i1"},
           {"SWC Type", "|i1"},
           {"Parent Point", "<i4"},
           {"Section", "<u2"},
           {"Source Section", "<u2"},
           {"Destination Section", "<u2"}}) {
    EXPECT_EQ(At(std::string("/Populations/PYR/Trees/") + name +
                 "/Attribute Value")["type"],
              type);
  }
  const json section = At("/Populations/PYR/Trees/Section/Attribute Value");
  EXPECT_EQ(section["shape"], json({23 * 15}));
  EXPECT_EQ(section["values"][3], 1);
}

TEST_F(WriterLayout, ReplicatesShapesForTheirCells) {
  // Even gids have the shape that starts at x = 0, odd ones that at 100.
  const json x = At("/Populations/PYR/Trees/X Coordinate/Attribute Value");
  EXPECT_EQ(x["values"][0], 0);
  EXPECT_EQ(x["values"][10], 100);
  EXPECT_EQ(x["values"][20], 0);
}

TEST_F(WriterLayout, ProjectionsAreBlockCompact) {
  const std::string edges = "/Projections/PYR/STIM/Edges/";
  // Destinations 0 to 3 and 5 to 22: 22 of them, the sentinel is one more.
  EXPECT_EQ(At(edges + "Destination Block Index")["values"], json({0, 5}));
  EXPECT_EQ(At(edges + "Destination Block Pointer")["values"],
            json({0, 4, 23}));
  EXPECT_EQ(At(edges + "Destination Pointer")["shape"], json({23}));
  EXPECT_EQ(At(edges + "Destination Pointer")["values"][22], 176);
  // Destination 0: sources 3 i mod 11 for i < 8 are 0 3 6 9 1 4 7 10, sorted.
  const json sources = At(edges + "Source Index")["values"];
  EXPECT_EQ(json(std::vector<json>(sources.begin(), sources.begin() + 8)),
            json({0, 1, 3, 4, 6, 7, 9, 10}));
  // syn_id 7 i + 1 of i = 0 4 1 5 2 6 3 7.
  const json ids = At("/Projections/PYR/STIM/Synapses/syn_id")["values"];
  EXPECT_EQ(json(std::vector<json>(ids.begin(), ids.begin() + 8)),
            json({1, 29, 8, 36, 15, 43, 22, 50}));
  EXPECT_EQ(At("/Projections/PYR/STIM/Connections/distance")["type"], "<f4");
}

TEST_F(WriterLayout, ProjectionsWithoutDestinationsOrEdgesAreComplete) {
  const std::string none = "/Projections/PYR/PVBC/Edges/";
  EXPECT_EQ(At(none + "Destination Block Index")["shape"], json({0}));
  EXPECT_EQ(At(none + "Destination Block Pointer")["values"], json({1}));
  EXPECT_EQ(At(none + "Destination Pointer")["values"], json({0}));
  EXPECT_EQ(At(none + "Source Index")["shape"], json({0}));
  const std::string empty = "/Projections/PVBC/PYR/Edges/";
  EXPECT_EQ(At(empty + "Destination Block Index")["values"], json({0}));
  EXPECT_EQ(At(empty + "Destination Block Pointer")["values"], json({0, 8}));
  EXPECT_EQ(At(empty + "Destination Pointer")["values"],
            json({0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(At(empty + "Source Index")["shape"], json({0}));
}

TEST_F(WriterLayout, AttributesAreNumbersArraysAndText) {
  const json attributes =
      Sample()["attributes"].at("/Populations/PYR/Arc Distances");
  EXPECT_EQ(attributes["Reference U Min"], -1.5);
  EXPECT_EQ(attributes["Reference U Max"], 2.25);
  EXPECT_EQ(attributes["origin"], json({1.0, 2.0, 3.0}));
  EXPECT_EQ(attributes["mode"], "exact");
}

}  // namespace
}  // namespace miv::neuroh5
