#pragma once

// Which task runs on which group, and which groups start and leave: a pure
// function of what is queued and what is up.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/model/records.h"

namespace miv::server {

struct SchedulerOptions {
  int slots = 1;  ///< cores; what is at work never takes more
  /// Ranks of all groups that are up, idle ones included.  Before a launch
  /// would pass it, idle groups leave.
  int resident_ranks = 2;
  /// An idle group leaves after this long.
  absl::Duration idle_timeout = absl::Seconds(30);
  /// A task waits this long for a busy group that it could use next before a
  /// further one is launched for it: about what a launch costs.
  absl::Duration launch_patience = absl::Seconds(2);
  /// Smaller tasks may overtake one that does not fit until it has waited this
  /// long; then slots are kept free for it.
  absl::Duration overtaking_limit = absl::Minutes(1);
};

/// A task that is ready to run.
struct QueuedTask {
  TaskId id;
  GroupClass group_class = GroupClass::kCore;
  std::string model_key;  ///< "" for core
  int ranks = 1;
  bool single_use = false;  ///< wants a fresh group, which leaves after it
  absl::Time queued = absl::InfinitePast();
};

/// A group that has not ended.
struct GroupView {
  GroupId id;
  GroupState state = GroupState::kReady;
  GroupClass group_class = GroupClass::kCore;
  std::string model_key;
  int ranks = 1;
  bool single_use = false;
  bool busy = false;
  JobId job;  ///< whose task it has, if busy
  absl::Time idle_since = absl::InfinitePast();
};

struct Snapshot {
  absl::Time now;
  /// Jobs in order of acceptance, each job's tasks in the order of the
  /// pipeline.
  std::vector<QueuedTask> queued;
  std::vector<GroupView> groups;
};

struct Assign {
  TaskId task;
  GroupId group;
  bool operator==(const Assign&) const = default;
};

struct Decisions {
  std::vector<Assign> assign;    ///< onto groups that are up
  std::vector<TaskId> launch;    ///< each with a new group of its needs
  std::vector<GroupId> dismiss;  ///< idle groups that shall leave
  /// When to decide again even if nothing happens.
  absl::Time wake = absl::InfiniteFuture();
};

/// FIFO with fairness between jobs: the next task is the first one of the job
/// that has the fewest slots at work, the earlier job if equal.  A task takes
/// min(ranks, slots) slots.
Decisions Decide(const Snapshot& snapshot, const SchedulerOptions& options);

}  // namespace miv::server
