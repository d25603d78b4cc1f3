#include "client/cli/job_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace miv::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::DescribedStep* AddStep(v1::JobDescription* job, const std::string& name,
                           const std::string& config) {
  auto* step = job->add_steps();
  step->mutable_step()->set_step(name);
  step->mutable_step()->set_kind("simulation");
  step->mutable_step()->set_config_json(config);
  (*step->mutable_inputs())["cells"] = "sha256:a";
  auto* task = job->mutable_job()->add_tasks();
  task->set_step(name);
  task->set_ranks(2);
  task->set_report_json(R"({"platform": {"libc": "glibc 2.36"}})");
  auto* output = task->add_outputs();
  output->set_name("results.h5");
  output->set_digest("sha256:r");
  return step;
}

v1::JobDescription Job() {
  v1::JobDescription job;
  AddStep(&job, "run", R"({"t_end": 5, "lfp": [{"rho": 333}], "dt": 0.1})");
  AddStep(&job, "other", "{}");
  return job;
}

// "step what path first second"
std::vector<std::string> Texts(const JobDiff& diff) {
  std::vector<std::string> texts;
  for (const auto& one : diff.differences)
    texts.push_back(one.step + " " + one.what + " " + one.path + " " +
                    one.first.dump() + " " + one.second.dump());
  return texts;
}

TEST(Compare, FindsNothingBetweenEqualJobs) {
  const auto diff = Compare(Job(), Job());
  EXPECT_THAT(diff.differences, IsEmpty());
  EXPECT_THAT(diff.equal, ElementsAre("run", "other"));
}

TEST(Compare, NamesTheFieldsOfTheConfigThatDiffer) {
  auto job = Job();
  job.mutable_steps(0)->mutable_step()->set_config_json(
      R"({"t_end": 6, "lfp": [{"rho": 300}], "celsius": 34})");
  const auto diff = Compare(Job(), job);
  EXPECT_THAT(
      Texts(diff),
      ElementsAre("run config celsius null 34", "run config dt 0.1 null",
                  "run config lfp[0].rho 333 300", "run config t_end 5 6"));
  EXPECT_THAT(diff.equal, ElementsAre("other"));
}

TEST(Compare, ShowsListsOfOtherLengthsAsAWhole) {
  auto job = Job();
  job.mutable_steps(0)->mutable_step()->set_config_json(
      R"({"t_end": 5, "lfp": [], "dt": 0.1})");
  EXPECT_THAT(Texts(Compare(Job(), job)),
              ElementsAre(R"(run config lfp [{"rho":333}] [])"));
}

TEST(Compare, SeesSeedsRanksInputsOutputsAndPlatforms) {
  auto job = Job();
  job.mutable_steps(0)->mutable_step()->set_seed(4);
  (*job.mutable_steps(0)->mutable_inputs())["cells"] = "sha256:b";
  auto* task = job.mutable_job()->mutable_tasks(0);
  task->set_ranks(3);
  task->mutable_outputs(0)->set_digest("sha256:s");
  task->set_report_json(R"({"platform": {"libc": "glibc 2.40"}})");
  EXPECT_THAT(
      Texts(Compare(Job(), job)),
      ElementsAre("run seed  0 4", R"(run input cells "sha256:a" "sha256:b")",
                  "run ranks  2 3",
                  R"(run output results.h5 "sha256:r" "sha256:s")",
                  R"(run platform libc "glibc 2.36" "glibc 2.40")"));
}

TEST(Compare, LeavesOutOutputsThatAreNotThereYet) {
  auto job = Job();
  job.mutable_job()->mutable_tasks(0)->clear_outputs();
  EXPECT_THAT(Texts(Compare(Job(), job)), IsEmpty());
}

TEST(Compare, NamesStepsThatOnlyOneJobHas) {
  auto job = Job();
  job.mutable_steps(1)->mutable_step()->set_step("third");
  const auto diff = Compare(Job(), job);
  EXPECT_THAT(Texts(diff), ElementsAre(R"(other step  "simulation" null)",
                                       R"(third step  null "simulation")"));
  const auto json = DiffJson(Job(), job, diff);
  EXPECT_EQ(json["equal_steps"], nlohmann::json({"run"}));
  EXPECT_EQ(json["differences"][0]["what"], "step");
}

}  // namespace
}  // namespace miv::client
