#include "server/jobs/worker_desk.h"

#include <gmock/gmock.h>

#include <thread>

#include "common/base/digest.h"
#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using Response = v1::SynchronizeResponse;

class WorkerDeskTest : public ServerTest {
 protected:
  WorkerDeskTest()
      : desk_(*jobs_, *store_, launcher_, *workspace_, clock_,
              {.long_poll = absl::ZeroDuration(), .log_lines_per_attempt = 3}) {
  }

  static v1::SynchronizeRequest From(const GroupId& group,
                                     const std::string& assignment = "") {
    v1::SynchronizeRequest request;
    request.set_token("token of " + group.text());
    request.set_assignment_id(assignment);
    return request;
  }

  Response Ask(const v1::SynchronizeRequest& request) {
    const auto response = desk_.Synchronize(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(Response());
  }

  v1::Assignment Offered(const AttemptId& attempt) {
    v1::Assignment assignment;
    assignment.set_id(attempt.text());
    assignment.set_kind("h5_types");
    desk_.Offer(attempt, assignment);
    return assignment;
  }

  static v1::WorkerEvent Event(int number, const AttemptId& attempt) {
    v1::WorkerEvent event;
    event.set_number(number);
    event.set_assignment_id(attempt.text());
    return event;
  }

  WorkerDesk desk_;
};

TEST_F(WorkerDeskTest, RefusesAnUnknownToken) {
  v1::SynchronizeRequest request;
  request.set_token("guess");
  EXPECT_EQ(desk_.Synchronize(request).status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST_F(WorkerDeskTest, RefusesTheTokenOfAGroupThatEnded) {
  const GroupId group = GroupOn(Start(Submit(), 0));
  ASSERT_TRUE(jobs_->EndGroup(group, {}).ok());
  EXPECT_EQ(desk_.Synchronize(From(group)).status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST_F(WorkerDeskTest, FirstCallMakesTheGroupReadyAndLearnsItsPid) {
  absl::BitGen random;
  const GroupId group = GroupId::New(random);
  ASSERT_TRUE(
      jobs_
          ->AssignNew(
              {{Submit(), 0}, group, DigestOf("token of " + group.text())})
          .ok());
  ASSERT_TRUE(launcher_.Launch({.group = workspace_->RefOf(group)}).ok());
  EXPECT_EQ(GroupOf(group).state, GroupState::kLaunching);
  Ask(From(group));
  EXPECT_EQ(GroupOf(group).state, GroupState::kReady);
  EXPECT_GT(GroupOf(group).pid, 0);
  EXPECT_EQ(desk_.ContactOf(group)->heard, clock_.Now());
}

TEST_F(WorkerDeskTest, GivesTheAssignmentOnceItIsInPlace) {
  const AttemptId attempt = Start(Submit(), 0);
  const GroupId group = GroupOn(attempt);
  EXPECT_EQ(Ask(From(group)).desired(), Response::DESIRED_CONTINUE);
  Offered(attempt);
  for (int i = 0; i < 2; ++i) {  // an answer can be lost on the way
    const Response response = Ask(From(group));
    EXPECT_EQ(response.desired(), Response::DESIRED_RUN);
    EXPECT_EQ(response.assignment().id(), attempt.text());
  }
}

TEST_F(WorkerDeskTest, LetsARunningGroupGoOn) {
  const AttemptId attempt = Start(Submit(), 0);
  Offered(attempt);
  auto request = From(GroupOn(attempt), attempt.text());
  *request.add_events() = Event(1, attempt);
  request.mutable_events(0)->mutable_started();
  const Response response = Ask(request);
  EXPECT_EQ(response.desired(), Response::DESIRED_CONTINUE);
  EXPECT_EQ(response.acknowledged(), 1);
  EXPECT_EQ(AttemptOf(attempt).state, AttemptState::kRunning);
}

TEST_F(WorkerDeskTest, AcknowledgesWhatItTookBefore) {
  const AttemptId attempt = Start(Submit(), 0);
  auto request = From(GroupOn(attempt), attempt.text());
  *request.add_events() = Event(1, attempt);
  request.mutable_events(0)->mutable_started();
  EXPECT_EQ(Ask(request).acknowledged(), 1);
  EXPECT_EQ(Ask(request).acknowledged(), 1);
  EXPECT_EQ(Ask(From(GroupOn(attempt), attempt.text())).acknowledged(), 1);
}

TEST_F(WorkerDeskTest, PassesOnTheWishToCancel) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  ASSERT_TRUE(ReportStarted(attempt).ok());
  ASSERT_TRUE(jobs_->Cancel(job, "").ok());
  EXPECT_EQ(Ask(From(GroupOn(attempt), attempt.text())).desired(),
            Response::DESIRED_CANCEL);
}

TEST_F(WorkerDeskTest, StopsAGroupThatWorksOnWhatWasTakenBack) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  const GroupId group = GroupOn(attempt);
  ASSERT_TRUE(jobs_->Cancel(job, "").ok());
  EXPECT_EQ(Ask(From(group, attempt.text())).desired(),
            Response::DESIRED_CANCEL);
  const absl::Time since = clock_.Now();
  EXPECT_EQ(desk_.ContactOf(group)->stray_since, since);
  clock_.Advance(absl::Seconds(1));
  Ask(From(group, attempt.text()));
  EXPECT_EQ(desk_.ContactOf(group)->stray_since, since);
  Ask(From(group));
  EXPECT_EQ(desk_.ContactOf(group)->stray_since, absl::InfiniteFuture());
}

TEST_F(WorkerDeskTest, NotesAGroupThatForgotItsTask) {
  const AttemptId attempt = Start(Submit(), 0);
  ASSERT_TRUE(ReportStarted(attempt).ok());
  Ask(From(GroupOn(attempt)));
  EXPECT_EQ(desk_.ContactOf(GroupOn(attempt))->shirks_since, clock_.Now());
}

TEST_F(WorkerDeskTest, TellsALeavingGroupToExit) {
  const AttemptId attempt = Start(Submit(), 0);
  ASSERT_TRUE(ReportDone(attempt, {{"neuro.h5", "x"}}).ok());
  ASSERT_TRUE(jobs_->Dismiss(GroupOn(attempt), "idle").ok());
  EXPECT_EQ(Ask(From(GroupOn(attempt))).desired(), Response::DESIRED_EXIT);
}

TEST_F(WorkerDeskTest, RefusesMoreThanAThousandEventsACall) {
  const AttemptId attempt = Start(Submit(), 0);
  auto request = From(GroupOn(attempt), attempt.text());
  for (int i = 1; i <= 1001; ++i) *request.add_events() = Event(i, attempt);
  EXPECT_EQ(desk_.Synchronize(request).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(WorkerDeskTest, KeepsTheLogOfAnAttemptBounded) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  Offered(attempt);
  auto request = From(GroupOn(attempt), attempt.text());
  for (int i = 1; i <= 100; ++i) {
    *request.add_events() = Event(i, attempt);
    request.mutable_events(i - 1)->mutable_log()->set_text("line");
  }
  EXPECT_EQ(Ask(request).acknowledged(), 100);
  const auto log = LogOf(job);
  EXPECT_EQ(std::count(log.begin(), log.end(), "types log line"), 3);
  EXPECT_THAT(log, testing::Contains(
                       "types warning only the first 3 lines of this attempt "
                       "are kept"));
}

TEST_F(WorkerDeskTest, RemembersTheLatestProgressWhileTheTaskRuns) {
  const JobId job = Submit();
  const AttemptId attempt = Start(job, 0);
  Offered(attempt);
  auto request = From(GroupOn(attempt), attempt.text());
  *request.add_events() = Event(1, attempt);
  request.mutable_events(0)->mutable_progress()->set_done(3);
  Ask(request);
  EXPECT_EQ(desk_.ProgressOf({job, 0})->done(), 3);
  desk_.Forget(attempt);
  EXPECT_EQ(desk_.ProgressOf({job, 0}), std::nullopt);
}

// With a long poll as in production.
class LongPollTest : public WorkerDeskTest {
 protected:
  LongPollTest()
      : patient_(*jobs_, *store_, launcher_, *workspace_, clock_,
                 {.long_poll = absl::Minutes(1)}) {}
  WorkerDesk patient_;
};

TEST_F(LongPollTest, AnswersAsSoonAsThereIsWork) {
  const AttemptId attempt = Start(Submit(), 0);
  const GroupId group = GroupOn(attempt);
  std::thread offer([&] {
    while (!patient_.ContactOf(group).has_value()) std::this_thread::yield();
    v1::Assignment assignment;
    assignment.set_id(attempt.text());
    patient_.Offer(attempt, assignment);
    patient_.Wake(group);
  });
  const auto response = patient_.Synchronize(From(group));
  offer.join();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->desired(), Response::DESIRED_RUN);
}

TEST_F(LongPollTest, AnswersWhenTheServerCloses) {
  const GroupId group = GroupOn(Start(Submit(), 0));
  std::thread close([&] {
    while (!patient_.ContactOf(group).has_value()) std::this_thread::yield();
    patient_.Close();
  });
  const auto response = patient_.Synchronize(From(group));
  close.join();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->desired(), Response::DESIRED_CONTINUE);
}

TEST_F(LongPollTest, DoesNotWaitForACallerWhoHasLeft) {
  const GroupId group = GroupOn(Start(Submit(), 0));
  EXPECT_TRUE(patient_.Synchronize(From(group), [] { return true; }).ok());
}

}  // namespace
}  // namespace miv::server
