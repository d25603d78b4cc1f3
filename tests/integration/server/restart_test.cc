// The server goes away in the middle of the work and comes back.

#include <gmock/gmock.h>

#include "absl/synchronization/notification.h"
#include "tests/integration/server/server_test.h"

namespace miv::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Restart : public ServerIntegration {
 protected:
  ~Restart() override {
    if (!release_.HasBeenNotified()) release_.Notify();
  }

  // `step` works until it is released, then writes its outputs.
  void HoldAt(const std::string& step) {
    fleet_.SetBody(step, [this](FakeWork& work) {
      while (!release_.HasBeenNotified()) {
        if (!work.Report(1, 2)) return v1::Finished::OUTCOME_CANCELLED;
      }
      return WriteOutputs(work);
    });
  }

  std::string SubmitAndWaitAt(const std::string& step) {
    const std::string id = Submit().id();
    WaitFor(id, [&](const v1::Event& event) {
      return event.step() == step && event.has_progress();
    });
    return id;
  }

  absl::Notification release_;
};

TEST_F(Restart, ALivingGroupIsAdoptedWithItsTask) {
  HoldAt("network");
  const std::string id = SubmitAndWaitAt("network");
  const v1::Job before = Get(id);
  StopServer();
  StartServer();
  const v1::Job after = Get(id);
  EXPECT_EQ(States(after), "SUCCEEDED RUNNING WAITING");
  EXPECT_EQ(after.tasks(1).attempts(), 1);
  EXPECT_EQ(after.tasks(1).group(), before.tasks(1).group());
  EXPECT_EQ(after.tasks(1).group_pid(), before.tasks(1).group_pid());
  release_.Notify();
  const v1::Job job = Finish(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(job.tasks(1).attempts(), 1);
  EXPECT_THAT(fleet_.launched(), SizeIs(1));
  EXPECT_THAT(fleet_.begun(), ElementsAre("types", "network", "distances"));
}

TEST_F(Restart, AWatcherResumesWithEveryEventOnce) {
  HoldAt("network");
  const std::string id = SubmitAndWaitAt("network");
  v1::WatchJobRequest request;
  request.set_job_id(id);
  const auto context = Context();
  const auto reader = jobs().WatchJob(context.get(), request);
  std::vector<v1::Event> seen;
  v1::Event event;
  for (int i = 0; i < 8 && reader->Read(&event); ++i) seen.push_back(event);
  StopServer();
  while (reader->Read(&event)) seen.push_back(event);
  EXPECT_FALSE(reader->Finish().ok()) << "an end of stream is no end of job";
  StartServer();
  release_.Notify();
  for (const auto& later : Watch(id, seen.back().sequence())) {
    seen.push_back(later);
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].sequence(), static_cast<int>(i) + 1);
  }
  const auto whole = Watch(id);
  ASSERT_EQ(whole.size(), seen.size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(whole[i].SerializeAsString(), seen[i].SerializeAsString());
  }
  EXPECT_TRUE(seen.back().has_end());
}

TEST_F(Restart, AGroupThatDiedMeanwhileIsReplaced) {
  HoldAt("network");
  const std::string id = SubmitAndWaitAt("network");
  StopServer();
  fleet_.Vanish(fleet_.launched()[0].group.id);
  release_.Notify();
  StartServer();
  const v1::Job job = Finish(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(job.tasks(1).attempts(), 2);
}

TEST_F(Restart, AResultReportedInBetweenIsPublishedOnce) {
  HoldAt("network");
  const std::string id = SubmitAndWaitAt("network");
  StopServer();
  release_.Notify();  // the worker ends while nobody listens, and insists
  StartServer();
  const v1::Job job = Finish(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(fleet_.begun(), ElementsAre("types", "network", "distances"));
}

TEST_F(Restart, ManyRestartsLoseNothing) {
  fleet_.SetBody("network", [](FakeWork& work) {
    for (int i = 0; i < 60; ++i) {
      if (!work.Report(i, 60)) return v1::Finished::OUTCOME_CANCELLED;
    }
    return WriteOutputs(work);
  });
  const std::string id = Submit(CoreRequest("r1")).id();
  for (int i = 0; i < 5; ++i) {
    absl::SleepFor(absl::Milliseconds(40 * i));
    StopServer();
    StartServer();
  }
  EXPECT_EQ(Submit(CoreRequest("r1")).id(), id);
  const v1::Job job = Finish(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(fleet_.begun(), ElementsAre("types", "network", "distances"));
  const auto events = Watch(id);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence(), static_cast<int>(i) + 1);
  }
}

TEST_F(Restart, AJobThatWaitedIsTakenUp) {
  HoldAt("types");
  const std::string first = SubmitAndWaitAt("types");
  v1::SubmitJobRequest other = CoreRequest();
  other.mutable_pipeline()->set_name("other");
  other.set_cache_policy(v1::CACHE_POLICY_BYPASS);
  const std::string second = Submit(other).id();
  StopServer();
  StartServer();
  release_.Notify();
  EXPECT_EQ(Finish(first).state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(Finish(second).state(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(Restart, ACancelIsRemembered) {
  HoldAt("network");
  const std::string id = SubmitAndWaitAt("network");
  v1::CancelJobRequest request;
  request.set_job_id(id);
  v1::Job job;
  ASSERT_TRUE(jobs().CancelJob(Context().get(), request, &job).ok());
  StopServer();
  StartServer();
  EXPECT_EQ(Finish(id).state(), v1::JOB_STATE_CANCELLED);
}

}  // namespace
}  // namespace miv::server
