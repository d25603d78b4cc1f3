#pragma once

// Artifacts as files and directories on this machine.

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection.h"

namespace miv::client {

struct ArtifactOptions {
  /// Bytes that have come (see DownloadOptions), or were there already.
  std::function<void(std::int64_t)> progress;
  /// Bytes that a directory turns out to hold.
  std::function<void(std::int64_t)> on_members;
  std::stop_token stop;
};

/// Makes `path` the artifact: a file, or a directory made from its manifest.
/// Files that are there with the right digest are left alone; true if that was
/// all of them.
/// Errors: as DownloadFile and StatArtifact; DataLoss for a bad manifest.
absl::StatusOr<bool> FetchArtifact(Connection& connection,
                                   const std::string& digest,
                                   const std::string& path,
                                   const ArtifactOptions& options);

/// True if `path` is a file of these bytes, or a directory with this manifest.
bool HoldsArtifact(const std::string& path, const std::string& digest);

}  // namespace miv::client
