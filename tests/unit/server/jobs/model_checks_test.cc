#include "server/jobs/model_checks.h"

#include <gmock/gmock.h>

#include "common/base/fault.h"
#include "tests/unit/common/pipeline/network_fixture.h"
#include "tests/unit/server/support/pipelines.h"

namespace miv::server {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

// The plan, each file with a digest of its own.
JobPlan WithFiles(JobPlan plan) {
  for (const auto& file : pipeline::FilesOf(plan.pipeline)) {
    plan.files[file.path] = {file.path, "digest of " + file.path, 1,
                             file.directory};
  }
  return plan;
}

// The plan of the documentation's network.
JobPlan NetworkPlan() { return WithFiles(PlanOf(pipeline::Network())); }

TEST(ChecksOf, CoversEachCellAndMorphologyOnce) {
  const auto checks = ChecksOf(NetworkPlan());
  ASSERT_THAT(checks, SizeIs(1));
  EXPECT_EQ(checks[0].templates.digest, "digest of ./templates");
  EXPECT_EQ(checks[0].mechanisms.digest, "digest of ./mechanisms");
  std::vector<std::string> cells;
  for (const CellCheck& cell : checks[0].cells) {
    cells.push_back(cell.population + " " + cell.template_name + " " +
                    cell.morphology.label);
  }
  EXPECT_THAT(cells, ElementsAre("PYR PoolosPyramidalCell ./swc/PYR.swc",
                                 "PVBC PVBasketCell ./swc/PVBC.swc",
                                 "OLM OLMCell ./swc/OLM.swc"));
  EXPECT_THAT(checks[0].morphologies, SizeIs(3));
}

// NetworkPlan() with a list of morphologies for OLM.
JobPlan PlanWithSeveralMorphologies() {
  pipeline::PipelineSpec spec = pipeline::Network();
  pipeline::Step(spec, "forest_OLM").config["morphology"] = {
      {{"file", "a.swc"}, {"gids", {"380-393"}}}, {{"file", "b.swc"}}};
  return WithFiles(PlanOf(spec));
}

TEST(ChecksOf, CoversEveryFileOfAListOfMorphologies) {
  const auto checks = ChecksOf(PlanWithSeveralMorphologies());
  ASSERT_THAT(checks, SizeIs(1));
  std::vector<std::string> cells, files;
  for (const CellCheck& cell : checks[0].cells)
    cells.push_back(cell.population + " " + cell.morphology.label);
  for (const LabelledDigest& file : checks[0].morphologies)
    files.push_back(file.label);
  EXPECT_THAT(cells, ElementsAre("PYR ./swc/PYR.swc", "PVBC ./swc/PVBC.swc",
                                 "OLM a.swc", "OLM b.swc"));
  EXPECT_THAT(files,
              ElementsAre("./swc/PYR.swc", "./swc/PVBC.swc", "a.swc", "b.swc"));
}

TEST(TreesOf, WeighsTheTreesOfTheStepsThatHaveThemAll) {
  const JobPlan plan = PlanWithSeveralMorphologies();
  const ModelCheck check = ChecksOf(plan)[0];
  FactsById facts;
  for (const CellCheck& cell : check.cells)
    if (cell.population == "OLM")
      facts[CellId(check, cell)].lengths = {{"basal", {{5, 10}}}};
  const auto trees = TreesOf(plan, facts);
  ASSERT_THAT(trees, SizeIs(1));
  const auto& olm = trees.at("synapses_OLM");  // 14 and 7 of 21 cells
  ASSERT_THAT(olm, SizeIs(2));
  EXPECT_EQ(olm[0].file, "a.swc");
  EXPECT_NEAR(olm[0].share, 2 / 3.0, 1e-12);
  EXPECT_NEAR(olm[1].share, 1 / 3.0, 1e-12);
  facts.erase(CellId(check, check.cells[3]));
  EXPECT_THAT(TreesOf(plan, facts), SizeIs(0)) << "one is not known";
}

TEST(ShapesOf, IsTheMeanOverTheCellsOfAPopulation) {
  const JobPlan plan = PlanWithSeveralMorphologies();
  const ModelCheck check = ChecksOf(plan)[0];
  // 14 and 7 of 21 cells.
  FactsById facts;
  facts[CellId(check, check.cells[2])] = {{{"basal", {{5, 12}}}}, 30};
  facts[CellId(check, check.cells[3])] = {{{"basal", {{5, 6}, {6, 9}}}}, 60};
  const CellShapes shapes = ShapesOf(plan, facts);
  ASSERT_THAT(shapes, SizeIs(1));
  const CellShape& olm = shapes.at("OLM");
  EXPECT_NEAR(olm.segments, 40, 1e-9);
  EXPECT_NEAR(olm.lengths.at("basal").at(5), 10, 1e-9);
  EXPECT_NEAR(olm.lengths.at("basal").at(6), 3, 1e-9);
}

TEST(FactsOfCells, SurvivesItsOwnText) {
  const auto facts = FactsOfCells(nlohmann::json::parse(
      R"([{"id": "a", "lengths": {"soma": {"5": 20}}, "segments": 7},
          {"id": "b", "segments": 3},
          {"id": "c", "lengths": {}, "segments": "seven"},
          {"id": "d", "lengths": {}, "segments": -2}])"));
  ASSERT_TRUE(facts.ok()) << facts.status();
  ASSERT_THAT(*facts, SizeIs(3)) << "b has no lengths";
  const auto again = FactsOfCells(nlohmann::json::parse(ToJson(*facts).dump()));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->at("a").segments, 7);
  EXPECT_EQ(again->at("a").lengths.at("soma").at(5), 20);
  EXPECT_EQ(again->at("c").segments, 0);
  EXPECT_EQ(again->at("d").segments, 0);
}

TEST(CellId, TellsLayeringsApart) {
  ModelCheck check = ChecksOf(NetworkPlan())[0];
  const std::string id = CellId(check, check.cells[0]);
  const std::string key = CheckKey(check, "w", false);
  check.cells[0].layering = {{"layer_from", "depth"}};
  EXPECT_NE(CellId(check, check.cells[0]), id);
  EXPECT_NE(CheckKey(check, "w", false), key);
}

TEST(ChecksOf, IsEmptyForAPipelineWithoutFiles) {
  EXPECT_THAT(ChecksOf(PlanOf(CorePipeline())), SizeIs(0));
}

TEST(WithField, NamesStepAndFieldOfTheFile) {
  const JobPlan plan = NetworkPlan();
  const auto field_of = [&](const std::string& file) {
    const absl::Status refusal = InvalidInput({.file = file, .what = "bad"});
    return FaultOf(WithField(plan, refusal))->field;
  };
  EXPECT_EQ(field_of("./swc/OLM.swc"), "steps.forest_OLM.config.morphology");
  EXPECT_NE(field_of("./mechanisms/na.mod"), "");
  EXPECT_EQ(field_of("./mechanismsX/na.mod"), "");
  EXPECT_EQ(field_of(""), "");
}

TEST(CheckKey, ChangesWithEveryInputAndWithTheWorker) {
  const ModelCheck check = ChecksOf(NetworkPlan())[0];
  const std::string key = CheckKey(check, "w", false);
  EXPECT_NE(CheckKey(check, "v", false), key);
  ModelCheck other = check;
  other.mechanisms.digest = "other";
  EXPECT_NE(CheckKey(other, "w", false), key);
  other = check;
  other.templates.digest = "other";
  EXPECT_NE(CheckKey(other, "w", false), key);
  other = check;
  other.cells[0].template_name = "Other";
  EXPECT_NE(CheckKey(other, "w", false), key);
  other = check;
  other.morphologies[0].digest = "other";
  EXPECT_NE(CheckKey(other, "w", false), key);
}

TEST(CheckKey, LeavesOutPathsUnlessAnErrorWouldNameThem) {
  const ModelCheck check = ChecksOf(NetworkPlan())[0];
  ModelCheck renamed = check;
  renamed.morphologies[0].label = "/elsewhere/PYR.swc";
  EXPECT_EQ(CheckKey(renamed, "w", false), CheckKey(check, "w", false));
  EXPECT_NE(CheckKey(renamed, "w", true), CheckKey(check, "w", true));
}

}  // namespace
}  // namespace miv::server
