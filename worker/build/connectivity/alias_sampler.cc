#include "worker/build/connectivity/alias_sampler.h"

#include <algorithm>
#include <numeric>

namespace miv::build {

void AliasSampler::Reset(absl::Span<const double> weights) {
  const std::size_t n = weights.size();
  const double scale = static_cast<double>(n) /
                       std::accumulate(weights.begin(), weights.end(), 0.0);
  accept_.resize(n);
  alias_.resize(n);
  small_.clear();
  large_.clear();
  for (std::size_t i = 0; i < n; ++i) {
    accept_[i] = weights[i] * scale;
    alias_[i] = static_cast<std::uint32_t>(i);
    (accept_[i] < 1 ? small_ : large_).push_back(alias_[i]);
  }
  while (!small_.empty() && !large_.empty()) {
    const std::uint32_t low = small_.back(), high = large_.back();
    small_.pop_back();
    alias_[low] = high;
    accept_[high] -= 1 - accept_[low];
    if (accept_[high] < 1) {
      large_.pop_back();
      small_.push_back(high);
    }
  }
  // What rounding left over stands for itself.
  for (const std::uint32_t i : small_) accept_[i] = 1;
  for (const std::uint32_t i : large_) accept_[i] = 1;
}

std::uint32_t AliasSampler::Draw(KeyedRng& rng) const {
  const double x = rng.Uniform() * static_cast<double>(accept_.size());
  const std::size_t i =
      std::min(static_cast<std::size_t>(x), accept_.size() - 1);
  return x - static_cast<double>(i) < accept_[i] ? static_cast<std::uint32_t>(i)
                                                 : alias_[i];
}

}  // namespace miv::build
