#pragma once

// The states of everything that has a life, and the legal moves between them.
// docs/job-lifecycle.md draws these tables.

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace miv::server {

///   QUEUED -> RUNNING -> SUCCEEDED | FAILED | CANCELLED
///   QUEUED -> CANCELLED
enum class JobState {
  kQueued = 1,  ///< accepted; no task has got anywhere yet
  kRunning,     ///< a task has been started or reused
  kSucceeded,
  kFailed,
  kCancelled,
};

///   WAITING -> CACHED
///   WAITING -> QUEUED -> LAUNCHING -> RUNNING -> SUCCEEDED | FAILED
///   LAUNCHING | RUNNING -> QUEUED   the group was lost: a new attempt
///   LAUNCHING -> FAILED             no group could be started, or no inputs
///   every state that is not final -> CANCELLED
enum class TaskState {
  kWaiting = 1,  ///< depends on a task, of this job or of another, not ended
  kCached,       ///< the result was there; final
  kQueued,       ///< ready; waits for slots
  kLaunching,    ///< has a group, which has not taken it yet
  kRunning,      ///< the group has taken it
  kSucceeded,    ///< outputs are published
  kFailed,
  kCancelled,
};

///   ASSIGNED -> RUNNING -> REPORTED -> ENDED
///   ASSIGNED | RUNNING -> ENDED     the group was lost, or never came
enum class AttemptState {
  kAssigned = 1,  ///< bound to a group
  kRunning,       ///< the group said that it began
  kReported,      ///< success is durable; outputs are being published
  kEnded,
};

enum class AttemptOutcome {
  kNone = 0,
  kSucceeded,
  kFailed,
  kCancelled,
  kLost,  ///< the group ended without a report
};

///   LAUNCHING -> READY -> LEAVING -> ENDED
///   LAUNCHING -> LEAVING | ENDED,  READY -> ENDED
enum class GroupState {
  kLaunching = 1,  ///< started; has not spoken yet
  kReady,          ///< in contact
  kLeaving,        ///< told to leave, or being killed
  kEnded,          ///< its processes are gone
};

/// Whether `to` may follow `from`: the tables above and nothing else.
bool IsLegalMove(JobState from, JobState to);
bool IsLegalMove(TaskState from, TaskState to);
bool IsLegalMove(AttemptState from, AttemptState to);
bool IsLegalMove(GroupState from, GroupState to);

bool IsFinal(JobState state);
bool IsFinal(TaskState state);
/// A final state that lets dependents go on: CACHED or SUCCEEDED.
bool IsGood(TaskState state);

/// "QUEUED", "RUNNING", ...: the names of the wire, without prefix.
absl::string_view StateName(JobState state);
absl::string_view StateName(TaskState state);
absl::string_view StateName(AttemptState state);
absl::string_view StateName(AttemptOutcome outcome);
absl::string_view StateName(GroupState state);

/// The inverse of StateName; nullopt for an unknown name.
template <typename State>
std::optional<State> StateNamed(absl::string_view name);

/// OK if the move is legal.  Errors: Internal, naming both states.
template <typename State>
absl::Status CheckMove(State from, State to);

}  // namespace miv::server
