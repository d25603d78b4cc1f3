// Forests of several morphologies, and of reconstructions without layers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/files.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/trees.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/worker/build/steps/build_chain.h"
#include "worker/build/steps/morphology_map.h"

namespace miv::worker {
namespace {

using neuroh5::Selection;
using nlohmann::json;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Seven columns; the root at y = 40, ids from 1.  The dendrite is 100 um long
// below the root, the axon 30 um above.
constexpr char kLayerless[] =
    "1 1 0 40 0 5 -1\n2 1 0 41 0 5 1\n3 3 0 39 0 1 2\n4 3 0 -60 0 1 3\n"
    "5 2 0 42 0 1 2\n6 2 0 70 0 1 5\n";
constexpr char kLayered[] =
    "0 1 0 0 0 5 -1 6\n1 1 0 1 0 5 0 6\n2 3 0 0 0 1 1 6\n3 3 0 -50 0 1 2 5\n"
    "4 2 0 2 0 1 1 6\n5 2 0 9 0 1 4 6\n";

constexpr char kNetwork[] = R"(api: miv/v1
name: forests
steps:
  h5_types:
    kind: h5_types
    config:
      cell_distributions: {STIM: {SP: 3}, PYR: {SP: 7}}
      projections: {PYR: [STIM]}
  network:
    kind: network_architecture
    uses: [h5_types]
    config:
      layer_extents:
        SO: [[0, 0, 0], [60, 40, 100]]
        SP: [[0, 0, 100], [60, 40, 150]]
  forest:
    uses: [network]
)";

class Forest : public testing::Test {
 protected:
  void Put(const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(directory_ / name, text).ok());
  }

  // Builds a forest whose config ends with `config`.
  absl::Status Build(const std::string& config,
                     const char* kind = "generate_synapse_forest") {
    Put("a.swc", kLayered);
    Put("b.swc", kLayerless);
    Put("c.swc", std::string(kLayered) + "6 2 0 19 0 1 5 6\n");
    Put("net.yaml",
        absl::StrCat(kNetwork, "    kind: ", kind,
                     "\n    config: {population: PYR, ", config, "}\n"));
    const auto chain = LoadChain(directory_ / "net.yaml");
    if (!chain.ok()) return chain.status();
    parallel::SingleRank ranks;
    NativeGeometryProvider geometry;
    return RunChain(*chain, directory_.path(), ranks, geometry, observer_)
        .status();
  }

  // Points of the cells' trees, by gid.
  std::vector<std::size_t> Points() {
    const auto reader = neuroh5::Reader::Open(directory_ / "forest/forest.h5");
    EXPECT_TRUE(reader.ok()) << reader.status();
    const auto trees = neuroh5::ReadTrees(*reader, "PYR", Selection::All());
    EXPECT_TRUE(trees.ok()) << trees.status();
    std::vector<std::size_t> points;
    for (const auto& tree : *trees) points.push_back(tree.x.size());
    return points;
  }

  // Digest of the file that was built last.
  std::string Digest() {
    const auto digest = DigestOfFile(directory_ / "forest/forest.h5");
    EXPECT_TRUE(digest.ok()) << digest.status();
    return digest.ok() ? digest->digest : "";
  }

  std::vector<std::vector<std::int8_t>> Layers() {
    const auto reader = neuroh5::Reader::Open(directory_ / "forest/forest.h5");
    const auto trees = neuroh5::ReadTrees(*reader, "PYR", Selection::All());
    std::vector<std::vector<std::int8_t>> layers;
    for (const auto& tree : *trees) layers.push_back(tree.layer);
    return layers;
  }

  test::TempDirectory directory_;
  RecordingObserver observer_;
};

TEST_F(Forest, GivesEveryCellTheMorphologyThatNamesIt) {
  const auto status = Build(
      "morphology: [{file: a.swc, gids: [3, 8-9]}, {file: c.swc, gids: "
      "[4-7]}]");
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Points(), ElementsAre(6, 7, 7, 7, 7, 6, 6));  // gids 3 to 9
}

TEST_F(Forest, SharesTheOtherCellsInTurn) {
  const auto status = Build(
      "morphology: [{file: a.swc}, {file: c.swc}, {file: a.swc, gids: [4]}]");
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Points(), ElementsAre(6, 6, 7, 6, 7, 6, 7));
}

TEST_F(Forest, GivesPointsTheLayerOfTheirDepth) {
  // The middle of SP is 125: L = 125, 126, 124, 25, 127, 155 (above SP).
  const auto status = Build("morphology: b.swc, layer_from: depth");
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Layers(), Each(ElementsAre(6, 6, 6, 5, 6, -1)));
  EXPECT_THAT(observer_.warnings,
              ElementsAre(HasSubstr("1 of 6 points have no layer")));
}

TEST_F(Forest, TurnsTheTreeAndTakesOtherExtents) {
  const auto status = Build(
      "morphology: b.swc, layer_from: depth, depth_axis: -y, soma_layer: CA, "
      "layer_definitions: {CA: 3, CB: 4}, layer_extents: {CA: [[0, 0, 0], [1, "
      "1, 40]], CB: [[0, 0, 40], [1, 1, 300]]}");
  ASSERT_TRUE(status.ok()) << status;
  // L = 20, 19, 21, 120, 18, -10.
  EXPECT_THAT(Layers(), Each(ElementsAre(3, 3, 3, 4, 3, -1)));
}

// The PYR cells are 3 to 9.
TEST_F(Forest, IsTheSameFromADirectoryAsFromAListOfFiles) {
  ASSERT_TRUE(
      Build("morphology: [{file: c.swc, gids: [3, 8]}, {file: a.swc}]").ok());
  const std::string listed = Digest();
  ASSERT_TRUE(MakeDirectories(directory_ / "pyr").ok());
  ASSERT_TRUE(MakeDirectories(directory_ / "named").ok());
  Put("pyr/gids.yaml", "3: c.swc\n8: c.swc\ndefault: a.swc\n");
  Put("pyr/a.swc", kLayered);
  Put("pyr/c.swc", std::string(kLayered) + "6 2 0 19 0 1 5 6\n");
  for (int gid = 3; gid <= 9; ++gid)
    Put(absl::StrCat("named/", gid, ".swc"),
        absl::StrCat(kLayered,
                     gid == 3 || gid == 8 ? "6 2 0 19 0 1 5 6\n" : ""));
  for (const char* config :
       {"file: pyr, stands_for: synapse_forest", "file: ./named",
        "file: pyr, gids: {default: a.swc, 3: c.swc, 8: c.swc}"}) {
    const auto status = Build(config, "import");
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(Digest(), listed) << config;
  }
}

TEST_F(Forest, IsTheSameFromAnImportedFileAsFromItsMorphology) {
  ASSERT_TRUE(Build("morphology: b.swc, layer_from: depth").ok());
  const std::string own = Digest();
  const auto status = Build(
      "file: b.swc, stands_for: generate_synapse_forest, layer_from: depth",
      "import");
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Digest(), own);
}

TEST(MorphologyOfCells, RefusesWhatNoValidatedConfigHolds) {
  const neuroh5::Population population{"PYR", 1, 3, 4};
  const auto message = [&](const char* text) {
    return std::string(
        MorphologyOfCells(json::parse(text), population).status().message());
  };
  EXPECT_THAT(message(R"({"morphology": [{"file": "m", "gids": [[3, 7]]}]})"),
              HasSubstr("not cells of PYR"));
  EXPECT_THAT(message(R"({"morphology": [{"file": "m", "gids": [[3, 5]]}]})"),
              HasSubstr("a cell has no morphology"));
  EXPECT_THAT(
      message(R"({"morphology": [{"file": "m", "gids": [[3, 5], [5, 6]]}]})"),
      HasSubstr("a cell has two morphologies"));
  EXPECT_THAT(message(R"({"morphology": [{"file": "m", "gids": ["3"]}]})"),
              HasSubstr("not a range of gids"));
}

}  // namespace
}  // namespace miv::worker
