#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "common/base/keyed_rng.h"

namespace miv::build {

/// Draws indices with given weights in constant time (Walker 1977, tables built
/// as in Vose 1991).  Reusable without allocating again.
class AliasSampler {
 public:
  /// weights: [n > 0] not negative, with a positive and finite sum.
  void Reset(absl::Span<const double> weights);

  std::size_t size() const { return accept_.size(); }

  /// One index; takes one uniform number of `rng`.
  std::uint32_t Draw(KeyedRng& rng) const;

 private:
  std::vector<double> accept_;
  std::vector<std::uint32_t> alias_;
  std::vector<std::uint32_t> small_, large_;  // scratch of Reset
};

}  // namespace miv::build
