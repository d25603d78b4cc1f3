#include "server/scheduler/scheduler.h"

#include <algorithm>
#include <map>
#include <optional>

namespace miv::server {
namespace {

// Builds up one round of decisions.
class Round {
 public:
  Round(const Snapshot& snapshot, const SchedulerOptions& options)
      : snapshot_(snapshot), options_(options), groups_(snapshot.groups) {
    free_ = options.slots;
    for (const GroupView& group : groups_) {
      if (group.state != GroupState::kLeaving) resident_ += group.ranks;
      if (!group.busy) continue;
      free_ -= SlotsOf(group.ranks);
      at_work_[group.job] += SlotsOf(group.ranks);
    }
  }

  Decisions Run() {
    std::vector<QueuedTask> waiting = snapshot_.queued;
    while (!waiting.empty()) {
      const auto next = NextFair(waiting);
      const bool go_on = Place(*next);
      waiting.erase(next);
      if (!go_on) break;
    }
    DismissIdle();
    return std::move(decisions_);
  }

 private:
  int SlotsOf(int ranks) const { return std::min(ranks, options_.slots); }

  int AtWork(const JobId& job) const {
    const auto found = at_work_.find(job);
    return found == at_work_.end() ? 0 : found->second;
  }

  std::vector<QueuedTask>::iterator NextFair(
      std::vector<QueuedTask>& waiting) const {
    return std::min_element(waiting.begin(), waiting.end(),
                            [this](const QueuedTask& a, const QueuedTask& b) {
                              return AtWork(a.id.job) < AtWork(b.id.job);
                            });
  }

  // False if no later task may be placed before this one.
  bool Place(const QueuedTask& task) {
    const int need = SlotsOf(task.ranks);
    if (need > free_) {
      return snapshot_.now < task.queued + options_.overtaking_limit;
    }
    if (GroupView* idle = IdleGroupFor(task)) {
      idle->busy = true;
      decisions_.assign.push_back({task.id, idle->id});
    } else if (ShouldHold(task)) {
      WakeAt(task.queued + options_.launch_patience);
      return true;
    } else {
      MakeRoom(task.ranks);
      resident_ += task.ranks;
      decisions_.launch.push_back(task.id);
    }
    free_ -= need;
    at_work_[task.id.job] += need;
    return true;
  }

  static bool Fits(const GroupView& group, const QueuedTask& task) {
    return group.state != GroupState::kLeaving && !group.single_use &&
           !task.single_use && group.group_class == task.group_class &&
           group.model_key == task.model_key && group.ranks == task.ranks;
  }

  // The one that was used last, so that the others can grow old; one that is
  // still starting only if no other is there.
  GroupView* IdleGroupFor(const QueuedTask& task) {
    GroupView* best = nullptr;
    const auto rank = [](const GroupView& g) {
      return std::make_pair(g.state == GroupState::kReady, g.idle_since);
    };
    for (GroupView& group : groups_) {
      if (group.busy || !Fits(group, task)) continue;
      if (best == nullptr || rank(group) > rank(*best)) best = &group;
    }
    return best;
  }

  // Whether to wait for a group that is at work rather than launch another.
  bool ShouldHold(const QueuedTask& task) const {
    if (snapshot_.now >= task.queued + options_.launch_patience) return false;
    if (std::any_of(groups_.begin(), groups_.end(), [&](const auto& group) {
          return group.busy && Fits(group, task);
        })) {
      return true;
    }
    return std::any_of(
        decisions_.launch.begin(), decisions_.launch.end(),
        [&](const TaskId& id) {
          const auto launched = std::find_if(
              snapshot_.queued.begin(), snapshot_.queued.end(),
              [&](const QueuedTask& other) { return other.id == id; });
          return !launched->single_use && !task.single_use &&
                 launched->group_class == task.group_class &&
                 launched->model_key == task.model_key &&
                 launched->ranks == task.ranks;
        });
  }

  // Lets groups leave, longest idle first, until `ranks` more are within
  // resident_ranks or none is left.
  void MakeRoom(int ranks) {
    while (resident_ + ranks > options_.resident_ranks) {
      GroupView* oldest = nullptr;
      for (GroupView& group : groups_) {
        if (group.busy || group.state == GroupState::kLeaving) continue;
        if (!oldest || group.idle_since < oldest->idle_since) oldest = &group;
      }
      if (oldest == nullptr) return;
      Dismiss(*oldest);
    }
  }

  void DismissIdle() {
    for (GroupView& group : groups_) {
      if (group.busy || group.state == GroupState::kLeaving) continue;
      const absl::Time limit = group.idle_since + options_.idle_timeout;
      if (snapshot_.now >= limit) {
        Dismiss(group);
      } else {
        WakeAt(limit);
      }
    }
  }

  void Dismiss(GroupView& group) {
    group.state = GroupState::kLeaving;
    resident_ -= group.ranks;
    decisions_.dismiss.push_back(group.id);
  }

  void WakeAt(absl::Time time) {
    decisions_.wake = std::min(decisions_.wake, time);
  }

  const Snapshot& snapshot_;
  const SchedulerOptions& options_;
  std::vector<GroupView> groups_;
  int free_ = 0;
  int resident_ = 0;
  std::map<JobId, int> at_work_;
  Decisions decisions_;
};

}  // namespace

Decisions Decide(const Snapshot& snapshot, const SchedulerOptions& options) {
  return Round(snapshot, options).Run();
}

}  // namespace miv::server
