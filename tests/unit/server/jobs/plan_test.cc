#include "server/jobs/plan.h"

#include <gmock/gmock.h>

#include "server/jobs/plan_cache.h"
#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using testing::Contains;
using testing::Pair;

class PlanTest : public ServerTest {
 protected:
  // Tasks of the plan, the first `done` of them with their outputs.
  static std::vector<Task> Tasks(const JobPlan& plan, int done) {
    std::vector<Task> tasks(plan.pipeline.steps.size());
    for (int i = 0; i < done; ++i) {
      tasks[i].state = TaskState::kSucceeded;
      for (const auto& name : plan.step(i).outputs) {
        tasks[i].outputs.push_back({name, "digest of " + name, 1});
      }
    }
    return tasks;
  }
};

TEST_F(PlanTest, SurvivesBeingStored) {
  const JobPlan plan = PlanOf(ModelPipeline(), UploadModel(*artifacts_));
  const auto back = PlanFromText(PlanToText(plan));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->pipeline, plan.pipeline);
  EXPECT_EQ(back->files, plan.files);
}

TEST_F(PlanTest, RefusesTextThatIsNoPlan) {
  for (const char* text : {"", "[]", "{}", R"({"pipeline": 1, "files": []})",
                           R"({"files": [{"path": 1}]})"}) {
    EXPECT_EQ(PlanFromText(text).status().code(), absl::StatusCode::kDataLoss)
        << text;
  }
}

TEST_F(PlanTest, KnowsInputDigestsOnceTheStepsBeforeAreDone) {
  const JobPlan plan = PlanOf(CorePipeline());
  EXPECT_EQ(InputDigests(plan, 1, Tasks(plan, 0)).value(), std::nullopt);
  const auto digests = InputDigests(plan, 1, Tasks(plan, 1)).value();
  ASSERT_TRUE(digests.has_value());
  EXPECT_THAT(*digests, Contains(Pair("types", "digest of neuro.h5")));
}

TEST_F(PlanTest, KnowsDigestsOfUploadedFiles) {
  const auto files = UploadModel(*artifacts_);
  const JobPlan plan = PlanOf(ModelPipeline(), files);
  const auto digests = InputDigests(plan, 3, Tasks(plan, 3)).value();
  ASSERT_TRUE(digests.has_value());
  EXPECT_THAT(*digests, Contains(Pair("morphology", files[0].digest)));
}

TEST_F(PlanTest, AMissingOutputIsInternal) {
  const JobPlan plan = PlanOf(CorePipeline());
  auto tasks = Tasks(plan, 1);
  tasks[0].outputs.clear();
  EXPECT_EQ(InputDigests(plan, 1, tasks).status().code(),
            absl::StatusCode::kInternal);
}

TEST_F(PlanTest, IsReadyOnlyWhenEveryUsedStepEndedWell) {
  const JobPlan plan = PlanOf(CorePipeline());
  EXPECT_TRUE(IsReady(plan, 0, Tasks(plan, 0)));
  EXPECT_FALSE(IsReady(plan, 1, Tasks(plan, 0)));
  EXPECT_TRUE(IsReady(plan, 1, Tasks(plan, 1)));
}

TEST_F(PlanTest, BindsModelGroupsToTemplatesAndMechanisms) {
  const JobPlan a = PlanOf(ModelPipeline(), UploadModel(*artifacts_, "a"));
  const JobPlan b = PlanOf(ModelPipeline(), UploadModel(*artifacts_, "b"));
  EXPECT_EQ(ClassOf(a.step(3)), GroupClass::kCore);
  EXPECT_EQ(ModelKey(a, 3), "");
  EXPECT_EQ(ClassOf(a.step(4)), GroupClass::kModel);
  EXPECT_NE(ModelKey(a, 4), "");
  EXPECT_NE(ModelKey(a, 4), ModelKey(b, 4));
  EXPECT_FALSE(IsSingleUse(a.step(4)));
}

// A job of one program whose file holds `text`, and which may use an
// interpreter.
JobPlan PlanOfAProgram(ArtifactStore& artifacts, const std::string& text,
                       nlohmann::json config = nlohmann::json::object()) {
  config["program"] = "./thin.py";
  config["outputs"] = {"out.txt"};
  pipeline::PipelineSpec spec;
  spec.name = "program";
  spec.steps.push_back(
      {.name = "thin", .kind = "script", .config = std::move(config)});
  const auto file = artifacts.PublishBytes(text);
  EXPECT_TRUE(file.ok()) << file.status();
  return PlanOf(spec, {{"./thin.py", file->digest, file->size, false}});
}

TEST_F(PlanTest, BindsTheGroupOfAProgramToItsBytes) {
  const JobPlan plan = PlanOfAProgram(*artifacts_, "#!/bin/sh\n");
  ASSERT_EQ(plan.pipeline.steps.size(), 1u);
  EXPECT_EQ(ClassOf(plan.step(0)), GroupClass::kModel);
  EXPECT_NE(ModelKey(plan, 0), "");
  EXPECT_EQ(ModelKey(plan, 0),
            ModelKey(PlanOfAProgram(*artifacts_, "#!/bin/sh\n",
                                    {{"args", {"{output}"}}}),
                     0));
  EXPECT_NE(ModelKey(plan, 0),
            ModelKey(PlanOfAProgram(*artifacts_, "#!/bin/sh\ntrue\n"), 0));
}

TEST_F(PlanTest, NeitherAProgramNorASimulationSharesItsGroup) {
  const JobPlan program = PlanOfAProgram(*artifacts_, "#!/bin/sh\n");
  EXPECT_TRUE(IsSingleUse(program.step(0)));
  pipeline::ResolvedStep step;
  for (const auto& [kind, single] :
       {std::pair("simulation", true), std::pair("distribute_synapses", false),
        std::pair("generate_connections", false)}) {
    step.kind = kind;
    EXPECT_EQ(IsSingleUse(step), single) << kind;
  }
}

TEST_F(PlanTest, AProgramNeverRunsInTheGroupOfAModel) {
  const JobPlan model = PlanOf(ModelPipeline(), UploadModel(*artifacts_));
  EXPECT_NE(ModelKey(PlanOfAProgram(*artifacts_, "#!/bin/sh\n"), 0),
            ModelKey(model, 4));
}

TEST_F(PlanTest, CacheReadsAPlanOfTheStoreOnce) {
  const JobId job = Submit();
  PlanCache cache;
  ASSERT_TRUE(store_
                  ->Read([&](ReadTransaction& t) -> absl::Status {
                    const auto first = cache.Get(t, job).value();
                    EXPECT_EQ(first->pipeline.name, "core");
                    EXPECT_EQ(cache.Get(t, job).value(), first);
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_F(PlanTest, CacheForgetsWhatWasUsedLongestAgo) {
  PlanCache cache(2);
  std::vector<JobId> jobs;
  for (int i = 0; i < 3; ++i) jobs.push_back(Submit(CachePolicy::kBypass));
  ASSERT_TRUE(store_
                  ->Read([&](ReadTransaction& t) -> absl::Status {
                    const auto first = cache.Get(t, jobs[0]).value();
                    const auto second = cache.Get(t, jobs[1]).value();
                    EXPECT_EQ(cache.Get(t, jobs[0]).value(), first);
                    EXPECT_TRUE(cache.Get(t, jobs[2]).ok());
                    EXPECT_EQ(cache.Get(t, jobs[0]).value(), first);
                    EXPECT_NE(cache.Get(t, jobs[1]).value(), second);
                    return absl::OkStatus();
                  })
                  .ok());
}

}  // namespace
}  // namespace miv::server
