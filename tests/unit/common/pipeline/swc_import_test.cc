// Imports of SWC files in place of a forest.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/pipeline/cache_key.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/common/pipeline/error_case.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// forest_OLM as an import; the OLM cells are 380 to 400.
const std::string kForest = "steps.forest_OLM.";
const std::string kConfig = kForest + "config.";

std::vector<std::string> Imported(const std::string& config,
                                  std::vector<std::string> more = {}) {
  std::vector<std::string> overrides = {
      kForest + "kind=import",
      absl::StrCat(kForest, "config={population: OLM, ", config, "}")};
  overrides.insert(overrides.end(), more.begin(), more.end());
  return overrides;
}

ResolvedStep Forest(const std::vector<std::string>& overrides) {
  PipelineSpec spec = Network();
  for (const std::string& text : overrides)
    EXPECT_TRUE(ApplyOverride(spec, text).ok()) << text;
  const auto resolved = Resolve(spec);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  return resolved.ok() ? *resolved->FindStep("forest_OLM") : ResolvedStep();
}

class SwcImportMistake : public testing::TestWithParam<ErrorCase> {};

TEST_P(SwcImportMistake, IsNamedWithItsRemedy) {
  EXPECT_EQ(ErrorAfter(GetParam().overrides), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, SwcImportMistake,
    testing::Values(
        ErrorCase{"NoGid", Imported("file: olm, gids: {first: a.swc}"),
                  kConfig + "gids.first: not a range of gids; expected a gid, "
                            "\"first-last\" or \"default\", found \"first\""},
        ErrorCase{"ForeignCell",
                  Imported("file: olm, gids: {379-380: a.swc, default: b.swc}"),
                  kConfig + "gids.379-380: not cells of OLM; expected gids "
                            "from 380 to 400, found 379-380"},
        ErrorCase{"CellTwice",
                  Imported("file: olm, gids: {380-400: a.swc, 381: b.swc}"),
                  kConfig +
                      "gids.381: cell 381 already has a morphology, as one "
                      "of 380-400. Give every cell one morphology."},
        ErrorCase{"CellsWithout", Imported("file: olm, gids: {380: a.swc}"),
                  kConfig + "gids: 20 of 21 cells of OLM have no morphology. "
                            "Name the cells, or add an entry for all others: "
                            "one without gids; in an import, \"default\"."},
        ErrorCase{"SeveralFilesOfACell",
                  Imported("file: olm, gids: {380: [a.swc, b.swc]}"),
                  kConfig + "gids.380: a cell has one morphology; expected one "
                            "SWC file; several for \"default\", found "
                            "[\"a.swc\",\"b.swc\"]"},
        ErrorCase{"FileElsewhere",
                  Imported("file: olm, gids: {default: ../a.swc}"),
                  kConfig + "gids.default: not a file of the directory; "
                            "expected a path below it that ends in .swc, found "
                            "\"../a.swc\""},
        ErrorCase{"NoSwcFile", Imported("file: olm, gids: {380: a.txt}"),
                  kConfig + "gids.380: not a file of the directory; expected a "
                            "path below it that ends in .swc, found \"a.txt\""},
        ErrorCase{"GidsOfOneFile",
                  Imported("file: a.swc, gids: {default: a.swc}"),
                  kConfig + "gids: a single SWC file is the tree of every "
                            "cell. Remove gids, or name a directory as file."},
        ErrorCase{"GidsOfAnotherKind",
                  Imported("file: olm, stands_for: synapses, gids: {380: "
                           "a.swc}"),
                  kConfig + "gids: only the trees of a forest are listed by "
                            "gid. Write stands_for: generate_synapse_forest."},
        ErrorCase{"LayersOfANeuroh5File",
                  Imported("file: a.h5, stands_for: synapse_forest, "
                           "layer_from: depth"),
                  kConfig + "layer_from: the field only has a meaning for SWC "
                            "files that stand for generate_synapse_forest"},
        ErrorCase{"SomaInNoLayer",
                  Imported("file: a.swc, stands_for: synapse_forest, "
                           "layer_from: depth, soma_layer: SX"),
                  kConfig + "soma_layer: the layer has no entry in "
                            "layer_extents; expected one of SLM, SO, SP, SR, "
                            "found \"SX\". Did you mean \"SO\"?"}),
    CaseName);

TEST(SwcImport, OfOneFileIsTheStepItStandsFor) {
  const ResolvedStep step =
      Forest(Imported("file: a.swc, stands_for: synapse_forest"));
  const ResolvedStep forest = Forest({kConfig + "morphology=a.swc"});
  EXPECT_EQ(step.kind, "generate_synapse_forest");
  EXPECT_EQ(step.config, forest.config);
  ASSERT_NE(step.FindInput("morphology"), nullptr);
  EXPECT_EQ(step.FindInput("morphology")->path, "a.swc");
  EXPECT_EQ(step.FindInput("morphology")->field, kConfig + "file");
}

TEST(SwcImport, OfADirectoryListsItsMorphologiesByGid) {
  const ResolvedStep step =
      Forest(Imported("file: olm, gids: {390-399: b.swc, 380: a.swc, 382: "
                      "b.swc, default: [c.swc, sub/d.swc]}"));
  const ResolvedStep forest =
      Forest({kConfig + "morphology=[{file: olm/a.swc, gids: [380]}, {file: "
                        "olm/b.swc, gids: [382, 390-399]}, {file: olm/c.swc}, "
                        "{file: olm/sub/d.swc}]"});
  EXPECT_EQ(KeyConfig(step), KeyConfig(forest));
  ASSERT_EQ(step.inputs.size(), forest.inputs.size());
  for (std::size_t i = 0; i < step.inputs.size(); ++i)
    EXPECT_EQ(step.inputs[i].path, forest.inputs[i].path);
  EXPECT_EQ(step.FindInput("morphology:1")->field, kConfig + "gids.382");
}

TEST(SwcImport, WithoutStandsForIsAMorphology) {
  PipelineSpec spec = Network();
  spec.steps.push_back(
      {.name = "swc", .kind = "import", .config = {{"file", "a.swc"}}});
  const auto resolved = Resolve(spec);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(resolved->FindStep("swc")->kind, "import");
}

class SwcDirectory : public testing::Test {
 protected:
  void Put(const std::string& name, const std::string& text = "") {
    ASSERT_TRUE(MakeDirectories(directory_ / "olm").ok());
    ASSERT_TRUE(WriteFileAtomically(directory_ / ("olm/" + name), text).ok());
  }
  absl::StatusOr<LoadedPipeline> LoadFile() {
    const std::string path = directory_ / "net.yaml";
    EXPECT_TRUE(WriteFileAtomically(path, NetworkYaml()).ok());
    return LoadPipelineFile(path, Imported("file: ./olm"));
  }
  std::string Message() { return std::string(LoadFile().status().message()); }

  test::TempDirectory directory_;
};

TEST_F(SwcDirectory, IsReadByTheNamesOfItsFiles) {
  Put("380.swc");
  Put("0381.SWC");
  Put("notes.txt");
  const auto loaded = LoadFile();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  PipelineSpec spec = loaded->spec;
  EXPECT_EQ(Step(spec, "forest_OLM").config["gids"],
            (json{{"380", "380.swc"}, {"0381", "0381.SWC"}}));
}

TEST_F(SwcDirectory, IsReadByItsListOfGids) {
  Put("gids.yaml", "default: a.swc\n399: b.swc\n");
  Put("a.swc");
  auto loaded = LoadFile();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(Step(loaded->spec, "forest_OLM").config["gids"],
            (json{{"default", "a.swc"}, {"399", "b.swc"}}));
  EXPECT_EQ(loaded->files.size(), 2u);
  ASSERT_TRUE(ApplyOverride(loaded->spec, kConfig + "gids.401=b.swc").ok());
  const auto resolved = Resolve(loaded->spec);
  EXPECT_THAT(std::string(resolved.status().message()),
              HasSubstr("gids.401: not cells of OLM"));
}

TEST_F(SwcDirectory, RefusesNamesThatSayNoGid) {
  Put("380.swc");
  Put("axon.swc");
  EXPECT_THAT(Message(), HasSubstr("the name of a file in ./olm does not say "
                                   "whose tree it is; expected GID.swc, found "
                                   "\"axon.swc\""));
}

TEST_F(SwcDirectory, RefusesOneWithoutAnyTree) {
  Put("notes.txt");
  EXPECT_THAT(Message(), HasSubstr("there is no SWC file in ./olm"));
}

}  // namespace
}  // namespace miv::pipeline
