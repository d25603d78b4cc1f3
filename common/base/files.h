#pragma once

// Small file operations with statuses instead of exceptions.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv {

/// Whole content.  Errors: NotFound, Unavailable (with the system's reason).
absl::StatusOr<std::string> ReadFile(const std::string& path);

/// Writes `content` under a temporary name in the same directory, fsyncs, and
/// renames over `path`: readers see the old file or the new one, never a part.
/// mode: permission bits of the new file.
absl::Status WriteFileAtomically(const std::string& path,
                                 absl::string_view content,
                                 unsigned mode = 0644);

/// fsync of a directory, so that a rename in it survives a power cut.
absl::Status SyncDirectory(const std::string& path);

/// Creates the directory and its parents; existing ones are fine.
absl::Status MakeDirectories(const std::string& path, unsigned mode = 0755);

/// Removes a file or a whole tree; absent is fine.
absl::Status RemoveTree(const std::string& path);

/// Regular files below `directory`, relative paths, sorted bytewise.  Symbolic
/// links to files count as files; hidden entries (".x") are skipped.
absl::StatusOr<std::vector<std::string>> ListFiles(const std::string& directory);

/// "a/b" + "c" = "a/b/c"; an absolute second part wins.
std::string JoinPath(absl::string_view base, absl::string_view part);

}  // namespace miv
