// The writing half of SqliteTransaction.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status_macros.h"
#include "server/store/sqlite_rows.h"
#include "server/store/sqlite_transaction.h"

namespace miv::server {
namespace {

using Text = absl::string_view;

std::int64_t Int(std::int64_t value) { return value; }

}  // namespace

absl::Status SqliteTransaction::PutJob(const Job& job) {
  const std::string error = FaultToSql(job.error);
  return db_.Run(
      "INSERT INTO jobs (id, name, state, policy, created, started, ended, "
      "cancel_requested, cancel_reason, error) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
      "ON CONFLICT (id) DO UPDATE SET name = ?2, state = ?3, policy = ?4, "
      "created = ?5, started = ?6, ended = ?7, cancel_requested = ?8, "
      "cancel_reason = ?9, error = ?10",
      {Text(job.id.text()), Text(job.name), StateName(job.state),
       Int(static_cast<int>(job.policy)), TimeToSql(job.created),
       TimeToSql(job.started), TimeToSql(job.ended), Int(job.cancel_requested),
       Text(job.cancel_reason), Text(error)});
}

absl::Status SqliteTransaction::PutPlan(const JobId& id, Text bytes) {
  return db_.Run("INSERT OR REPLACE INTO plans (job, bytes) VALUES (?, ?)",
                 {Text(id.text()), Blob{bytes}});
}

absl::Status SqliteTransaction::PutTask(const Task& task) {
  const std::string outputs = OutputsToJson(task.outputs);
  const std::string error = FaultToSql(task.error);
  const std::string shown = absl::StrFormat("%.17g", task.shown_ms);
  return db_.Run(
      "INSERT OR REPLACE INTO tasks (job, idx, step, kind, state, ranks, "
      "cache_key, attempts, outputs, error, report, shown_ms, salvages, "
      "queued, started, ended) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {Text(task.id.job.text()), Int(task.id.index), Text(task.step),
       Text(task.kind), StateName(task.state), Int(task.ranks),
       Text(task.cache_key), Int(task.attempts), Text(outputs), Text(error),
       Text(task.report_json), Text(shown), Int(task.salvages),
       TimeToSql(task.queued), TimeToSql(task.started), TimeToSql(task.ended)});
}

absl::Status SqliteTransaction::PutAttempt(const Attempt& attempt) {
  const TaskId& task = attempt.id.task;
  const std::string published = OutputsToJson(attempt.published);
  return db_.Run(
      "INSERT OR REPLACE INTO attempts (job, idx, number, group_id, state, "
      "outcome, started, ended, cancel_asked, finished, published) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {Text(task.job.text()), Int(task.index), Int(attempt.id.number),
       Text(attempt.group.text()), StateName(attempt.state),
       StateName(attempt.outcome), TimeToSql(attempt.started),
       TimeToSql(attempt.ended), TimeToSql(attempt.cancel_asked),
       Blob{attempt.finished}, Text(published)});
}

absl::Status SqliteTransaction::PutGroup(const Group& group) {
  return db_.Run(
      "INSERT OR REPLACE INTO groups (id, state, class, model_key, ranks, "
      "token_digest, acknowledged, assignments, single_use, pid, created, "
      "idle_since, leaving_since, ended) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {Text(group.id.text()), StateName(group.state),
       Int(static_cast<int>(group.group_class)), Text(group.model_key),
       Int(group.ranks), Text(group.token_digest), Int(group.acknowledged),
       Int(group.assignments), Int(group.single_use), Int(group.pid),
       TimeToSql(group.created), TimeToSql(group.idle_since),
       TimeToSql(group.leaving_since), TimeToSql(group.ended)});
}

absl::StatusOr<std::int64_t> SqliteTransaction::AppendLog(
    const JobId& id, const LogEntry& entry) {
  MIV_ASSIGN_OR_RETURN(const LogRange range, RangeOfLog(id));
  const std::int64_t sequence = range.last + 1;
  MIV_RETURN_IF_ERROR(db_.Run(
      "INSERT INTO events (job, sequence, time, step, attempt, detail, "
      "payload) VALUES (?, ?, ?, ?, ?, ?, ?)",
      {Text(id.text()), sequence, TimeToSql(entry.time), Text(entry.step),
       Int(entry.attempt), Int(entry.detail), Blob{entry.payload}}));
  return sequence;
}

absl::Status SqliteTransaction::PutCache(const CacheEntry& entry) {
  const std::string outputs = OutputsToJson(entry.outputs);
  return db_.Run(
      "INSERT OR REPLACE INTO cache (key, outputs, manifest, created) "
      "VALUES (?, ?, ?, ?)",
      {Text(entry.key), Text(outputs), Text(entry.manifest_json),
       TimeToSql(entry.created)});
}

absl::Status SqliteTransaction::DropCache(Text key) {
  return db_.Run("DELETE FROM cache WHERE key = ?", {key});
}

absl::Status SqliteTransaction::PutPreflight(const PreflightEntry& entry) {
  const std::string fault = FaultToSql(entry.fault);
  return db_.Run(
      "INSERT OR REPLACE INTO preflights (key, fault, library_digest, "
      "created, facts) VALUES (?, ?, ?, ?, ?)",
      {Text(entry.key), Text(fault), Text(entry.library_digest),
       TimeToSql(entry.created), Text(entry.facts)});
}

absl::Status SqliteTransaction::PutRequest(const RequestRecord& record) {
  return db_.Run(
      "INSERT INTO requests (request_id, body_digest, job, created) "
      "VALUES (?, ?, ?, ?)",
      {Text(record.request_id), Text(record.body_digest),
       Text(record.job.text()), TimeToSql(record.created)});
}

absl::StatusOr<std::int64_t> SqliteTransaction::TrimLogs(absl::Time time) {
  MIV_RETURN_IF_ERROR(
      db_.Run("DELETE FROM events WHERE detail = 1 AND job IN "
              "(SELECT id FROM jobs WHERE ended > 0 AND ended < ? "
              "AND state NOT IN ('QUEUED', 'RUNNING'))",
              {TimeToSql(time)}));
  return db_.changes();
}

}  // namespace miv::server
