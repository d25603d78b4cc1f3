#include "server/store/sqlite_schema.h"

#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

// Times are microseconds since 1970, 0 = not yet.  States are their names.
constexpr char kTables[] = R"sql(
CREATE TABLE jobs (
  ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  policy INTEGER NOT NULL,
  created INTEGER NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL,
  cancel_reason TEXT NOT NULL,
  error TEXT);
CREATE INDEX jobs_by_name ON jobs(name, ordinal);
CREATE INDEX jobs_by_state ON jobs(state, ordinal);
CREATE TABLE plans (
  job TEXT PRIMARY KEY,
  bytes BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE tasks (
  job TEXT NOT NULL,
  idx INTEGER NOT NULL,
  step TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  ranks INTEGER NOT NULL,
  cache_key TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  outputs TEXT NOT NULL,
  error TEXT,
  report TEXT NOT NULL,
  shown_ms TEXT NOT NULL,
  salvages INTEGER NOT NULL,
  queued INTEGER NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  PRIMARY KEY (job, idx)) WITHOUT ROWID;
CREATE INDEX tasks_by_state ON tasks(state);
CREATE INDEX tasks_by_key ON tasks(cache_key);
CREATE TABLE attempts (
  job TEXT NOT NULL,
  idx INTEGER NOT NULL,
  number INTEGER NOT NULL,
  group_id TEXT NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  cancel_asked INTEGER NOT NULL,
  finished BLOB NOT NULL,
  published TEXT NOT NULL,
  PRIMARY KEY (job, idx, number)) WITHOUT ROWID;
CREATE INDEX attempts_alive ON attempts(group_id) WHERE state != 'ENDED';
CREATE TABLE groups (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  class INTEGER NOT NULL,
  model_key TEXT NOT NULL,
  ranks INTEGER NOT NULL,
  token_digest TEXT NOT NULL UNIQUE,
  acknowledged INTEGER NOT NULL,
  assignments INTEGER NOT NULL,
  single_use INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  created INTEGER NOT NULL,
  idle_since INTEGER NOT NULL,
  leaving_since INTEGER NOT NULL,
  ended INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX groups_alive ON groups(created) WHERE state != 'ENDED';
CREATE TABLE events (
  job TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  time INTEGER NOT NULL,
  step TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  detail INTEGER NOT NULL,
  payload BLOB NOT NULL,
  PRIMARY KEY (job, sequence)) WITHOUT ROWID;
CREATE TABLE cache (
  key TEXT PRIMARY KEY,
  outputs TEXT NOT NULL,
  manifest TEXT NOT NULL,
  created INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE preflights (
  key TEXT PRIMARY KEY,
  fault TEXT,
  library_digest TEXT NOT NULL,
  created INTEGER NOT NULL,
  facts TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE requests (
  request_id TEXT PRIMARY KEY,
  body_digest TEXT NOT NULL,
  job TEXT NOT NULL,
  created INTEGER NOT NULL) WITHOUT ROWID;
)sql";

// [n - 1] brings the tables of version n to version n + 1.
constexpr const char* kMigrations[] = {
    "ALTER TABLE preflights ADD COLUMN facts TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE tasks ADD COLUMN shown_ms TEXT NOT NULL DEFAULT '0';"
    "ALTER TABLE tasks ADD COLUMN salvages INTEGER NOT NULL DEFAULT 0;"};
static_assert(std::size(kMigrations) == kSchemaVersion - 1);

// Indices that databases of any age get when they are opened.
constexpr char kIndices[] = R"sql(
CREATE INDEX IF NOT EXISTS tasks_by_kind ON tasks(kind, ended)
  WHERE state = 'SUCCEEDED';
)sql";

absl::StatusOr<std::int64_t> VersionOf(SqliteConnection& db) {
  std::int64_t version = 0;
  MIV_RETURN_IF_ERROR(
      db.Query("PRAGMA user_version", {}, [&](const SqlRow& row) {
        version = row.Int(0);
        return absl::OkStatus();
      }));
  return version;
}

absl::Status WrongVersion(std::int64_t found) {
  Fault fault;
  fault.reason = "DATABASE_VERSION";
  fault.what = "the data directory belongs to another version of the server";
  fault.expected = absl::StrCat("database version ", kSchemaVersion);
  fault.found = absl::StrCat(found);
  fault.remedy =
      "Start the version that made it, or give an empty directory with --data.";
  return MakeStatus(absl::StatusCode::kFailedPrecondition, fault);
}

}  // namespace

absl::Status EnsureSchema(SqliteConnection& db) {
  MIV_ASSIGN_OR_RETURN(const std::int64_t version, VersionOf(db));
  if (version == kSchemaVersion) return db.Execute(kIndices);
  if (version < 0 || version > kSchemaVersion) return WrongVersion(version);
  std::string change = version == 0 ? kTables : "";
  for (std::int64_t v = version; v > 0 && v < kSchemaVersion; ++v)
    absl::StrAppend(&change, kMigrations[v - 1]);
  return db.Execute(absl::StrCat("BEGIN IMMEDIATE;", change, kIndices,
                                 "PRAGMA user_version=", kSchemaVersion, ";",
                                 "COMMIT;"));
}

}  // namespace miv::server
