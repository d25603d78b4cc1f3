#include "server/jobs/model_checks.h"

#include <gmock/gmock.h>

#include "common/base/fault.h"
#include "tests/unit/common/pipeline/network_fixture.h"
#include "tests/unit/server/support/pipelines.h"

namespace miv::server {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

// The plan of the documentation's network, each file with a digest of its own.
JobPlan NetworkPlan() {
  JobPlan plan = PlanOf(pipeline::Network());
  for (const auto& file : pipeline::FilesOf(plan.pipeline)) {
    plan.files[file.path] = {file.path, "digest of " + file.path, 1,
                             file.directory};
  }
  return plan;
}

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

TEST(ChecksOf, CoversEveryMorphologyOfAList) {
  pipeline::PipelineSpec spec = pipeline::Network();
  pipeline::Step(spec, "forest_OLM").config["morphology"] = {
      {{"file", "b.swc"}, {"gids", {380}}}, {{"file", "a.swc"}}};
  JobPlan plan = PlanOf(spec);
  for (const auto& file : pipeline::FilesOf(plan.pipeline))
    plan.files[file.path] = {file.path, "digest of " + file.path, 1,
                             file.directory};
  const auto checks = ChecksOf(plan);
  ASSERT_THAT(checks, SizeIs(1));
  std::vector<std::string> labels;
  for (const LabelledDigest& file : checks[0].morphologies)
    labels.push_back(file.label);
  EXPECT_THAT(labels,
              ElementsAre("./swc/PYR.swc", "./swc/PVBC.swc", "b.swc", "a.swc"));
  EXPECT_EQ(checks[0].cells.back().morphology.label, "b.swc");
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
