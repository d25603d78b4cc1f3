#include "worker/build/connectivity/sort_by_key.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace miv::build {
namespace {

constexpr std::size_t kShort = 200;
constexpr int kDigitBits = 11, kDigits = 3;
constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;

std::size_t DigitOf(std::uint64_t item, int digit) {
  return (KeyOf(item) >> (digit * kDigitBits)) & (kBuckets - 1);
}

}  // namespace

// Least significant digit first; every pass is stable.
void SortByKey(std::vector<std::uint64_t>& items,
               std::vector<std::uint64_t>& scratch) {
  if (items.size() < kShort) {
    std::sort(items.begin(), items.end());
    return;
  }
  std::array<std::array<std::uint32_t, kBuckets>, kDigits> counts{};
  for (const std::uint64_t item : items)
    for (int d = 0; d < kDigits; ++d) ++counts[d][DigitOf(item, d)];
  scratch.resize(items.size());
  for (int d = 0; d < kDigits; ++d) {
    auto& begin = counts[d];
    if (begin[DigitOf(items.front(), d)] == items.size()) continue;
    std::uint32_t sum = 0;
    for (std::uint32_t& bucket : begin) {
      const std::uint32_t count = bucket;
      bucket = sum;
      sum += count;
    }
    for (const std::uint64_t item : items)
      scratch[begin[DigitOf(item, d)]++] = item;
    items.swap(scratch);
  }
}

}  // namespace miv::build
