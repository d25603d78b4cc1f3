#pragma once

// One atomic change of the coordinator's state: moves through the tables of
// server/model/states.h, each with its event, in one transaction.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "miv/v1/events.pb.h"
#include "server/store/store.h"

namespace miv::server {

/// What a change asks of the rest of the server once it is durable.
struct Effects {
  std::map<JobId, std::int64_t> logs;  ///< last sequence of logs that grew
  std::vector<std::string> lines;      ///< for the operator's log
  bool schedule = false;               ///< the scheduler has reason to look
  std::set<GroupId> groups;            ///< groups whose orders changed
  std::vector<GroupId> ended_groups;   ///< groups that are gone
  std::vector<AttemptId> publish;      ///< successes to publish
  std::vector<Attempt> dropped;        ///< attempts whose folders can go
  std::vector<TaskId> salvage;         ///< tasks that may have left something
};

/// Why a task moves; goes into its event.
struct Cause {
  std::string reason;
  std::string group = {};  ///< that runs it, with its shepherd's pid
  std::int64_t group_pid = 0;
};

/// Lives inside one write transaction.  Every Move checks the table, sets what
/// belongs to the new state (times), and puts record and event.
class Change {
 public:
  Change(WriteTransaction& transaction, absl::Time now, Effects& effects)
      : transaction_(transaction), now_(now), effects_(effects) {}

  WriteTransaction& store() { return transaction_; }
  absl::Time now() const { return now_; }
  Effects& effects() { return effects_; }

  /// Puts a job that is new; its log begins with QUEUED.
  absl::Status Add(const Job& job);
  /// To a final state: the log's End follows.
  absl::Status Move(Job& job, JobState to);
  /// attempt: that the move is about; 0 = none.
  absl::Status Move(Task& task, TaskState to, const Cause& cause,
                    int attempt = 0);
  absl::Status Move(Attempt& attempt, AttemptState to,
                    AttemptOutcome outcome = AttemptOutcome::kNone);
  absl::Status Move(Group& group, GroupState to, absl::string_view reason);

  /// Adds an event that is no state change.  `event` holds only its payload.
  absl::Status Log(const Task& task, int attempt, const v1::Event& event);
  /// One ArtifactReady per output.
  absl::Status LogOutputs(const Task& task, int attempt);

 private:
  absl::Status Append(const JobId& job, LogEntry entry, const v1::Event& event);

  WriteTransaction& transaction_;
  const absl::Time now_;
  Effects& effects_;
};

v1::JobState ToProto(JobState state);
v1::TaskState ToProto(TaskState state);

}  // namespace miv::server
