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
  std::map<std::string, pipeline::TreeLengths> lengths;
  for (const CellCheck& cell : check.cells)
    if (cell.population == "OLM")
      lengths[CellId(check, cell)] = {{"basal", {{5, 10}}}};
  const auto trees = TreesOf(plan, lengths);
  ASSERT_THAT(trees, SizeIs(1));
  const auto& olm = trees.at("synapses_OLM");  // 14 and 7 of 21 cells
  ASSERT_THAT(olm, SizeIs(2));
  EXPECT_EQ(olm[0].file, "a.swc");
  EXPECT_NEAR(olm[0].share, 2 / 3.0, 1e-12);
  EXPECT_NEAR(olm[1].share, 1 / 3.0, 1e-12);
  lengths.erase(CellId(check, check.cells[3]));
  EXPECT_THAT(TreesOf(plan, lengths), SizeIs(0)) << "one is not known";
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
