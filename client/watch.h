#pragma once

// Follows the event log of a job to its end, whatever the connection does.

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/connection.h"
#include "miv/v1/events.pb.h"

namespace miv::client {

struct WatchOptions {
  std::int64_t after_sequence = 0;  ///< 0 = from the beginning
  /// The connection is gone (with the reason), and is back (OK).
  std::function<void(const absl::Status&)> on_connection;
  std::stop_token stop;
  /// Of the whole watch; the job goes on.
  absl::Time deadline = absl::InfiniteFuture();
};

/// Calls `on_event` with every event after `after_sequence`, once and in
/// order, on this thread.  Reconnects by itself with the last sequence seen.
/// Returns the job's final state, which only the End event gives.
/// Errors: the server's (NotFound, PermissionDenied, ...); Unavailable when it
/// stays away; DataLoss if the log has a hole; Cancelled after `stop`;
/// DeadlineExceeded after `deadline`.
absl::StatusOr<v1::JobState> Watch(
    Connection& connection, const std::string& job_id,
    const WatchOptions& options,
    const std::function<void(const v1::Event&)>& on_event);

}  // namespace miv::client
