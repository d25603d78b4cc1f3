#pragma once

// What the coordinator remembers, as plain values.  Times are wall clock;
// absl::InfinitePast() stands for "not yet".

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/base/fault.h"
#include "server/model/ids.h"
#include "server/model/states.h"

namespace miv::server {

enum class CachePolicy {
  kUse = 1,  ///< reuse results, store new ones
  kRefresh,  ///< run everything, store the results
  kBypass,   ///< run everything, leave the cache as it is
};

/// One submission of a pipeline.
struct Job {
  JobId id;
  std::string name;
  JobState state = JobState::kQueued;
  CachePolicy policy = CachePolicy::kUse;
  absl::Time created = absl::InfinitePast();
  absl::Time started = absl::InfinitePast();
  absl::Time ended = absl::InfinitePast();
  bool cancel_requested = false;
  std::string cancel_reason;
  std::optional<Fault> error;  ///< the first one
};

/// A published file of a task.
struct Output {
  std::string name;    ///< "forest.h5"
  std::string digest;  ///< of the artifact
  std::int64_t size = 0;

  bool operator==(const Output&) const = default;
};

/// One step of a job.
struct Task {
  TaskId id;
  std::string step;
  std::string kind;  ///< canonical
  TaskState state = TaskState::kWaiting;
  int ranks = 1;          ///< that it will run on
  std::string cache_key;  ///< empty until every input is known
  int attempts = 0;
  std::vector<Output> outputs;
  std::optional<Fault> error;
  std::string report_json;  ///< what the worker said; "" = nothing
  /// Of a run's results, all before this simulated time are in the log.
  double shown_ms = 0;
  /// It has come to nothing, and what it left is still being made into outputs.
  bool salvages = false;
  absl::Time queued = absl::InfinitePast();   ///< became ready
  absl::Time started = absl::InfinitePast();  ///< of the latest attempt
  absl::Time ended = absl::InfinitePast();
};

/// One try to run a task on a group.
struct Attempt {
  AttemptId id;
  GroupId group;
  AttemptState state = AttemptState::kAssigned;
  AttemptOutcome outcome = AttemptOutcome::kNone;
  absl::Time started = absl::InfinitePast();
  absl::Time ended = absl::InfinitePast();
  absl::Time cancel_asked = absl::InfinitePast();
  /// Serialised v1.Finished of a successful worker, from kReported on.
  std::string finished;
  std::vector<Output> published;  ///< those of its outputs that are in already
};

enum class GroupClass {
  kCore = 1,  ///< loads no user code; stays warm
  kModel,     ///< bound to one set of templates and mechanisms
};

/// The MPI ranks that one launch starts.
struct Group {
  GroupId id;
  GroupState state = GroupState::kLaunching;
  GroupClass group_class = GroupClass::kCore;
  /// What a model group is bound to: a digest over templates and mechanisms.
  std::string model_key;
  int ranks = 1;
  std::string token_digest;       ///< SHA-256 of the group's token
  std::int64_t acknowledged = 0;  ///< highest event number that is durable
  int assignments = 0;            ///< given to it so far
  bool single_use = false;        ///< leaves after its first assignment
  std::int64_t pid = 0;           ///< of its shepherd; 0 = unknown
  absl::Time created = absl::InfinitePast();
  absl::Time idle_since = absl::InfinitePast();
  absl::Time leaving_since = absl::InfinitePast();
  absl::Time ended = absl::InfinitePast();
};

/// One line of a job's log.
struct LogEntry {
  std::int64_t sequence = 0;
  absl::Time time = absl::InfinitePast();
  std::string step;  ///< "" = the job
  int attempt = 0;
  /// Whether it may be dropped when old: progress, log lines, warnings, results
  /// as they were computed.
  bool detail = false;
  std::string payload;  ///< serialised v1.Event without the fields above
};

/// A result that may be used again.
struct CacheEntry {
  std::string key;
  std::vector<Output> outputs;
  std::string manifest_json;  ///< kind, report, job and step that made it
  absl::Time created = absl::InfinitePast();
};

/// The verdict on a set of inputs that needed NEURON, HDF5 or a compiler.
struct PreflightEntry {
  std::string key;  ///< digest of what was checked and by which worker
  std::optional<Fault> fault;
  std::string library_digest;  ///< artifact of a compiled library; may be ""
  absl::Time created = absl::InfinitePast();
  std::string facts;  ///< JSON, what was found out; "" = nothing
};

/// A request that made a job.
struct RequestRecord {
  std::string request_id;
  std::string body_digest;
  JobId job;
  absl::Time created = absl::InfinitePast();
};

}  // namespace miv::server
