#pragma once

#include <string>
#include <vector>

#include "server/store/sqlite_connection.h"
#include "server/store/store.h"

namespace miv::server {

/// Reads and writes over one connection, inside whatever transaction it has
/// open.
class SqliteTransaction final : public WriteTransaction {
 public:
  explicit SqliteTransaction(SqliteConnection& db) : db_(db) {}

  absl::StatusOr<Job> GetJob(const JobId& id) override;
  absl::StatusOr<std::vector<ListedJob>> ListJobs(
      const JobQuery& query) override;
  absl::StatusOr<std::vector<Job>> LiveJobs() override;
  absl::StatusOr<std::string> GetPlan(const JobId& id) override;
  absl::StatusOr<Task> GetTask(const TaskId& id) override;
  absl::StatusOr<std::vector<Task>> TasksOf(const JobId& id) override;
  absl::StatusOr<std::vector<Task>> TasksIn(TaskState state) override;
  absl::StatusOr<std::vector<Task>> LiveTasksWithKey(
      absl::string_view cache_key) override;
  absl::StatusOr<std::string> LatestKey(absl::string_view name,
                                        absl::string_view step) override;
  absl::StatusOr<std::vector<NamedTask>> RecentTasks(absl::string_view kind,
                                                     int limit) override;
  absl::StatusOr<Attempt> GetAttempt(const AttemptId& id) override;
  absl::StatusOr<std::vector<Attempt>> AttemptsOf(const TaskId& id) override;
  absl::StatusOr<std::vector<Attempt>> LiveAttempts() override;
  absl::StatusOr<std::optional<Attempt>> WorkOf(const GroupId& id) override;
  absl::StatusOr<Group> GetGroup(const GroupId& id) override;
  absl::StatusOr<std::optional<Group>> FindGroupByToken(
      absl::string_view token_digest) override;
  absl::StatusOr<std::vector<Group>> LiveGroups() override;
  absl::StatusOr<std::vector<LogEntry>> ReadLog(const JobId& id,
                                                std::int64_t after,
                                                int limit) override;
  absl::StatusOr<LogRange> RangeOfLog(const JobId& id) override;
  absl::StatusOr<std::optional<CacheEntry>> FindCache(
      absl::string_view key) override;
  absl::StatusOr<std::optional<PreflightEntry>> FindPreflight(
      absl::string_view key) override;
  absl::StatusOr<std::optional<RequestRecord>> FindRequest(
      absl::string_view request_id) override;

  absl::Status PutJob(const Job& job) override;
  absl::Status PutPlan(const JobId& id, absl::string_view bytes) override;
  absl::Status PutTask(const Task& task) override;
  absl::Status PutAttempt(const Attempt& attempt) override;
  absl::Status PutGroup(const Group& group) override;
  absl::StatusOr<std::int64_t> AppendLog(const JobId& id,
                                         const LogEntry& entry) override;
  absl::Status PutCache(const CacheEntry& entry) override;
  absl::Status DropCache(absl::string_view key) override;
  absl::Status PutPreflight(const PreflightEntry& entry) override;
  absl::Status PutRequest(const RequestRecord& record) override;
  absl::StatusOr<std::int64_t> TrimLogs(absl::Time time) override;

 private:
  SqliteConnection& db_;
};

}  // namespace miv::server
