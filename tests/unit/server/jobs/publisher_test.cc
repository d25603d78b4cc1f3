#include "server/jobs/publisher.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "common/base/files.h"
#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using testing::ElementsAre;
using testing::Field;

class PublisherTest : public ServerTest {
 protected:
  PublisherTest()
      : publisher_(*jobs_, *store_, *artifacts_, plans_, *workspace_) {}

  std::string FolderOf(const AttemptId& attempt) {
    return workspace_->OutputDirectory(GroupOn(attempt), attempt);
  }

  Publisher publisher_;
};

TEST_F(PublisherTest, PutsTheKindsOutputsFirst) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(
      ReportDone(attempt, {{"a.log", "1"}, {"neuro.h5", "2"}, {"z.log", "3"}})
          .ok());
  ASSERT_TRUE(publisher_.Publish(attempt).ok());
  EXPECT_THAT(TaskOf(job, 0).outputs,
              ElementsAre(Field(&Output::name, "neuro.h5"),
                          Field(&Output::name, "a.log"),
                          Field(&Output::name, "z.log")));
  EXPECT_EQ(TaskOf(job, 0).state, TaskState::kSucceeded);
}

TEST_F(PublisherTest, MovesTheFilesOfACoreGroup) {
  const AttemptId attempt = Start(Submit(), 0);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "x"}}).ok());
  ASSERT_TRUE(publisher_.Publish(attempt).ok());
  EXPECT_FALSE(std::filesystem::exists(FolderOf(attempt) + "/neuro.h5"));
}

TEST_F(PublisherTest, CopiesTheFilesOfAModelGroup) {
  const JobId job =
      Submit(CachePolicy::kUse, ModelPipeline(), UploadModel(*artifacts_));
  for (int i = 0; i < 4; ++i) Run(job, i, "content");
  const AttemptId attempt = Start(job, 4);
  ASSERT_TRUE(ReportDone(attempt, {{"synapses.h5", "x"}}).ok());
  ASSERT_TRUE(publisher_.Publish(attempt).ok());
  EXPECT_TRUE(std::filesystem::exists(FolderOf(attempt) + "/synapses.h5"));
  EXPECT_EQ(JobOf(job).state, JobState::kSucceeded);
}

TEST_F(PublisherTest, GoesOnWhereACrashStopped) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "1"}, {"more.log", "2"}}).ok());
  // What had been done before the crash: the first output is in.
  const auto info = artifacts_->PublishFile(
      FolderOf(attempt), "neuro.h5", ArtifactStore::PublishMode::kRename);
  ASSERT_TRUE(
      jobs_->RecordPublished(attempt, {"neuro.h5", info->digest, 1}).ok());
  ASSERT_TRUE(publisher_.Publish(attempt).ok());
  EXPECT_EQ(TaskOf(job, 0).outputs.size(), 2u);
  EXPECT_EQ(TaskOf(job, 0).outputs[0].digest, info->digest);
}

TEST_F(PublisherTest, GoesOnWithAFileThatACrashLeftOnItsWay) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "1"}}).ok());
  // Moved before the crash, but not yet on record.
  const auto info = artifacts_->PublishFile(
      workspace_->RefOf(GroupOn(attempt)).directory + "/work",
      attempt.text() + "/neuro.h5", ArtifactStore::PublishMode::kRename);
  ASSERT_TRUE(info.ok());
  ASSERT_TRUE(publisher_.Publish(attempt).ok());
  EXPECT_EQ(TaskOf(job, 0).state, TaskState::kSucceeded);
  EXPECT_EQ(TaskOf(job, 0).outputs[0].digest, info->digest);
}

TEST_F(PublisherTest, PublishesAnAttemptOnce) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "1"}}).ok());
  ASSERT_TRUE(publisher_.Publish(attempt).ok());
  const auto before = LogOf(job);
  ASSERT_TRUE(publisher_.Publish(attempt).ok());
  EXPECT_EQ(LogOf(job), before);
}

TEST_F(PublisherTest, FailsASuccessWithoutThePromisedOutput) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportDone(attempt, {{"other.h5", "1"}}).ok());
  ASSERT_TRUE(publisher_.Publish(attempt).ok());
  EXPECT_EQ(TaskOf(job, 0).error->reason, "OUTPUT_MISSING");
  EXPECT_EQ(JobOf(job).state, JobState::kFailed);
}

TEST_F(PublisherTest, FailsAnOutputThatIsALink) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "1"}}).ok());
  const std::string path = FolderOf(attempt) + "/neuro.h5";
  ASSERT_EQ(::unlink(path.c_str()), 0);
  ASSERT_EQ(::symlink("/etc/passwd", path.c_str()), 0);
  ASSERT_TRUE(publisher_.Publish(attempt).ok());
  EXPECT_EQ(JobOf(job).state, JobState::kFailed);
  EXPECT_EQ(TaskOf(job, 0).error->phase, "publish outputs");
}

TEST_F(PublisherTest, FollowsNoLinkInPlaceOfTheWholeFolder) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "1"}}).ok());
  const std::string elsewhere = directory_ / "elsewhere";
  ASSERT_TRUE(MakeDirectories(elsewhere).ok());
  ASSERT_TRUE(WriteFileAtomically(elsewhere + "/neuro.h5", "secret").ok());
  ASSERT_TRUE(RemoveTree(FolderOf(attempt)).ok());
  ASSERT_EQ(::symlink(elsewhere.c_str(), FolderOf(attempt).c_str()), 0);
  ASSERT_TRUE(publisher_.Publish(attempt).ok());
  EXPECT_EQ(JobOf(job).state, JobState::kFailed);
  EXPECT_TRUE(std::filesystem::exists(elsewhere + "/neuro.h5"));
}

TEST_F(PublisherTest, TriesTheTaskAgainIfItsOutputsAreGone) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "1"}}).ok());
  ASSERT_TRUE(RemoveTree(FolderOf(attempt)).ok());
  ASSERT_TRUE(publisher_.Publish(attempt).ok());
  EXPECT_EQ(States(job), "QUEUED WAITING WAITING");
}

TEST_F(PublisherTest, DecidesNothingWhenTheDiskIsFull) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "1"}}).ok());
  // The folder for incoming files cannot take any: as good as a full disk.
  ASSERT_TRUE(RemoveTree(directory_ / "artifacts/incoming").ok());
  ASSERT_TRUE(WriteFileAtomically(directory_ / "artifacts/incoming", "").ok());
  EXPECT_EQ(publisher_.Publish(attempt).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(AttemptOf(attempt).state, AttemptState::kReported);

  const absl::Status full = absl::ResourceExhaustedError("the disk is full");
  ASSERT_TRUE(publisher_.GiveUp(attempt, full).ok());
  EXPECT_EQ(TaskOf(job, 0).error->what, "the disk is full");
  EXPECT_EQ(JobOf(job).state, JobState::kFailed);
}

}  // namespace
}  // namespace miv::server
