#pragma once

#include "absl/status/status.h"
#include "server/store/sqlite_connection.h"

namespace miv::server {

/// Version of the tables that this program reads and writes (user_version).
inline constexpr int kSchemaVersion = 2;

/// Makes the tables of an empty database, in one transaction; leaves one of
/// kSchemaVersion as it is, and brings an older one up to it.
/// Errors: FailedPrecondition if the database is of a newer version.
absl::Status EnsureSchema(SqliteConnection& db);

}  // namespace miv::server
