#pragma once

// The store in one SQLite file: WAL, synchronous=FULL, one writing connection,
// a few reading ones.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/store/spare_space.h"
#include "server/store/sqlite_connection.h"
#include "server/store/store.h"

namespace miv::server {

class SqliteStore final : public Store {
 public:
  /// path: a file on a local disk, made if absent, or ":memory:".
  /// Errors: FailedPrecondition for a database of another version, DataLoss for
  ///   a file that is no database, Unavailable if it cannot be opened.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(
      const std::string& path);

  absl::Status Write(WriteBody body) override;
  absl::Status Read(ReadBody body) override;

 private:
  /// A body in the queue; lives on its caller's stack.
  struct Pending {
    WriteBody body;
    absl::Status status;
    bool done = false;
  };

  SqliteStore(std::string path, std::unique_ptr<SqliteConnection> writer);
  bool MayLead(const Pending* pending) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RunBatch(const std::vector<Pending*>& batch);
  absl::Status Commit(const std::vector<Pending*>& batch);
  absl::Status RunOne(Pending& pending);
  absl::StatusOr<std::unique_ptr<SqliteConnection>> BorrowReader();
  void ReturnReader(std::unique_ptr<SqliteConnection> reader);

  const std::string path_;
  /// Used by whoever made busy_ true.
  const std::unique_ptr<SqliteConnection> writer_;
  std::optional<SpareSpace> spare_;
  absl::Mutex mutex_;
  std::vector<Pending*> queue_ ABSL_GUARDED_BY(mutex_);
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Mutex readers_mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> readers_
      ABSL_GUARDED_BY(readers_mutex_);
};

}  // namespace miv::server
