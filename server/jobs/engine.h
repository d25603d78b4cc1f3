#pragma once

// The running server without its transport: everything that acts on jobs, wired
// together, with the threads that drive it.

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "server/jobs/dispatcher.h"
#include "server/jobs/event_log.h"
#include "server/jobs/group_supervisor.h"
#include "server/jobs/job_manager.h"
#include "server/jobs/loop.h"
#include "server/jobs/preflight_gate.h"
#include "server/jobs/publisher.h"
#include "server/jobs/salvager.h"
#include "server/jobs/stored_samples.h"
#include "server/jobs/submitter.h"
#include "server/jobs/thread_pool.h"
#include "server/jobs/worker_desk.h"
#include "server/jobs/workspace.h"

namespace miv::server {

/// What is kept, and how long.
struct Retention {
  /// Progress, log lines and segment files of a job, after its end; its other
  /// events stay.
  absl::Duration job_details = absl::Hours(24 * 30);
  /// What a group printed, after its end; its inputs and outputs go at once.
  absl::Duration group_output = absl::Hours(24 * 7);
  /// An upload that nobody finished.
  absl::Duration unfinished_upload = absl::Hours(24);
};

struct EngineOptions {
  std::string groups_root;
  std::string preflight_root;
  std::string worker_version;  ///< see PreflightGate
  SchedulerOptions scheduler;
  GroupSettings groups;
  SubmissionLimits submissions;
  DeskOptions desk;
  SupervisorOptions supervisor;
  Retention retention;
};

class Engine final : private JobListener {
 public:
  Engine(Store& store, ArtifactStore& artifacts, Launcher& launcher,
         PreflightRunner& preflight, const Clock& clock, EngineOptions options);
  /// Stops acting; groups go on, and a later Engine finds them.
  ~Engine() override;

  /// Takes up what an earlier Engine left: adopts living groups, gives up dead
  /// ones, goes on publishing.  Then starts the threads.
  absl::Status Start();

  /// For an orderly stop: gives no more work, and sends groups away that have
  /// none.  Returns when they are gone, at the latest after `limit`.
  void DismissIdle(absl::Duration limit);
  /// Ends every wait of watchers and workers; for an orderly stop.
  void Close();

  JobManager& jobs() { return jobs_; }
  Submitter& submitter() { return submitter_; }
  EventLog& log() { return log_; }
  WorkerDesk& desk() { return desk_; }

 private:
  struct Retry {
    AttemptId attempt;
    int tries = 0;
    absl::Time due;
  };

  void OnQueueChanged() override;
  void OnGroupChanged(const GroupId& group) override;
  void OnGroupEnded(const GroupId& group) override;
  void OnReported(const AttemptId& attempt) override;
  void OnAttemptEnded(const Attempt& attempt) override;
  void OnSalvage(const TaskId& task) override;

  bool HasLeavingGroups();
  absl::Status Recover();
  absl::Status Adopt(const Attempt& attempt);
  absl::Status ResumeSalvages();
  absl::Duration DispatchRound();
  absl::Duration SuperviseRound();
  void PublishOrRetry(const AttemptId& attempt, int tries);
  void PostDueRetries();
  void CleanGroup(const GroupId& group);
  void Tidy();
  void TidySegments(absl::Time before);

  Store& store_;
  ArtifactStore& artifacts_;
  Launcher& launcher_;
  const Clock& clock_;
  const EngineOptions options_;

  PlanCache plans_;
  ResultCache results_;
  Workspace workspace_;
  StoredSampleReader samples_;
  EventLog log_;
  JobManager jobs_;
  PreflightGate preflight_;
  Submitter submitter_;
  WorkerDesk desk_;
  Publisher publisher_;
  Salvager salvager_;
  Dispatcher dispatcher_;
  GroupSupervisor supervisor_;

  absl::Mutex mutex_;
  std::vector<Retry> retries_ ABSL_GUARDED_BY(mutex_);
  absl::Time tidied_ = absl::InfinitePast();  // of the supervising thread

  ThreadPool preparing_{2};
  ThreadPool publishing_{2};
  ThreadPool cleaning_{1};
  ThreadPool salvaging_{1};
  Loop dispatching_{[this] { return DispatchRound(); }};
  Loop supervising_{[this] { return SuperviseRound(); }};
};

}  // namespace miv::server
