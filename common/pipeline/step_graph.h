#pragma once

// Which step depends on which.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace miv::pipeline {

class StepGraph {
 public:
  /// names: of the steps.  uses: of each step the indices of those that it
  /// depends on.
  /// Errors: InvalidArgument USES_CYCLE, whose `what` prints the cycle.
  static absl::StatusOr<StepGraph> Create(
      const std::vector<std::string>& names,
      std::vector<std::vector<std::size_t>> uses);

  /// Every step after those that it depends on; otherwise in the given order.
  const std::vector<std::size_t>& order() const { return order_; }
  const std::vector<std::size_t>& uses(std::size_t step) const {
    return uses_[step];
  }

  /// What `step` depends on, nearest first: [0] are its uses, [k] the steps
  /// that are first reached over k + 1 uses.  Within a level in the order of
  /// uses.
  const std::vector<std::vector<std::size_t>>& Levels(std::size_t step) const {
    return levels_[step];
  }

  /// All levels in one list.
  std::vector<std::size_t> Upstream(std::size_t step) const;

 private:
  std::vector<std::vector<std::size_t>> uses_;
  std::vector<std::size_t> order_;
  std::vector<std::vector<std::vector<std::size_t>>> levels_;
};

}  // namespace miv::pipeline
