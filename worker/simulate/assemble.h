#pragma once

// From segment files to results.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/segments/segment_set.h"

namespace miv::simulate {

struct Assembled {
  segments::Coverage coverage;
  std::uint64_t spikes = 0;
  std::vector<std::string> files;   ///< names, below the output directory
  std::vector<std::string> losses;  ///< ends of files that were of no use
};

/// Writes results.h5 and readout*.npy into output_directory, from the folder of
/// `segment_folders` whose run came furthest (the first of equals).
/// Errors: NotFound if none of them covers a step; those of WriteResults.
absl::StatusOr<Assembled> AssembleResults(
    absl::Span<const std::string> segment_folders,
    const std::string& output_directory);

}  // namespace miv::simulate
