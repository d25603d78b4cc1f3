#pragma once

// The token of a server on this machine: whoever can read the file is its
// owner.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv::server {

/// Writes 64 hex digits (32 bytes of the kernel's randomness) to `path`, mode
/// 0600, and returns them; an existing file is replaced.
absl::StatusOr<std::string> CreateLocalToken(const std::string& path);

/// Errors: NotFound; PermissionDenied if others may read or write the file, or
/// it belongs to someone else than this process's user or root; DataLoss if it
/// does not hold a token.
absl::StatusOr<std::string> ReadLocalToken(const std::string& path);

/// The file's token, or a new one where there is none.
absl::StatusOr<std::string> ReadOrCreateLocalToken(const std::string& path);

/// The token of an `authorization` header ("Bearer TOKEN"; the scheme in any
/// case), or empty.
absl::string_view BearerToken(absl::string_view authorization);

/// Equality in a time that depends on the lengths only.
bool TokensEqual(absl::string_view a, absl::string_view b);

}  // namespace miv::server
