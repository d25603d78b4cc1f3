#include "server/model/states.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace miv::server {
namespace {

using T = TaskState;

constexpr T kTaskStates[] = {T::kWaiting,   T::kCached,   T::kQueued,
                             T::kLaunching, T::kRunning,  T::kSucceeded,
                             T::kFailed,    T::kCancelled};
constexpr JobState kJobStates[] = {JobState::kQueued, JobState::kRunning,
                                   JobState::kSucceeded, JobState::kFailed,
                                   JobState::kCancelled};

// Written down again from the drawing in docs/job-lifecycle.md: row = from,
// column = to, in the order of kTaskStates.
constexpr char kTaskMoves[] =
    //  W C Q L R S F X
    "   . 1 1 . . . . 1 "   // WAITING
    "   . . . . . . . . "   // CACHED
    "   . . . 1 . . . 1 "   // QUEUED
    "   . . 1 . 1 . 1 1 "   // LAUNCHING
    "   . . 1 . . 1 1 1 "   // RUNNING
    "   . . . . . . . . "   // SUCCEEDED
    "   . . . . . . . . "   // FAILED
    "   . . . . . . . . ";  // CANCELLED

TEST(TaskState, MovesAreThoseOfTheDrawing) {
  std::string cells;
  for (const char c : std::string(kTaskMoves)) {
    if (c != ' ') cells += c;
  }
  std::size_t cell = 0;
  for (const T from : kTaskStates) {
    for (const T to : kTaskStates) {
      EXPECT_EQ(IsLegalMove(from, to), cells[cell++] == '1')
          << StateName(from) << " to " << StateName(to);
    }
  }
}

TEST(TaskState, FinalOnesAreLeftByNoMove) {
  for (const T from : kTaskStates) {
    bool leaves = false;
    for (const T to : kTaskStates) leaves |= IsLegalMove(from, to);
    EXPECT_EQ(leaves, !IsFinal(from)) << StateName(from);
  }
}

TEST(TaskState, EveryRandomWalkEndsInAFinalStateOrCanBeCancelled) {
  std::mt19937 random(7);
  for (int walk = 0; walk < 2000; ++walk) {
    T state = T::kWaiting;
    for (int step = 0; step < 50 && !IsFinal(state); ++step) {
      EXPECT_TRUE(IsLegalMove(state, T::kCancelled)) << StateName(state);
      std::vector<T> next;
      for (const T to : kTaskStates) {
        if (IsLegalMove(state, to)) next.push_back(to);
      }
      ASSERT_FALSE(next.empty()) << StateName(state);
      const T to = next[random() % next.size()];
      EXPECT_FALSE(to == T::kWaiting) << "nothing goes back to WAITING";
      if (to == T::kSucceeded) {
        EXPECT_EQ(state, T::kRunning);
      }
      state = to;
    }
  }
}

TEST(JobState, FinalOnesAreLeftByNoMove) {
  for (const JobState from : kJobStates) {
    bool leaves = false;
    for (const JobState to : kJobStates) leaves |= IsLegalMove(from, to);
    EXPECT_EQ(leaves, !IsFinal(from)) << StateName(from);
  }
}

TEST(JobState, OnlyARunningJobSucceedsOrFails) {
  for (const JobState from : kJobStates) {
    for (const JobState to : {JobState::kSucceeded, JobState::kFailed}) {
      EXPECT_EQ(IsLegalMove(from, to), from == JobState::kRunning);
    }
  }
}

TEST(AttemptState, SuccessIsReportedBeforeItEnds) {
  EXPECT_TRUE(IsLegalMove(AttemptState::kRunning, AttemptState::kReported));
  EXPECT_TRUE(IsLegalMove(AttemptState::kReported, AttemptState::kEnded));
  EXPECT_FALSE(IsLegalMove(AttemptState::kAssigned, AttemptState::kReported));
  EXPECT_FALSE(IsLegalMove(AttemptState::kReported, AttemptState::kRunning));
}

TEST(GroupState, NeverComesBack) {
  EXPECT_FALSE(IsLegalMove(GroupState::kLeaving, GroupState::kReady));
  EXPECT_FALSE(IsLegalMove(GroupState::kEnded, GroupState::kReady));
  EXPECT_TRUE(IsLegalMove(GroupState::kLaunching, GroupState::kEnded));
}

TEST(CheckMove, NamesBothStatesOfAnIllegalMove) {
  const auto status = CheckMove(T::kCached, T::kRunning);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(status.message(), "illegal move from CACHED to RUNNING");
  EXPECT_TRUE(CheckMove(T::kQueued, T::kLaunching).ok());
}

TEST(StateNamed, IsTheInverseOfStateName) {
  for (const T state : kTaskStates) {
    EXPECT_EQ(StateNamed<T>(StateName(state)), state);
  }
  for (const JobState state : kJobStates) {
    EXPECT_EQ(StateNamed<JobState>(StateName(state)), state);
  }
  EXPECT_EQ(StateNamed<T>("DONE"), std::nullopt);
}

}  // namespace
}  // namespace miv::server
