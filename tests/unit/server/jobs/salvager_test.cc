#include "server/jobs/salvager.h"

#include <gmock/gmock.h>

#include <fstream>

#include "common/base/files.h"
#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

// One simulation whose attempt has been lost and whose job is then cancelled.
class SalvagerTest : public ServerTest {
 protected:
  SalvagerTest()
      : salvager_(*jobs_, *store_, *artifacts_, *workspace_, preflight_,
                  directory_ / "preflight") {}

  // A task that is told to be a simulation, cancelled while it ran.
  TaskId CancelledRun() {
    job_ = Submit();
    attempt_ = Start(job_, 0);
    EXPECT_TRUE(ReportStarted(attempt_).ok());
    EXPECT_TRUE(store_
                    ->Write([&](WriteTransaction& t) -> absl::Status {
                      Task task = *t.GetTask(attempt_.task);
                      task.kind = "simulation";
                      return t.PutTask(task);
                    })
                    .ok());
    const std::string folder =
        workspace_->OutputDirectory(GroupOn(attempt_), attempt_) + "/.segments";
    EXPECT_TRUE(MakeDirectories(folder).ok());
    std::ofstream(folder + "/rank-00000.seg") << "frames";
    EXPECT_TRUE(jobs_->Cancel(job_, "").ok());
    EXPECT_TRUE(ReportCancelled(attempt_).ok());
    return attempt_.task;
  }

  JobId job_;
  AttemptId attempt_;
  Salvager salvager_;
};

TEST_F(SalvagerTest, TheJobEndsWhenWhatIsLeftIsIn) {
  const TaskId task = CancelledRun();
  EXPECT_EQ(States(job_), "CANCELLED CANCELLED CANCELLED");
  EXPECT_EQ(JobOf(job_).state, JobState::kRunning);
  EXPECT_THAT(listener_.salvage, ElementsAre(task));
  ASSERT_TRUE(jobs_->FinishSalvage(task, {{"results.h5", "sha256:1", 9}}).ok());
  EXPECT_EQ(JobOf(job_).state, JobState::kCancelled);
  EXPECT_EQ(TaskOf(job_, 0).outputs[0].name, "results.h5");
  const auto log = LogOf(job_);
  EXPECT_THAT(log[log.size() - 3], testing::HasSubstr("artifact results.h5"));
  EXPECT_EQ(log.back(), "end CANCELLED");
  // Once is enough.
  ASSERT_TRUE(jobs_->FinishSalvage(task, {}).ok());
  EXPECT_EQ(LogOf(job_), log);
}

TEST_F(SalvagerTest, GivesTheSegmentsToTheWorkerAndTakesWhatItSays) {
  const TaskId task = CancelledRun();
  preflight_.AnswerNext(json{{"ok", true}, {"outputs", json::array()}});
  ASSERT_TRUE(salvager_.Salvage(task).ok());
  const PreflightRequest request = preflight_.requests().at(0);
  const std::string kept = workspace_->KeptSegments(attempt_);
  EXPECT_EQ(request.spec["assemble"]["segments"], json::array({kept}));
  EXPECT_THAT(request.read_only, ElementsAre(kept));
  EXPECT_EQ(*ReadFile(kept + "/rank-00000.seg"), "frames");
  EXPECT_EQ(JobOf(job_).state, JobState::kCancelled);
}

TEST_F(SalvagerTest, EndsTheJobWithoutOutputsIfTheWorkerCannot) {
  for (const auto& answer : std::vector<absl::StatusOr<json>>{
           absl::InternalError("it died"),
           json{{"ok", false}, {"fault", {{"what", "damaged"}}}},
           json{{"ok", true}, {"outputs", {"../escape"}}},
           json{{"ok", true}, {"outputs", {"absent.h5"}}}, json(3)}) {
    const TaskId task = CancelledRun();
    preflight_.AnswerNext(answer);
    ASSERT_TRUE(salvager_.Salvage(task).ok());
    EXPECT_EQ(JobOf(job_).state, JobState::kCancelled);
    EXPECT_THAT(TaskOf(job_, 0).outputs, IsEmpty());
  }
}

TEST_F(SalvagerTest, RunsNothingForATaskWithoutSegments) {
  const TaskId task = CancelledRun();
  ASSERT_TRUE(workspace_->RemoveAttempt(GroupOn(attempt_), attempt_).ok());
  ASSERT_TRUE(salvager_.Salvage(task).ok());
  EXPECT_THAT(preflight_.requests(), IsEmpty());
  EXPECT_EQ(JobOf(job_).state, JobState::kCancelled);
}

}  // namespace
}  // namespace miv::server
