#pragma once

// Rank 0's side of Workers.Synchronize: events out, assignments and wishes in.

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "miv/v1/workers.grpc.pb.h"

namespace miv::worker {

struct LinkOptions {
  /// From the beginning of a call to that of the next while an assignment runs.
  std::chrono::milliseconds period{200};
  /// Of one call; idle calls are long polls of up to 10 s.
  std::chrono::milliseconds call_deadline{20'000};
  /// Without contact for this long the group gives up.
  std::chrono::milliseconds contact_limit{60'000};
  /// Between two tries while the server does not answer.
  std::chrono::milliseconds retry_pause{200};
  /// Log lines kept per assignment; the rest is counted and dropped.
  int log_limit = 10'000;
};

/// Keeps every event until the server has acknowledged it, so a server that
/// restarts loses nothing and takes nothing twice.  Thread safe.
class ServerLink {
 public:
  using Stub = v1::Workers::StubInterface;

  /// Starts the thread that talks to the server.
  ServerLink(std::unique_ptr<Stub> stub, std::string token,
             LinkOptions options = {});

  /// Stops talking; what is unacknowledged is lost.
  ~ServerLink();

  ServerLink(const ServerLink&) = delete;
  ServerLink& operator=(const ServerLink&) = delete;

  /// Blocks until there is work.  nullopt: leave (told to, refused, or the
  /// server has been silent for contact_limit).
  std::optional<v1::Assignment> WaitForWork();

  /// Only the latest progress of a period is sent.
  void PostProgress(v1::Progress progress);
  void PostLog(v1::LogLine::Level level, int rank, absl::string_view text);
  void PostWarning(absl::string_view text);
  void PostProduced(v1::Produced produced);

  /// Ends the current assignment and blocks until the server knows (or is given
  /// up).
  void Finish(v1::Finished finished);

  /// Whether the current assignment should stop.
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

  /// Why WaitForWork said to leave: OK if the server said so.
  absl::Status reason_to_leave() const;

 private:
  void Loop();
  void Post(v1::WorkerEvent event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::SynchronizeRequest NextRequest() ABSL_LOCKS_EXCLUDED(mutex_);
  void Take(const v1::SynchronizeResponse& response)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void NoContact(const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  void Leave(absl::Status reason) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Busy() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return !assignment_id_.empty();
  }

  const std::unique_ptr<Stub> stub_;
  const std::string token_;
  const LinkOptions options_;

  mutable absl::Mutex mutex_;
  std::deque<v1::WorkerEvent> unacknowledged_ ABSL_GUARDED_BY(mutex_);
  std::int64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string assignment_id_ ABSL_GUARDED_BY(mutex_);
  std::string last_assignment_id_ ABSL_GUARDED_BY(mutex_);
  std::optional<v1::Assignment> offered_ ABSL_GUARDED_BY(mutex_);
  std::optional<v1::Progress> progress_ ABSL_GUARDED_BY(mutex_);
  std::string last_progress_ ABSL_GUARDED_BY(mutex_);
  int logged_ ABSL_GUARDED_BY(mutex_) = 0;
  bool urgent_ ABSL_GUARDED_BY(mutex_) = false;
  bool leave_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status leave_reason_ ABSL_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point last_contact_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::ClientContext> call_ ABSL_GUARDED_BY(mutex_);

  std::atomic<bool> cancelled_{false};
  std::thread thread_;
};

}  // namespace miv::worker
