#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace miv::build {

/// A member of a cycle of parent links, or -1 if every entry leads to a root.
/// parent: [n] index of the parent, negative = root.  Linear in n.
inline std::int64_t FindCycle(absl::Span<const std::int32_t> parent) {
  std::vector<std::size_t> visit(parent.size(), 0);  // 0 = not yet
  for (std::size_t i = 0; i < parent.size(); ++i) {
    std::int64_t at = static_cast<std::int64_t>(i);
    while (at >= 0 && visit[static_cast<std::size_t>(at)] == 0) {
      visit[static_cast<std::size_t>(at)] = i + 1;
      at = parent[static_cast<std::size_t>(at)];
    }
    if (at >= 0 && visit[static_cast<std::size_t>(at)] == i + 1) return at;
  }
  return -1;
}

}  // namespace miv::build
