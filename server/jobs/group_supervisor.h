#pragma once

// Watches every group that is up: notices its end, and ends it when it is late,
// silent, disobedient or no longer wanted.

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/jobs/job_manager.h"
#include "server/jobs/worker_desk.h"
#include "server/jobs/workspace.h"
#include "server/launchers/launcher.h"

namespace miv::server {

struct SupervisorOptions {
  /// From launch to the first call.
  absl::Duration launch_limit = absl::Minutes(2);
  /// Between two calls; a worker gives up by itself after 60 s.
  absl::Duration contact_limit = absl::Seconds(75);
  /// From the wish to cancel to SIGKILL.
  absl::Duration cancel_grace = absl::Milliseconds(500);
  /// From the wish to leave to SIGKILL.
  absl::Duration exit_grace = absl::Seconds(5);
  /// A group that says it is idle although it has begun its task.
  absl::Duration shirk_limit = absl::Seconds(5);
};

/// RunOnce is to be called from one thread, every 100 ms while groups are up.
class GroupSupervisor {
 public:
  GroupSupervisor(JobManager& jobs, Store& store, Launcher& launcher,
                  WorkerDesk& desk, const Workspace& workspace,
                  const Clock& clock, SupervisorOptions options)
      : jobs_(jobs),
        store_(store),
        launcher_(launcher),
        desk_(desk),
        workspace_(workspace),
        clock_(clock),
        options_(options),
        started_(clock.Now()) {}

  /// One look at every group.  Returns how many are up.  Errors: of the store;
  /// what goes wrong with one group is logged and tried again.
  absl::StatusOr<int> RunOnce();

 private:
  absl::Status LookAt(const Group& group, const std::optional<Attempt>& work);
  absl::Status NoteEnd(const Group& group, const std::optional<Attempt>& work,
                       const GroupStatus& status);
  std::string ReasonToKill(const Group& group,
                           const std::optional<Attempt>& work) const;

  JobManager& jobs_;
  Store& store_;
  Launcher& launcher_;
  WorkerDesk& desk_;
  const Workspace& workspace_;
  const Clock& clock_;
  const SupervisorOptions options_;
  const absl::Time started_;  ///< silence counts from here at the earliest
};

/// What an exit record means for the tasks of the group; `output`: the end of
/// what it printed.
GroupEnd DescribeEnd(const GroupStatus& status, const std::string& output);

}  // namespace miv::server
