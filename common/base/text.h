#pragma once

// Making text of unknown origin safe to send and to show.

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace miv {

/// The same text with every byte that is not part of well-formed UTF-8
/// replaced by U+FFFD.
std::string ValidUtf8(absl::string_view text);

/// At most `max_bytes` of `text`, cut between characters.  A cut text ends in
/// "..." (within max_bytes, if that is at least 3).
std::string Shortened(absl::string_view text, std::size_t max_bytes);

}  // namespace miv
