#include "worker/build/steps/gap_junction_choice.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <tuple>

#include "absl/types/span.h"
#include "worker/parallel/exchange.h"

namespace miv::worker {
namespace {

using Candidates = std::vector<build::GapCandidate>;

// How many of the sorted candidates have a key of at most `key`.
std::size_t CountUpTo(const Candidates& sorted, double key) {
  return static_cast<std::size_t>(
      std::upper_bound(sorted.begin(), sorted.end(), key,
                       [](double value, const build::GapCandidate& c) {
                         return value < c.key;
                       }) -
      sorted.begin());
}

// Collective: the smallest key up to which there are k candidates, by bisection
// over the bits of positive numbers, which are in the order of the numbers.
double ThresholdOf(parallel::Ranks& ranks, const Candidates& sorted,
                   std::uint64_t k) {
  std::uint64_t low = 0;
  auto high =
      std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity());
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const std::int64_t count = ranks.Sum(static_cast<std::int64_t>(
        CountUpTo(sorted, std::bit_cast<double>(middle))));
    if (static_cast<std::uint64_t>(count) >= k)
      high = middle;
    else
      low = middle + 1;
  }
  return std::bit_cast<double>(low);
}

}  // namespace

Candidates LowestOfAll(parallel::Ranks& ranks, Candidates mine,
                       std::uint64_t k) {
  std::sort(mine.begin(), mine.end());
  mine.resize(CountUpTo(mine, ThresholdOf(ranks, mine, k)));
  Candidates all = parallel::AllGatherValues(
      ranks, absl::Span<const build::GapCandidate>(mine));
  std::sort(all.begin(), all.end());  // equal keys: by the pair
  if (all.size() > k) all.resize(k);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.low, a.high) < std::tie(b.low, b.high);
  });
  return all;
}

}  // namespace miv::worker
