#pragma once

// Typed exchange over Ranks: vectors of plain values instead of bytes.

#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "worker/parallel/ranks.h"

namespace miv::parallel {

/// The values as bytes, for this machine only (all ranks share one layout).
template <typename T>
std::string ToBytes(absl::Span<const T> values) {
  static_assert(std::is_trivially_copyable_v<T>);
  return std::string(reinterpret_cast<const char*>(values.data()),
                     values.size() * sizeof(T));
}

/// Appends the values that ToBytes encoded to `values`.
template <typename T>
void AppendBytes(const std::string& bytes, std::vector<T>* values) {
  static_assert(std::is_trivially_copyable_v<T>);
  const std::size_t before = values->size();
  values->resize(before + bytes.size() / sizeof(T));
  if (!bytes.empty())
    std::memcpy(values->data() + before, bytes.data(), bytes.size());
}

/// The values of all ranks in rank order, on every rank.  Collective.
template <typename T>
std::vector<T> AllGatherValues(Ranks& ranks, absl::Span<const T> values) {
  std::vector<T> all;
  for (const std::string& bytes : ranks.AllGatherBytes(ToBytes(values)))
    AppendBytes(bytes, &all);
  return all;
}

/// The values of all ranks in rank order on rank 0, empty elsewhere.
/// Collective.
template <typename T>
std::vector<T> GatherValuesToRoot(Ranks& ranks, absl::Span<const T> values) {
  std::vector<T> all;
  for (const std::string& bytes : ranks.GatherToRoot(ToBytes(values)))
    AppendBytes(bytes, &all);
  return all;
}

/// outgoing[r] goes to rank r.  Returns what was sent here, in rank order.
/// Collective.
template <typename T>
std::vector<T> ExchangeValues(Ranks& ranks,
                              std::vector<std::vector<T>> outgoing) {
  std::vector<std::string> bytes;
  bytes.reserve(outgoing.size());
  for (std::vector<T>& values : outgoing) {
    bytes.push_back(ToBytes(absl::Span<const T>(values)));
    values = {};
  }
  std::vector<T> received;
  for (const std::string& from_rank : ranks.AllToAll(std::move(bytes)))
    AppendBytes(from_rank, &received);
  return received;
}

/// The contiguous part [first, last) of n items that a rank owns; parts differ
/// by at most one item and lower ranks own lower items.
struct Part {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t size() const { return last - first; }
};
inline Part PartOf(std::uint64_t n, int rank, int size) {
  const std::uint64_t base = n / size;
  const std::uint64_t rest = n % size;
  const std::uint64_t r = static_cast<std::uint64_t>(rank);
  const std::uint64_t first = r * base + (r < rest ? r : rest);
  return {first, first + base + (r < rest ? 1 : 0)};
}

}  // namespace miv::parallel
