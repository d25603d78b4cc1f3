#include "server/scheduler/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "absl/random/random.h"

namespace miv::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

class SchedulerTest : public testing::Test {
 protected:
  SchedulerTest() {
    snapshot_.now = kNow;
    options_.slots = 2;
    options_.resident_ranks = 4;
  }

  // A job later than all before it.
  JobId NewJob() { return JobId::New(random_); }

  QueuedTask& Queue(const JobId& job, int index, int ranks,
                    absl::Duration waited = absl::ZeroDuration()) {
    QueuedTask task;
    task.id = {job, index};
    task.ranks = ranks;
    task.queued = kNow - waited;
    snapshot_.queued.push_back(task);
    return snapshot_.queued.back();
  }

  GroupView& Up(int ranks, absl::Duration idle = absl::ZeroDuration()) {
    GroupView group;
    group.id = GroupId::New(random_);
    group.ranks = ranks;
    group.idle_since = kNow - idle;
    snapshot_.groups.push_back(group);
    return snapshot_.groups.back();
  }

  GroupView& Busy(int ranks, const JobId& job) {
    GroupView& group = Up(ranks);
    group.busy = true;
    group.job = job;
    return group;
  }

  Decisions Decide() { return server::Decide(snapshot_, options_); }

  absl::BitGen random_;
  Snapshot snapshot_;
  SchedulerOptions options_;
};

TEST_F(SchedulerTest, DecidesNothingWhenNothingIsThere) {
  const Decisions d = Decide();
  EXPECT_THAT(d.assign, IsEmpty());
  EXPECT_THAT(d.launch, IsEmpty());
  EXPECT_THAT(d.dismiss, IsEmpty());
  EXPECT_EQ(d.wake, absl::InfiniteFuture());
}

TEST_F(SchedulerTest, LaunchesAGroupForTheFirstTask) {
  const auto task = Queue(NewJob(), 0, 2).id;
  EXPECT_THAT(Decide().launch, ElementsAre(task));
}

TEST_F(SchedulerTest, ReusesAnIdleGroupOfTheSameSize) {
  Up(1);
  const auto group = Up(2).id;
  const auto task = Queue(NewJob(), 0, 2).id;
  const Decisions d = Decide();
  EXPECT_THAT(d.assign, ElementsAre(Assign{task, group}));
  EXPECT_THAT(d.launch, IsEmpty());
}

TEST_F(SchedulerTest, PrefersTheGroupThatWasUsedLast) {
  Up(2, absl::Seconds(9));
  const auto recent = Up(2, absl::Seconds(1)).id;
  Up(2, absl::Seconds(5));
  const auto task = Queue(NewJob(), 0, 2).id;
  EXPECT_THAT(Decide().assign, ElementsAre(Assign{task, recent}));
}

TEST_F(SchedulerTest, PrefersAGroupThatIsUpOverOneThatStarts) {
  Up(2).state = GroupState::kLaunching;
  const auto ready = Up(2, absl::Seconds(20)).id;
  const auto task = Queue(NewJob(), 0, 2).id;
  EXPECT_THAT(Decide().assign, ElementsAre(Assign{task, ready}));
}

TEST_F(SchedulerTest, GivesNothingToAGroupThatLeaves) {
  Up(2).state = GroupState::kLeaving;
  const auto task = Queue(NewJob(), 0, 2).id;
  const Decisions d = Decide();
  EXPECT_THAT(d.assign, IsEmpty());
  EXPECT_THAT(d.launch, ElementsAre(task));
}

TEST_F(SchedulerTest, KeepsModelGroupsToTheirModel) {
  GroupView& a = Up(2);
  a.group_class = GroupClass::kModel;
  a.model_key = "a";
  const auto group = a.id;
  QueuedTask& other = Queue(NewJob(), 0, 2);
  other.group_class = GroupClass::kModel;
  other.model_key = "b";
  const Decisions d = Decide();
  EXPECT_THAT(d.assign, IsEmpty());
  EXPECT_THAT(d.launch, ElementsAre(snapshot_.queued[0].id));

  snapshot_.queued[0].model_key = "a";
  EXPECT_THAT(Decide().assign,
              ElementsAre(Assign{snapshot_.queued[0].id, group}));
}

TEST_F(SchedulerTest, GivesCoreWorkToNoModelGroup) {
  GroupView& model = Up(2);
  model.group_class = GroupClass::kModel;
  model.model_key = "a";
  Queue(NewJob(), 0, 2);
  EXPECT_THAT(Decide().assign, IsEmpty());
}

TEST_F(SchedulerTest, LaunchesAFreshGroupForASimulation) {
  GroupView& warm = Up(2);
  warm.group_class = GroupClass::kModel;
  warm.model_key = "a";
  QueuedTask& run = Queue(NewJob(), 0, 2);
  run.group_class = GroupClass::kModel;
  run.model_key = "a";
  run.single_use = true;
  const Decisions d = Decide();
  EXPECT_THAT(d.assign, IsEmpty());
  EXPECT_THAT(d.launch, ElementsAre(snapshot_.queued[0].id));
}

TEST_F(SchedulerTest, NeverPutsMoreToWorkThanThereAreSlots) {
  Busy(1, NewJob());
  const JobId job = NewJob();
  Queue(job, 0, 1, absl::Seconds(5));
  Queue(job, 1, 1, absl::Seconds(5));
  EXPECT_EQ(Decide().launch.size(), 1u);
}

TEST_F(SchedulerTest, LetsAWideTaskTakeAllSlots) {
  const auto task = Queue(NewJob(), 0, 8).id;
  EXPECT_THAT(Decide().launch, ElementsAre(task));
  Busy(1, NewJob());
  EXPECT_THAT(Decide().launch, IsEmpty());
}

TEST_F(SchedulerTest, CountsIdleGroupsAsFreeSlots) {
  Up(2);
  Up(1);
  const auto task = Queue(NewJob(), 0, 3).id;
  EXPECT_THAT(Decide().launch, ElementsAre(task));
}

TEST_F(SchedulerTest, WaitsForABusyGroupBeforeItLaunchesAnother) {
  const JobId job = NewJob();
  Busy(1, job);
  Queue(job, 1, 1, absl::Seconds(1));
  const Decisions d = Decide();
  EXPECT_THAT(d.launch, IsEmpty());
  EXPECT_EQ(d.wake, kNow + absl::Seconds(1));  // queued 1 s ago, patience 2 s
  snapshot_.now = d.wake;
  EXPECT_EQ(Decide().launch.size(), 1u);
}

TEST_F(SchedulerTest, LaunchesOneGroupForTasksThatBecomeReadyTogether) {
  const JobId job = NewJob();
  const auto first = Queue(job, 0, 1).id;
  Queue(job, 1, 1);
  EXPECT_THAT(Decide().launch, ElementsAre(first));
}

TEST_F(SchedulerTest, ServesTheJobWithTheFewestSlotsAtWorkFirst) {
  options_.slots = 4;
  const JobId busy = NewJob(), idle = NewJob();
  Busy(2, busy);
  Busy(1, busy);
  Queue(busy, 1, 1, absl::Seconds(9));
  const auto fair = Queue(idle, 0, 1, absl::Seconds(3)).id;
  EXPECT_THAT(Decide().launch, ElementsAre(fair));
}

TEST_F(SchedulerTest, ServesTheEarlierJobIfBothAreIdle) {
  options_.slots = 1;
  const auto first = Queue(NewJob(), 5, 1).id;
  Queue(NewJob(), 0, 1);
  EXPECT_THAT(Decide().launch, ElementsAre(first));
}

TEST_F(SchedulerTest, LetsSmallTasksPassAWideOneForAWhileOnly) {
  Busy(1, NewJob());
  Queue(NewJob(), 0, 2, absl::Seconds(59));
  const auto small = Queue(NewJob(), 0, 1, absl::Seconds(5)).id;
  EXPECT_THAT(Decide().launch, ElementsAre(small));
  snapshot_.now += absl::Seconds(1);
  EXPECT_THAT(Decide().launch, IsEmpty());
}

TEST_F(SchedulerTest, LetsGroupsLeaveThatWereIdleTooLong) {
  const auto old = Up(2, absl::Seconds(30)).id;
  Up(1, absl::Seconds(12));
  const Decisions d = Decide();
  EXPECT_THAT(d.dismiss, ElementsAre(old));
  EXPECT_EQ(d.wake, kNow + absl::Seconds(18));
}

TEST_F(SchedulerTest, UsesAnOldIdleGroupRatherThanLetItLeave) {
  const auto old = Up(2, absl::Seconds(31)).id;
  const auto task = Queue(NewJob(), 0, 2).id;
  const Decisions d = Decide();
  EXPECT_THAT(d.assign, ElementsAre(Assign{task, old}));
  EXPECT_THAT(d.dismiss, IsEmpty());
}

TEST_F(SchedulerTest, MakesRoomForALaunchLongestIdleFirst) {
  const auto older = Up(2, absl::Seconds(20)).id;
  Up(2, absl::Seconds(3));
  const auto task = Queue(NewJob(), 0, 1).id;
  const Decisions d = Decide();  // 4 ranks are up, 4 may be
  EXPECT_THAT(d.launch, ElementsAre(task));
  EXPECT_THAT(d.dismiss, ElementsAre(older));
}

// Whatever is queued and up: slots are never exceeded, no group gets two tasks,
// no task is placed twice, and everything runs in the end.
TEST_F(SchedulerTest, KeepsItsPromisesOnRandomSnapshots) {
  std::mt19937 dice(11);
  for (int round = 0; round < 300; ++round) {
    snapshot_ = {kNow, {}, {}};
    options_.slots = 1 + dice() % 5;
    std::map<TaskId, int> ranks;
    for (int j = 0, jobs = dice() % 4; j < jobs; ++j) {
      const JobId job = NewJob();
      for (int i = 0, tasks = dice() % 5; i < tasks; ++i) {
        const auto& task =
            Queue(job, i, 1 + dice() % 6, absl::Seconds(dice() % 90));
        ranks[task.id] = task.ranks;
      }
    }
    std::map<GroupId, int> free_groups;
    int used = 0;
    for (int g = 0, groups = dice() % 4; g < groups; ++g) {
      GroupView& group = Up(1 + dice() % 6, absl::Seconds(dice() % 40));
      group.busy = used + group.ranks <= options_.slots && dice() % 2 == 0;
      if (group.busy) {
        group.job = NewJob();
        used += std::min(group.ranks, options_.slots);
      } else {
        free_groups[group.id] = group.ranks;
      }
    }
    const Decisions d = Decide();
    std::map<TaskId, int> placed;
    for (const Assign& a : d.assign) {
      ++placed[a.task];
      ASSERT_EQ(free_groups.count(a.group), 1u);
      EXPECT_EQ(free_groups[a.group], ranks[a.task]);
      free_groups.erase(a.group);
    }
    for (const TaskId& task : d.launch) ++placed[task];
    for (const auto& [task, times] : placed) {
      EXPECT_EQ(times, 1);
      used += std::min(ranks[task], options_.slots);
    }
    EXPECT_LE(used, options_.slots);
    for (const GroupId& id : d.dismiss) EXPECT_EQ(free_groups.erase(id), 1u);
    if (used == 0) {
      EXPECT_TRUE(ranks.empty()) << "an idle machine takes work";
    }
  }
}

}  // namespace
}  // namespace miv::server
