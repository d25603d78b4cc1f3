#pragma once

// Local files and directories as artifacts.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace miv::client {

/// Bytes under their digest: a file on disk, or a directory's manifest.
struct Blob {
  std::string digest;
  std::int64_t size = 0;
  std::string label;     ///< for people: the path as the user wrote it
  std::string path;      ///< of the file; empty for a manifest
  std::string manifest;  ///< the bytes of a directory's manifest

  bool directory() const { return path.empty(); }
};

/// The blob of a file, digest computed.  Errors: as DigestOfFile.
absl::StatusOr<Blob> BlobOfFile(const std::string& path,
                                const std::string& label);

/// The blobs of a directory: its files in order of path, then its manifest,
/// which names them.  Left out are hidden entries, and the folders that
/// nrnivmodl and Python leave behind (x86_64, aarch64, arm64, __pycache__).
/// Errors: NotFound; as DigestOfFile.
absl::StatusOr<std::vector<Blob>> BlobsOfDirectory(const std::string& path,
                                                   const std::string& label);

/// The blobs of a file or of a directory, whichever `path` is.
absl::StatusOr<std::vector<Blob>> BlobsOfPath(const std::string& path);

}  // namespace miv::client
