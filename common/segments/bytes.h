#pragma once

// Numbers to and from little-endian bytes; this machine must be little endian.

#include <bit>
#include <cstring>
#include <string>
#include <type_traits>

#include "absl/strings/string_view.h"

namespace miv::segments {

static_assert(std::endian::native == std::endian::little);

template <typename T>
void Put(std::string* bytes, T value) {
  static_assert(std::is_arithmetic_v<T>);
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(T));
}

/// The caller knows that the bytes are there.
template <typename T>
T Get(absl::string_view bytes, std::size_t at) {
  static_assert(std::is_arithmetic_v<T>);
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

}  // namespace miv::segments
