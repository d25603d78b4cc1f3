// The reading half of SqliteTransaction.

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "server/store/sqlite_rows.h"
#include "server/store/sqlite_transaction.h"

namespace miv::server {
namespace {

// Every row of a query, converted.
template <typename T>
absl::StatusOr<std::vector<T>> All(
    SqliteConnection& db, const std::string& sql,
    const std::vector<SqlValue>& values,
    absl::FunctionRef<absl::StatusOr<T>(const SqlRow&)> convert) {
  std::vector<T> all;
  MIV_RETURN_IF_ERROR(
      db.Query(sql, values, [&](const SqlRow& row) -> absl::Status {
        MIV_ASSIGN_OR_RETURN(T one, convert(row));
        all.push_back(std::move(one));
        return absl::OkStatus();
      }));
  return all;
}

// The first row of a query, if there is one.
template <typename T>
absl::StatusOr<std::optional<T>> First(
    SqliteConnection& db, const std::string& sql,
    const std::vector<SqlValue>& values,
    absl::FunctionRef<absl::StatusOr<T>(const SqlRow&)> convert) {
  MIV_ASSIGN_OR_RETURN(std::vector<T> all, All<T>(db, sql, values, convert));
  if (all.empty()) return std::optional<T>();
  return std::optional<T>(std::move(all.front()));
}

template <typename T>
absl::StatusOr<T> OrNotFound(absl::StatusOr<std::optional<T>> found,
                             absl::string_view what) {
  MIV_ASSIGN_OR_RETURN(std::optional<T> value, std::move(found));
  if (!value.has_value()) return absl::NotFoundError(absl::StrCat("no ", what));
  return *std::move(value);
}

std::string Select(absl::string_view columns, absl::string_view rest) {
  return absl::StrCat("SELECT ", columns, " ", rest);
}

}  // namespace

absl::StatusOr<Job> SqliteTransaction::GetJob(const JobId& id) {
  return OrNotFound(
      First<Job>(db_, Select(kJobColumns, "FROM jobs WHERE id = ?"),
                 {absl::string_view(id.text())}, JobFromRow),
      absl::StrCat("job ", id.text()));
}

absl::StatusOr<std::vector<ListedJob>> SqliteTransaction::ListJobs(
    const JobQuery& query) {
  const std::int64_t before =
      query.before_ordinal > 0 ? query.before_ordinal : INT64_MAX;
  const absl::string_view state =
      query.state.has_value() ? StateName(*query.state) : "";
  const std::string columns = absl::StrCat(kJobColumns, ", ordinal");
  const std::string sql =
      state.empty() ? Select(columns,
                             "FROM jobs WHERE ?1 = '' AND ordinal < ?2 "
                             "ORDER BY ordinal DESC LIMIT ?3")
                    : Select(columns,
                             "FROM jobs WHERE state = ?1 AND ordinal < ?2 "
                             "ORDER BY ordinal DESC LIMIT ?3");
  return All<ListedJob>(db_, sql, {state, before, std::int64_t{query.limit}},
                        [](const SqlRow& row) -> absl::StatusOr<ListedJob> {
                          ListedJob listed;
                          MIV_ASSIGN_OR_RETURN(listed.job, JobFromRow(row));
                          listed.ordinal = row.Int(10);
                          return listed;
                        });
}

absl::StatusOr<std::vector<Job>> SqliteTransaction::LiveJobs() {
  return All<Job>(db_,
                  Select(kJobColumns,
                         "FROM jobs WHERE state IN ('QUEUED', 'RUNNING') "
                         "ORDER BY ordinal"),
                  {}, JobFromRow);
}

absl::StatusOr<std::string> SqliteTransaction::GetPlan(const JobId& id) {
  return OrNotFound(
      First<std::string>(db_, "SELECT bytes FROM plans WHERE job = ?",
                         {absl::string_view(id.text())},
                         [](const SqlRow& row) -> absl::StatusOr<std::string> {
                           return row.Text(0);
                         }),
      absl::StrCat("plan of job ", id.text()));
}

absl::StatusOr<Task> SqliteTransaction::GetTask(const TaskId& id) {
  return OrNotFound(
      First<Task>(db_,
                  Select(kTaskColumns, "FROM tasks WHERE job = ? AND idx = ?"),
                  {absl::string_view(id.job.text()), std::int64_t{id.index}},
                  TaskFromRow),
      absl::StrCat("task ", id.index, " of job ", id.job.text()));
}

absl::StatusOr<std::vector<Task>> SqliteTransaction::TasksOf(const JobId& id) {
  return All<Task>(
      db_, Select(kTaskColumns, "FROM tasks WHERE job = ? ORDER BY idx"),
      {absl::string_view(id.text())}, TaskFromRow);
}

absl::StatusOr<std::vector<Task>> SqliteTransaction::TasksIn(TaskState state) {
  return All<Task>(
      db_,
      Select(kTaskColumns,
             "FROM tasks WHERE state = ? ORDER BY "
             "(SELECT ordinal FROM jobs WHERE jobs.id = tasks.job), idx"),
      {StateName(state)}, TaskFromRow);
}

absl::StatusOr<std::vector<Task>> SqliteTransaction::LiveTasksWithKey(
    absl::string_view cache_key) {
  return All<Task>(db_,
                   Select(kTaskColumns,
                          "FROM tasks WHERE cache_key = ? AND state IN "
                          "('WAITING', 'QUEUED', 'LAUNCHING', 'RUNNING') "
                          "ORDER BY (SELECT ordinal FROM jobs WHERE jobs.id = "
                          "tasks.job), idx"),
                   {cache_key}, TaskFromRow);
}

absl::StatusOr<std::string> SqliteTransaction::LatestKey(
    absl::string_view name, absl::string_view step) {
  MIV_ASSIGN_OR_RETURN(
      const std::optional<std::string> key,
      First<std::string>(
          db_,
          "SELECT cache_key FROM jobs JOIN tasks ON tasks.job = jobs.id "
          "WHERE jobs.name = ? AND tasks.step = ? "
          "AND tasks.state IN ('SUCCEEDED', 'CACHED') "
          "ORDER BY jobs.ordinal DESC LIMIT 1",
          {name, step}, [](const SqlRow& row) -> absl::StatusOr<std::string> {
            return row.Text(0);
          }));
  return key.value_or("");
}

absl::StatusOr<std::vector<NamedTask>> SqliteTransaction::RecentTasks(
    absl::string_view kind, int limit) {
  const std::string columns = absl::StrCat(
      kTaskColumns, ", (SELECT name FROM jobs WHERE jobs.id = tasks.job)");
  return All<NamedTask>(
      db_,
      Select(columns,
             "FROM tasks WHERE kind = ? AND state = 'SUCCEEDED' "
             "ORDER BY ended DESC LIMIT ?"),
      {kind, std::int64_t{limit}},
      [](const SqlRow& row) -> absl::StatusOr<NamedTask> {
        NamedTask named;
        MIV_ASSIGN_OR_RETURN(named.task, TaskFromRow(row));
        named.job_name = row.Text(kTaskColumnCount);
        return named;
      });
}

absl::StatusOr<Attempt> SqliteTransaction::GetAttempt(const AttemptId& id) {
  return OrNotFound(
      First<Attempt>(
          db_,
          Select(kAttemptColumns,
                 "FROM attempts WHERE job = ? AND idx = ? AND number = ?"),
          {absl::string_view(id.task.job.text()), std::int64_t{id.task.index},
           std::int64_t{id.number}},
          AttemptFromRow),
      absl::StrCat("attempt ", id.text()));
}

absl::StatusOr<std::vector<Attempt>> SqliteTransaction::AttemptsOf(
    const TaskId& id) {
  return All<Attempt>(
      db_,
      Select(kAttemptColumns,
             "FROM attempts WHERE job = ? AND idx = ? ORDER BY number"),
      {absl::string_view(id.job.text()), std::int64_t{id.index}},
      AttemptFromRow);
}

absl::StatusOr<std::vector<Attempt>> SqliteTransaction::LiveAttempts() {
  return All<Attempt>(
      db_,
      Select(kAttemptColumns,
             "FROM attempts WHERE state != 'ENDED' ORDER BY "
             "(SELECT ordinal FROM jobs WHERE jobs.id = attempts.job), idx"),
      {}, AttemptFromRow);
}

absl::StatusOr<std::optional<Attempt>> SqliteTransaction::WorkOf(
    const GroupId& id) {
  return First<Attempt>(
      db_,
      Select(kAttemptColumns,
             "FROM attempts WHERE group_id = ? AND state != 'ENDED' "
             "AND state != 'REPORTED'"),
      {absl::string_view(id.text())}, AttemptFromRow);
}

absl::StatusOr<Group> SqliteTransaction::GetGroup(const GroupId& id) {
  return OrNotFound(
      First<Group>(db_, Select(kGroupColumns, "FROM groups WHERE id = ?"),
                   {absl::string_view(id.text())}, GroupFromRow),
      absl::StrCat("group ", id.text()));
}

absl::StatusOr<std::optional<Group>> SqliteTransaction::FindGroupByToken(
    absl::string_view token_digest) {
  return First<Group>(
      db_, Select(kGroupColumns, "FROM groups WHERE token_digest = ?"),
      {token_digest}, GroupFromRow);
}

absl::StatusOr<std::vector<Group>> SqliteTransaction::LiveGroups() {
  return All<Group>(db_,
                    Select(kGroupColumns,
                           "FROM groups WHERE state != 'ENDED' "
                           "ORDER BY created, id"),
                    {}, GroupFromRow);
}

absl::StatusOr<std::vector<LogEntry>> SqliteTransaction::ReadLog(
    const JobId& id, std::int64_t after, int limit) {
  return All<LogEntry>(
      db_,
      "SELECT sequence, time, step, attempt, detail, payload FROM events "
      "WHERE job = ? AND sequence > ? ORDER BY sequence LIMIT ?",
      {absl::string_view(id.text()), after, std::int64_t{limit}},
      [](const SqlRow& row) -> absl::StatusOr<LogEntry> {
        return LogEntryFromRow(row);
      });
}

absl::StatusOr<LogRange> SqliteTransaction::RangeOfLog(const JobId& id) {
  LogRange range;
  const absl::string_view job = id.text();
  MIV_RETURN_IF_ERROR(
      db_.Query("SELECT (SELECT min(sequence) FROM events WHERE job = ?1), "
                "(SELECT max(sequence) FROM events WHERE job = ?1)",
                {job}, [&](const SqlRow& row) {
                  if (!row.IsNull(0)) range = {row.Int(0), row.Int(1)};
                  return absl::OkStatus();
                }));
  return range;
}

absl::StatusOr<std::optional<CacheEntry>> SqliteTransaction::FindCache(
    absl::string_view key) {
  return First<CacheEntry>(
      db_, "SELECT key, outputs, manifest, created FROM cache WHERE key = ?",
      {key}, [](const SqlRow& row) -> absl::StatusOr<CacheEntry> {
        CacheEntry entry;
        entry.key = row.Text(0);
        MIV_ASSIGN_OR_RETURN(entry.outputs, OutputsFromJson(row.Text(1)));
        entry.manifest_json = row.Text(2);
        entry.created = TimeFromSql(row.Int(3));
        return entry;
      });
}

absl::StatusOr<std::optional<PreflightEntry>> SqliteTransaction::FindPreflight(
    absl::string_view key) {
  return First<PreflightEntry>(
      db_,
      "SELECT key, fault, library_digest, created, facts FROM preflights "
      "WHERE key = ?",
      {key}, [](const SqlRow& row) -> absl::StatusOr<PreflightEntry> {
        return PreflightEntry{row.Text(0), FaultFromSql(row.Text(1)),
                              row.Text(2), TimeFromSql(row.Int(3)),
                              row.Text(4)};
      });
}

absl::StatusOr<std::optional<RequestRecord>> SqliteTransaction::FindRequest(
    absl::string_view request_id) {
  return First<RequestRecord>(
      db_,
      "SELECT request_id, body_digest, job, created FROM requests "
      "WHERE request_id = ?",
      {request_id}, [](const SqlRow& row) -> absl::StatusOr<RequestRecord> {
        RequestRecord record{row.Text(0), row.Text(1), JobId(),
                             TimeFromSql(row.Int(3))};
        MIV_ASSIGN_OR_RETURN(record.job, JobId::Parse(row.Text(2)));
        return record;
      });
}

}  // namespace miv::server
