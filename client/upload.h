#pragma once

// Sends to the server what it does not hold yet.

#include <cstdint>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection.h"
#include "client/content.h"
#include "client/transfer.h"

namespace miv::client {

struct UploadOptions {
  TransferCallback progress;
  std::stop_token stop;
  /// Bytes read from `Blob::path` at a time and sent in one message.
  std::int64_t chunk_bytes = kChunkBytes;
};

/// Uploads the blobs that the server lacks, files before manifests.  Equal
/// digests are sent once.  An interrupted upload goes on at the offset that
/// the server has committed, now or in a later call.  Returns how many were
/// sent.
/// Errors: the server's; Unavailable; FailedPrecondition FILE_CHANGED if a
/// file no longer has the bytes that its digest names; Cancelled.
absl::StatusOr<std::int64_t> UploadMissing(Connection& connection,
                                           const std::vector<Blob>& blobs,
                                           const UploadOptions& options);

}  // namespace miv::client
