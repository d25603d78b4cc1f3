#include "server/store/sqlite_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "server/store/sqlite_schema.h"
#include "server/store/sqlite_transaction.h"

namespace miv::server {
namespace {

constexpr char kInMemory[] = ":memory:";

// Commits are fsynced; a checkpoint is due every 1000 pages.
constexpr char kWriterSettings[] =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA temp_store=MEMORY;";

constexpr std::size_t kIdleReaders = 4;

constexpr std::int64_t kSpareBytes = 4 << 20;

// SQLite gives its other files the mode of this one.
absl::Status MakePrivateFile(const std::string& path) {
  if (path == kInMemory) return absl::OkStatus();
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return absl::UnavailableError(
        absl::StrCat("database: ", path, ": ", std::strerror(errno)));
  }
  ::close(fd);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(
    const std::string& path) {
  MIV_RETURN_IF_ERROR(MakePrivateFile(path));
  MIV_ASSIGN_OR_RETURN(
      auto writer,
      SqliteConnection::Open(path, SqliteConnection::Mode::kReadWrite));
  MIV_RETURN_IF_ERROR(writer->Execute(kWriterSettings));
  MIV_RETURN_IF_ERROR(EnsureSchema(*writer));
  return std::unique_ptr<SqliteStore>(new SqliteStore(path, std::move(writer)));
}

SqliteStore::SqliteStore(std::string path,
                         std::unique_ptr<SqliteConnection> writer)
    : path_(std::move(path)), writer_(std::move(writer)) {
  if (path_ == kInMemory) return;
  spare_.emplace(path_ + ".spare", kSpareBytes);
  spare_->Reserve(absl::Now());
}

// The first in the queue leads the next batch once the last one is through.
bool SqliteStore::MayLead(const Pending* pending) const {
  return !busy_ && !queue_.empty() && queue_.front() == pending;
}

absl::Status SqliteStore::Write(WriteBody body) {
  Pending own{body, absl::OkStatus()};
  std::vector<Pending*> batch;
  {
    absl::MutexLock lock(&mutex_);
    queue_.push_back(&own);
    const auto my_turn = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return own.done || MayLead(&own);
    };
    mutex_.Await(absl::Condition(&my_turn));
    if (own.done) return own.status;
    busy_ = true;
    batch.swap(queue_);
  }
  RunBatch(batch);
  absl::MutexLock lock(&mutex_);
  busy_ = false;
  for (Pending* pending : batch) pending->done = true;
  return own.status;
}

void SqliteStore::RunBatch(const std::vector<Pending*>& batch) {
  const absl::Status outcome = Commit(batch);
  if (!outcome.ok()) {
    if (writer_->in_transaction()) writer_->Execute("ROLLBACK").IgnoreError();
    for (Pending* pending : batch) {
      if (pending->status.ok()) pending->status = outcome;
    }
  }
  if (!spare_.has_value()) return;
  // Callers repeat what failed; with the spare given back they succeed.
  if (writer_->TakeDiskFull()) {
    spare_->Release();
  } else {
    spare_->Reserve(absl::Now());
  }
}

absl::Status SqliteStore::Commit(const std::vector<Pending*>& batch) {
  MIV_RETURN_IF_ERROR(writer_->Execute("BEGIN IMMEDIATE"));
  for (Pending* pending : batch) MIV_RETURN_IF_ERROR(RunOne(*pending));
  return writer_->Execute("COMMIT");
}

// A body that fails takes back only its own writes.  Returns an error if the
// whole batch is lost.
absl::Status SqliteStore::RunOne(Pending& pending) {
  MIV_RETURN_IF_ERROR(writer_->Execute("SAVEPOINT body"));
  SqliteTransaction transaction(*writer_);
  pending.status = pending.body(transaction);
  if (pending.status.ok()) return writer_->Execute("RELEASE body");
  if (!writer_->in_transaction()) return pending.status;
  return writer_->Execute("ROLLBACK TO body; RELEASE body");
}

absl::Status SqliteStore::Read(ReadBody body) {
  if (path_ == kInMemory) {
    return Write(
        [&](WriteTransaction& transaction) { return body(transaction); });
  }
  MIV_ASSIGN_OR_RETURN(auto reader, BorrowReader());
  MIV_RETURN_IF_ERROR(reader->Execute("BEGIN"));
  SqliteTransaction transaction(*reader);
  const absl::Status status = body(transaction);
  MIV_RETURN_IF_ERROR(reader->Execute("COMMIT"));
  ReturnReader(std::move(reader));
  return status;
}

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteStore::BorrowReader() {
  {
    absl::MutexLock lock(&readers_mutex_);
    if (!readers_.empty()) {
      auto reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
  }
  return SqliteConnection::Open(path_, SqliteConnection::Mode::kReadOnly);
}

void SqliteStore::ReturnReader(std::unique_ptr<SqliteConnection> reader) {
  absl::MutexLock lock(&readers_mutex_);
  if (readers_.size() < kIdleReaders) readers_.push_back(std::move(reader));
}

}  // namespace miv::server
