#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace miv {

/// FNV-1a, 64 bits: a stable hash of short names (not for security).
constexpr std::uint64_t Fnv1a64(absl::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ull;
  }
  return hash;
}

}  // namespace miv
