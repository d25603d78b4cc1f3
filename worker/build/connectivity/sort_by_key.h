#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace miv::build {

/// A key to sort by (upper half) and what goes with it (lower half).
constexpr std::uint64_t KeyedItem(std::uint32_t key, std::uint32_t value) {
  return std::uint64_t{key} << 32 | value;
}
constexpr std::uint32_t ValueOf(std::uint64_t item) {
  return static_cast<std::uint32_t>(item);
}
constexpr std::uint32_t KeyOf(std::uint64_t item) {
  return static_cast<std::uint32_t>(item >> 32);
}

/// Maps floats to integers in the same order (-0 before 0; NaN at an end).
inline std::uint32_t SortableBits(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  return bits ^ ((bits >> 31) != 0 ? 0xFFFFFFFFu : 0x80000000u);
}

/// Sorts by key, equal keys by value.  Items of equal keys must come in
/// ascending order of their values.  Linear time for long lists.
/// scratch: any content; keeps its memory.
void SortByKey(std::vector<std::uint64_t>& items,
               std::vector<std::uint64_t>& scratch);

}  // namespace miv::build
