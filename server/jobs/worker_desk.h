#pragma once

// Where worker groups report and are told what to do.

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "miv/v1/workers.pb.h"
#include "server/jobs/job_manager.h"
#include "server/jobs/worker_text.h"
#include "server/jobs/workspace.h"
#include "server/launchers/launcher.h"

namespace miv::server {

struct DeskOptions {
  absl::Duration long_poll = absl::Seconds(10);
  int log_lines_per_attempt = 20'000;
};

/// What is known of a group that speaks.
struct Contact {
  absl::Time heard = absl::InfinitePast();  ///< last request
  /// Since when it works on something that it has not been given (any more);
  /// InfiniteFuture = it does not.
  absl::Time stray_since = absl::InfiniteFuture();
  /// Since when it is idle although its task runs; likewise.
  absl::Time shirks_since = absl::InfiniteFuture();
};

/// Thread safe.
class WorkerDesk {
 public:
  WorkerDesk(JobManager& jobs, Store& store, Launcher& launcher,
             const Workspace& workspace, const Clock& clock,
             DeskOptions options)
      : jobs_(jobs),
        store_(store),
        launcher_(launcher),
        workspace_(workspace),
        clock_(clock),
        options_(options) {}

  /// One call of a group.  Blocks up to long_poll while the group is idle and
  /// there is nothing to tell it; `gone` says whether the caller has left.
  /// Errors: Unauthenticated for a token that no living group has;
  ///   InvalidArgument for events out of order; ResourceExhausted for more than
  ///   1000 events.
  absl::StatusOr<v1::SynchronizeResponse> Synchronize(
      const v1::SynchronizeRequest& request,
      const std::function<bool()>& gone = [] { return false; });

  /// The assignment of an attempt is in place and may be given out.
  void Offer(const AttemptId& attempt, v1::Assignment assignment);
  /// The attempt was begun before the server started.
  void Adopt(const AttemptId& attempt);
  /// The attempt is over.
  void Forget(const AttemptId& attempt);
  /// What the group shall do may have changed.
  void Wake(const GroupId& group);
  /// The group is gone.
  void Forget(const GroupId& group);

  /// nullopt if the group has not spoken since the server started.
  std::optional<Contact> ContactOf(const GroupId& group) const;
  /// Latest progress of a running task.
  std::optional<v1::Progress> ProgressOf(const TaskId& task) const;

  /// Answers every waiting call and lets none wait any more.
  void Close();

 private:
  struct Seat {
    Contact contact;
    std::int64_t version = 0;
  };
  struct OpenAttempt {
    std::optional<v1::Assignment> assignment;
    LogBudget budget;
  };

  absl::StatusOr<Group> Authenticate(const std::string& token);
  absl::Status Greet(const Group& group);
  absl::StatusOr<std::int64_t> TakeEvents(
      const Group& group, const v1::SynchronizeRequest& request);
  void Pass(const v1::WorkerEvent& event, std::vector<v1::WorkerEvent>& out);
  absl::StatusOr<std::optional<v1::SynchronizeResponse>> Orders(
      const GroupId& group, const std::string& assignment_id);
  void Note(const GroupId& group, bool strays, bool shirks);
  std::int64_t VersionOf(const GroupId& group) const;
  std::int64_t VersionLocked(const GroupId& group) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void WaitForNews(const GroupId& group, std::int64_t seen,
                   absl::Duration limit);

  JobManager& jobs_;
  Store& store_;
  Launcher& launcher_;
  const Workspace& workspace_;
  const Clock& clock_;
  const DeskOptions options_;

  mutable absl::Mutex mutex_;
  absl::CondVar news_;
  std::map<GroupId, Seat> seats_ ABSL_GUARDED_BY(mutex_);
  std::map<AttemptId, OpenAttempt> attempts_ ABSL_GUARDED_BY(mutex_);
  std::map<TaskId, v1::Progress> progress_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace miv::server
