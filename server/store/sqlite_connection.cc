#include "server/store/sqlite_connection.h"

#include <sqlite3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

constexpr int kBusyTimeoutMs = 5'000;

absl::StatusCode CodeOf(int code) {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return absl::StatusCode::kAlreadyExists;
    case SQLITE_FULL:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInternal;
  }
}

int BindOne(sqlite3_stmt* statement, int position, const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, position, *number);
  }
  if (const auto* text = std::get_if<absl::string_view>(&value)) {
    return sqlite3_bind_text64(statement, position,
                               text->data() == nullptr ? "" : text->data(),
                               text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  const absl::string_view bytes = std::get<Blob>(value).bytes;
  return sqlite3_bind_blob64(statement, position,
                             bytes.data() == nullptr ? "" : bytes.data(),
                             bytes.size(), SQLITE_STATIC);
}

// Makes a kept statement ready for its next use, however this one ends.
class ResetOnExit {
 public:
  explicit ResetOnExit(sqlite3_stmt* statement) : statement_(statement) {}
  ~ResetOnExit() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

std::int64_t SqlRow::Int(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string SqlRow::Text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (bytes == nullptr) return "";
  return std::string(static_cast<const char*>(bytes), size);
}

bool SqlRow::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void SqliteConnection::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(
    const std::string& path, Mode mode) {
  const int flags =
      SQLITE_OPEN_NOMUTEX |
      (mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY
                               : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  auto connection = std::unique_ptr<SqliteConnection>(new SqliteConnection(db));
  if (code != SQLITE_OK) {
    return connection->Error(code, absl::StrCat("open ", path));
  }
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, kBusyTimeoutMs);
  return connection;
}

SqliteConnection::~SqliteConnection() {
  statements_.clear();
  sqlite3_close(db_);
}

absl::Status SqliteConnection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code, sql);
}

absl::StatusOr<sqlite3_stmt*> SqliteConnection::Prepare(absl::string_view sql) {
  if (const auto known = statements_.find(sql); known != statements_.end()) {
    return known->second.get();
  }
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Error(code, sql);
  statements_.emplace(std::string(sql), Statement(statement));
  return statement;
}

absl::Status SqliteConnection::Query(
    absl::string_view sql, const std::vector<SqlValue>& values,
    absl::FunctionRef<absl::Status(const SqlRow&)> row) {
  MIV_ASSIGN_OR_RETURN(sqlite3_stmt* const statement, Prepare(sql));
  ResetOnExit reset(statement);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int code = BindOne(statement, static_cast<int>(i) + 1, values[i]);
    if (code != SQLITE_OK) return Error(code, sql);
  }
  int code;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    MIV_RETURN_IF_ERROR(row(SqlRow(statement)));
  }
  return code == SQLITE_DONE ? absl::OkStatus() : Error(code, sql);
}

absl::Status SqliteConnection::Run(absl::string_view sql,
                                   const std::vector<SqlValue>& values) {
  return Query(sql, values, [](const SqlRow&) { return absl::OkStatus(); });
}

std::int64_t SqliteConnection::changes() const { return sqlite3_changes(db_); }

bool SqliteConnection::in_transaction() const {
  return sqlite3_get_autocommit(db_) == 0;
}

bool SqliteConnection::TakeDiskFull() {
  return std::exchange(disk_full_, false);
}

absl::Status SqliteConnection::Error(int code, absl::string_view doing) {
  if ((code & 0xff) == SQLITE_FULL) disk_full_ = true;
  const char* text = db_ == nullptr ? "out of memory" : sqlite3_errmsg(db_);
  return absl::Status(CodeOf(code),
                      absl::StrCat("database: ", text, " (", doing, ")"));
}

}  // namespace miv::server
