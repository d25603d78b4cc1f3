#pragma once

// SQLite with statuses, values and rows; the only file that includes its C API
// is sqlite_connection.cc.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace miv::server {

/// Bytes that are not text.
struct Blob {
  absl::string_view bytes;
};

/// What a parameter can be; the text must live until the call returns.
using SqlValue = std::variant<std::int64_t, absl::string_view, Blob>;

/// The row that a query stands at; columns count from 0.
class SqlRow {
 public:
  explicit SqlRow(sqlite3_stmt* statement) : statement_(statement) {}
  /// 0 for NULL.
  std::int64_t Int(int column) const;
  /// Empty for NULL; also reads blobs.
  std::string Text(int column) const;
  bool IsNull(int column) const;

 private:
  sqlite3_stmt* statement_;
};

/// One connection.  Not thread safe.  Errors: AlreadyExists for a broken
/// UNIQUE constraint, ResourceExhausted for a full disk, DataLoss for a corrupt
/// file, Unavailable for busy and I/O errors, Internal otherwise.
class SqliteConnection {
 public:
  enum class Mode { kReadWrite, kReadOnly };

  /// path: a file (made if absent), or ":memory:".
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(
      const std::string& path, Mode mode);
  ~SqliteConnection();

  /// Any number of statements without parameters or results.
  absl::Status Execute(const std::string& sql);

  /// One statement; `row` sees each result row and may stop with an error.
  /// Prepared statements are kept by their text: use literals.
  absl::Status Query(absl::string_view sql, const std::vector<SqlValue>& values,
                     absl::FunctionRef<absl::Status(const SqlRow&)> row);
  /// One statement without result rows.
  absl::Status Run(absl::string_view sql, const std::vector<SqlValue>& values);

  /// Whether the disk was found full since the last call.
  bool TakeDiskFull();

  /// Rows that the last statement changed.
  std::int64_t changes() const;
  /// Whether a transaction is open (an error can have ended it).
  bool in_transaction() const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalizer>;

  explicit SqliteConnection(sqlite3* db) : db_(db) {}
  absl::StatusOr<sqlite3_stmt*> Prepare(absl::string_view sql);
  absl::Status Error(int code, absl::string_view doing);

  sqlite3* const db_;
  std::map<std::string, Statement, std::less<>> statements_;
  bool disk_full_ = false;
};

}  // namespace miv::server
