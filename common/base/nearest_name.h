#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace miv {

/// The candidate that `name` is most likely a misspelling of, or "" if none is
/// close (edit distance at most a third of the length, at least 1).
std::string NearestName(absl::string_view name,
                        const std::vector<std::string>& candidates);

/// A sentence for an error's remedy: `Did you mean "x"?` or
/// "Known: a, b, c." when nothing is close.
std::string SuggestName(absl::string_view name,
                        const std::vector<std::string>& candidates);

}  // namespace miv
