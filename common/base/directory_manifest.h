#pragma once

// A directory as one immutable text: its manifest names every file in it by
// digest, so the digest of the manifest names the directory.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv {

struct ManifestEntry {
  std::string path;    ///< relative, "a/b.mod"
  std::string digest;  ///< "sha256:..."
  std::int64_t size = 0;
  bool executable = false;
};

/// The one text for these files, whatever their order:
///   {"files":[{"digest":...,"executable":...,"path":...,"size":...},...]}
/// without white space, keys sorted, entries sorted by path (bytewise).
std::string FormatDirectoryManifest(std::vector<ManifestEntry> files);

/// The entries, sorted by path.  Checks, with one error (InvalidArgument) each:
///   1. it is a JSON object of this shape, nothing more in it;
///   2. digests and sizes are well formed;
///   3. every path is safe (CheckRelativePath), none is there twice, and none
///      is a directory of another;
///   4. it is the text that FormatDirectoryManifest gives for these entries.
absl::StatusOr<std::vector<ManifestEntry>> ParseDirectoryManifest(
    absl::string_view text);

/// OK for a path that stays below the directory it is put in: relative, UTF-8,
/// at most 1024 bytes, without control characters and without an empty, "." or
/// ".." component.
absl::Status CheckRelativePath(absl::string_view path);

}  // namespace miv
