#pragma once

// The only class that changes the state of jobs, tasks, attempts and groups.
// Each member is one transaction: checked against the tables of
// server/model/states.h, durable before it returns, and only then told to the
// rest of the server.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "miv/v1/workers.pb.h"
#include "server/jobs/change.h"
#include "server/jobs/event_log.h"
#include "server/jobs/plan_cache.h"
#include "server/jobs/result_cache.h"
#include "server/model/clock.h"

namespace miv::server {

/// Who acts on what has become durable.  Called without locks, in no order,
/// from any thread; must not block.
class JobListener {
 public:
  virtual ~JobListener() = default;
  /// The scheduler has reason to look.
  virtual void OnQueueChanged() = 0;
  /// What a group shall do may have changed.
  virtual void OnGroupChanged(const GroupId& group) = 0;
  /// The processes of a group are gone.
  virtual void OnGroupEnded(const GroupId& group) = 0;
  /// A success waits to be published.
  virtual void OnReported(const AttemptId& attempt) = 0;
  /// An attempt is over; its folders are of no more use.
  virtual void OnAttemptEnded(const Attempt& attempt) = 0;
  /// A task came to nothing, and its attempts may have left results.
  virtual void OnSalvage(const TaskId& task) = 0;
};

struct NewJob {
  std::string request_id;   ///< "" = none was given
  std::string body_digest;  ///< of everything else that was submitted
  CachePolicy policy = CachePolicy::kUse;
  std::shared_ptr<const JobPlan> plan;
  std::vector<int> ranks;  ///< per step
};

/// A new group for a task.
struct NewGroup {
  TaskId task;
  GroupId id;
  std::string token_digest;
};

/// How a group ended.
struct GroupEnd {
  std::string reason;  ///< for the log: "killed by signal 9"
  /// Set if running the same again would end the same: a limit was passed, or a
  /// rank said why it ended the group.
  std::optional<Fault> fault;
  /// The end of what the group printed, for the error of a last attempt.
  std::string output;
};

class JobManager {
 public:
  /// A task that loses this many groups fails.
  static constexpr int kMaxAttempts = 3;

  JobManager(Store& store, ResultCache& results, PlanCache& plans,
             EventLog& log, const Clock& clock)
      : store_(store),
        results_(results),
        plans_(plans),
        log_(log),
        clock_(clock) {}
  /// Before the first change.
  void SetListener(JobListener* listener) { listener_ = listener; }

  /// Accepts a job, or returns the one that the same request made before.
  /// Errors: AlreadyExists REQUEST_ID_REUSED if the request id belongs to
  ///   another body.
  absl::StatusOr<JobId> Create(const NewJob& request);
  /// The job that a request made before; nullopt if none.  Errors: as Create.
  absl::StatusOr<std::optional<JobId>> FindCreated(
      absl::string_view request_id, absl::string_view body_digest);
  /// Idempotent; a job that has ended stays as it is.  Errors: NotFound.
  absl::Status Cancel(const JobId& job, const std::string& reason);
  /// Looks at every live job again.
  absl::Status AdvanceAll();

  /// Gives a queued task to a group, one that is up or a new one.  Returns
  /// nullopt if task or group are no longer free.
  absl::StatusOr<std::optional<AttemptId>> Assign(const TaskId& task,
                                                  const GroupId& group);
  absl::StatusOr<std::optional<AttemptId>> AssignNew(const NewGroup& group);
  /// Lets an idle group leave; no effect on one that is busy or leaves.
  absl::Status Dismiss(const GroupId& group, absl::string_view reason);

  /// The group spoke (for the first time: it is READY); its shepherd's pid.
  absl::Status Hear(const GroupId& group, std::int64_t pid);
  /// Takes each event once, by number, and returns the highest number taken.
  /// Errors: InvalidArgument if a number is missing in between.
  absl::StatusOr<std::int64_t> Take(const GroupId& group,
                                    absl::Span<const v1::WorkerEvent> events);
  /// The group's processes are gone.
  absl::Status EndGroup(const GroupId& group, const GroupEnd& end);

  /// Remembers that an output of a reported attempt is in the artifact store.
  absl::Status RecordPublished(const AttemptId& attempt, const Output& output);
  /// Every output is in: the task has succeeded.
  absl::Status Publish(const AttemptId& attempt);
  /// The attempt cannot go on, and no other would.
  absl::Status FailAttempt(const AttemptId& attempt, const Fault& fault);
  /// The attempt came to nothing by no fault of its own.
  absl::Status LoseAttempt(const AttemptId& attempt, const std::string& reason);
  /// What a task that came to nothing has left is in; its job may end.
  absl::Status FinishSalvage(const TaskId& task,
                             const std::vector<Output>& outputs);
  /// An event of the server's own about an attempt.
  absl::Status Log(const AttemptId& attempt, const v1::Event& event);

 private:
  absl::Status Apply(absl::FunctionRef<absl::Status(Change&)> body);
  void Tell(const Effects& effects);

  absl::Status Bind(Change& change, Task& task, Group& group,
                    AttemptId* attempt);
  absl::Status TakeOne(Change& change, Group& group,
                       const v1::WorkerEvent& event);
  absl::Status Show(Change& change, const Group& group,
                    const AttemptId& attempt, Task& task,
                    const v1::Produced& produced);
  absl::Status Begin(Change& change, Group& group, Attempt& attempt,
                     Task& task);
  absl::Status Finish(Change& change, Group& group, Attempt& attempt,
                      Task& task, const v1::Finished& finished);
  absl::Status Fail(Change& change, Attempt& attempt, Task& task, Fault fault);
  absl::Status Lose(Change& change, Attempt& attempt, Task& task,
                    const GroupEnd& end);
  absl::Status Idle(Change& change, Group& group, bool leave,
                    absl::string_view reason);

  Store& store_;
  ResultCache& results_;
  PlanCache& plans_;
  EventLog& log_;
  const Clock& clock_;
  JobListener* listener_ = nullptr;
};

}  // namespace miv::server
