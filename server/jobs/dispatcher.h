#pragma once

// Carries out what the scheduler decides: binds tasks to groups, starts groups,
// and puts the inputs of assignments in place.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/jobs/job_manager.h"
#include "server/jobs/worker_desk.h"
#include "server/jobs/workspace.h"
#include "server/launchers/launcher.h"
#include "server/scheduler/scheduler.h"

namespace miv::server {

struct GroupSettings {
  std::string worker_path;       ///< miv-worker
  std::string socket_directory;  ///< holds workers.sock
  GroupLimits limits;
  SandboxPolicy sandbox = SandboxPolicy::kAuto;
  /// Others than the server's owner may submit: their models never run with the
  /// server's privileges (GroupSpec::user_code).
  bool serves_others = true;
};

/// Gives the digest of the compiled library for a mechanisms directory of this
/// digest; compiles it if it is not there.
using LibrarySource =
    std::function<absl::StatusOr<std::string>(const std::string& mechanisms)>;

/// RunOnce from one thread; Prepare from any.
class Dispatcher {
 public:
  /// post: runs work elsewhere, soon.
  Dispatcher(JobManager& jobs, Store& store, PlanCache& plans,
             Launcher& launcher, WorkerDesk& desk, const Workspace& workspace,
             const Clock& clock, SchedulerOptions scheduler,
             GroupSettings groups, LibrarySource library,
             std::function<void(std::function<void()>)> post);

  /// One round of decisions, carried out.  Returns when to look again even if
  /// nothing happens.
  absl::StatusOr<absl::Time> RunOnce();

  /// Starts the group of the attempt if `launch`, puts its inputs in place and
  /// offers it to the group.  An attempt that cannot be prepared fails.
  void Prepare(const AttemptId& attempt, bool launch);

 private:
  struct Order {
    Attempt attempt;
    Group group;
    std::shared_ptr<const JobPlan> plan;
    std::map<std::string, std::string> inputs;
  };

  absl::StatusOr<Snapshot> TakeSnapshot();
  absl::Status Launch(const TaskId& task);
  absl::StatusOr<Order> ReadOrder(const AttemptId& attempt);
  absl::Status Carry(const Order& order, bool launch);
  absl::Status StartGroup(const Group& group);
  absl::Status PutInPlace(const Order& order);

  JobManager& jobs_;
  Store& store_;
  PlanCache& plans_;
  Launcher& launcher_;
  WorkerDesk& desk_;
  const Workspace& workspace_;
  const Clock& clock_;
  const SchedulerOptions scheduler_;
  const GroupSettings groups_;
  const LibrarySource library_;
  const std::function<void(std::function<void()>)> post_;
};

}  // namespace miv::server
