#pragma once

// Brings artifacts from the server to disk.

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection.h"

namespace miv::client {

struct DownloadOptions {
  /// Called with the number of bytes that each message brought, once with those
  /// that an earlier, interrupted download had left, and with a negative number
  /// if they have to be brought again.
  std::function<void(std::int64_t)> progress;
  std::stop_token stop;
};

/// Fills `path` with the artifact of this digest.  Bytes arrive in
/// PATH.part, which a later call goes on with; the digest of the whole is
/// verified before the rename.  Parent directories are created.
/// Errors: the server's; DataLoss if the bytes are not those of the digest
/// (the part is removed); Unavailable; FailedPrecondition if the disk does not
/// take them; Cancelled.
absl::Status DownloadFile(Connection& connection, const std::string& digest,
                          const std::string& path,
                          const DownloadOptions& options);

/// What the server says about an artifact.
/// Errors: NotFound if it does not hold it.
absl::StatusOr<v1::StatResponse> StatArtifact(Connection& connection,
                                              const std::string& digest,
                                              const std::stop_token& stop);

}  // namespace miv::client
