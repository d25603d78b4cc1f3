#pragma once

// Durable truth of the coordinator.  One interface; backends must pass
// tests/contract/store.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/model/records.h"

namespace miv::server {

struct JobQuery {
  std::optional<JobState> state;  ///< nullopt = all
  /// Only jobs accepted before the one with this ordinal; 0 = from the newest.
  std::int64_t before_ordinal = 0;
  int limit = 50;
};

/// A task and what its job is called.
struct NamedTask {
  std::string job_name;
  Task task;
};

struct ListedJob {
  Job job;
  std::int64_t ordinal = 0;  ///< grows in the order of acceptance, from 1
};

/// First and last sequence that a log holds; {1, 0} if it is empty.
struct LogRange {
  std::int64_t oldest = 1;
  std::int64_t last = 0;
};

/// A consistent view.  Errors of every member: NotFound where a Get finds
/// nothing; DataLoss if what is stored makes no sense; Unavailable.
class ReadTransaction {
 public:
  virtual ~ReadTransaction() = default;

  virtual absl::StatusOr<Job> GetJob(const JobId& id) = 0;
  /// Newest first.
  virtual absl::StatusOr<std::vector<ListedJob>> ListJobs(
      const JobQuery& query) = 0;
  /// Jobs that have not ended, in the order of acceptance.
  virtual absl::StatusOr<std::vector<Job>> LiveJobs() = 0;
  /// Bytes that PutPlan stored.
  virtual absl::StatusOr<std::string> GetPlan(const JobId& id) = 0;

  virtual absl::StatusOr<Task> GetTask(const TaskId& id) = 0;
  /// In the order of the pipeline.
  virtual absl::StatusOr<std::vector<Task>> TasksOf(const JobId& id) = 0;
  /// Tasks of all jobs in `state`, jobs in order of acceptance.
  virtual absl::StatusOr<std::vector<Task>> TasksIn(TaskState state) = 0;
  /// Tasks with this cache key that have not ended.
  virtual absl::StatusOr<std::vector<Task>> LiveTasksWithKey(
      absl::string_view cache_key) = 0;

  /// Cache key of the step called `step` in the latest job called `name` in
  /// which it ended well; empty if there is none.
  virtual absl::StatusOr<std::string> LatestKey(absl::string_view name,
                                                absl::string_view step) = 0;

  /// Tasks of a kind that ended well, at most `limit`, the last to end first.
  virtual absl::StatusOr<std::vector<NamedTask>> RecentTasks(
      absl::string_view kind, int limit) = 0;

  virtual absl::StatusOr<Attempt> GetAttempt(const AttemptId& id) = 0;
  virtual absl::StatusOr<std::vector<Attempt>> AttemptsOf(const TaskId& id) = 0;
  /// Attempts that have not ended, oldest first.
  virtual absl::StatusOr<std::vector<Attempt>> LiveAttempts() = 0;
  /// The attempt that a group works on: ASSIGNED or RUNNING.
  virtual absl::StatusOr<std::optional<Attempt>> WorkOf(const GroupId& id) = 0;

  virtual absl::StatusOr<Group> GetGroup(const GroupId& id) = 0;
  virtual absl::StatusOr<std::optional<Group>> FindGroupByToken(
      absl::string_view token_digest) = 0;
  /// Groups that have not ended, oldest first.
  virtual absl::StatusOr<std::vector<Group>> LiveGroups() = 0;

  /// Entries after `after`, at most `limit`.
  virtual absl::StatusOr<std::vector<LogEntry>> ReadLog(const JobId& id,
                                                        std::int64_t after,
                                                        int limit) = 0;
  virtual absl::StatusOr<LogRange> RangeOfLog(const JobId& id) = 0;

  virtual absl::StatusOr<std::optional<CacheEntry>> FindCache(
      absl::string_view key) = 0;
  virtual absl::StatusOr<std::optional<PreflightEntry>> FindPreflight(
      absl::string_view key) = 0;
  virtual absl::StatusOr<std::optional<RequestRecord>> FindRequest(
      absl::string_view request_id) = 0;
};

/// Reads see what was written before in the same transaction.  Each Put writes
/// the whole record, new or known.
class WriteTransaction : public ReadTransaction {
 public:
  virtual absl::Status PutJob(const Job& job) = 0;
  virtual absl::Status PutPlan(const JobId& id, absl::string_view bytes) = 0;
  virtual absl::Status PutTask(const Task& task) = 0;
  virtual absl::Status PutAttempt(const Attempt& attempt) = 0;
  virtual absl::Status PutGroup(const Group& group) = 0;
  /// Gives the entry the sequence after the last one and returns it.
  virtual absl::StatusOr<std::int64_t> AppendLog(const JobId& id,
                                                 const LogEntry& entry) = 0;
  virtual absl::Status PutCache(const CacheEntry& entry) = 0;
  virtual absl::Status DropCache(absl::string_view key) = 0;
  virtual absl::Status PutPreflight(const PreflightEntry& entry) = 0;
  /// Errors: AlreadyExists if the request id is taken.
  virtual absl::Status PutRequest(const RequestRecord& record) = 0;

  /// Drops the `detail` entries of jobs that ended before `time`; the others
  /// keep their sequences.  Returns how many were dropped.
  virtual absl::StatusOr<std::int64_t> TrimLogs(absl::Time time) = 0;
};

/// Thread safe.
class Store {
 public:
  using ReadBody = absl::FunctionRef<absl::Status(ReadTransaction&)>;
  using WriteBody = absl::FunctionRef<absl::Status(WriteTransaction&)>;

  virtual ~Store() = default;

  /// Runs `body` once; all that it wrote is durable when OK is returned, and
  /// nothing of it was kept otherwise.  Bodies run one at a time, in the order
  /// of the calls, on any caller's thread; those that arrive while others are
  /// being made durable share the next commit.  A body must not lock what its
  /// caller holds, nor call the store.
  virtual absl::Status Write(WriteBody body) = 0;

  /// Runs `body` on a snapshot of what is durable.
  virtual absl::Status Read(ReadBody body) = 0;
};

}  // namespace miv::server
