#pragma once

// Records <-> rows.  Each k...Columns lists the columns in the order that the
// matching ...FromRow reads and ...Values writes.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/model/records.h"
#include "server/store/sqlite_connection.h"

namespace miv::server {

inline constexpr char kJobColumns[] =
    "id, name, state, policy, created, started, ended, cancel_requested, "
    "cancel_reason, error";
inline constexpr char kTaskColumns[] =
    "job, idx, step, kind, state, ranks, cache_key, attempts, outputs, error, "
    "report, shown_ms, salvages, queued, started, ended";
inline constexpr int kTaskColumnCount = 16;
inline constexpr char kAttemptColumns[] =
    "job, idx, number, group_id, state, outcome, started, ended, "
    "cancel_asked, finished, published";
inline constexpr char kGroupColumns[] =
    "id, state, class, model_key, ranks, token_digest, acknowledged, "
    "assignments, single_use, pid, created, idle_since, leaving_since, ended";

/// Errors of all: DataLoss if a state, an id or a JSON column is unreadable.
absl::StatusOr<Job> JobFromRow(const SqlRow& row);
absl::StatusOr<Task> TaskFromRow(const SqlRow& row);
absl::StatusOr<Attempt> AttemptFromRow(const SqlRow& row);
absl::StatusOr<Group> GroupFromRow(const SqlRow& row);
/// sequence, time, step, attempt, detail, payload.
LogEntry LogEntryFromRow(const SqlRow& row);

/// Microseconds since 1970; 0 stands for InfinitePast.
std::int64_t TimeToSql(absl::Time time);
absl::Time TimeFromSql(std::int64_t us);

/// [{"digest","name","size"}, ...]
std::string OutputsToJson(const std::vector<Output>& outputs);
absl::StatusOr<std::vector<Output>> OutputsFromJson(absl::string_view json);

/// Empty text for no fault.
std::string FaultToSql(const std::optional<Fault>& fault);
std::optional<Fault> FaultFromSql(absl::string_view text);

}  // namespace miv::server
