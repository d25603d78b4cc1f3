#pragma once

// What the segment files of a run are of: all that results.h5 needs beside
// spikes and samples.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/neuroh5/types.h"

namespace miv::simulate {

struct LfpHead {
  std::string label;
  std::vector<double> position;  ///< [3] um
  double rho = 0;
  std::string mode;
  std::string place_cells;
  double dt_ms = 0;
  std::int64_t steps_per_sample = 1;
  std::vector<std::string> populations;
};

struct RecordingHead {
  std::string label;
  std::string variable;
  std::string unit;
  double dt_ms = 0;
  std::int64_t steps_per_sample = 1;
};

struct ResultHead {
  neuroh5::Types types;
  std::vector<std::string> artificial;  ///< populations of spike sources
  double t_end_ms = 0;
  std::int64_t first_step = 0;            ///< of the state it started from
  std::vector<LfpHead> lfp;               ///< by electrode number
  std::vector<RecordingHead> recordings;  ///< by recording number
  nlohmann::json manifest;  ///< without what only the end of the run tells
};

std::string ToText(const ResultHead& head);

/// Errors: DataLoss if it is no such text.
absl::StatusOr<ResultHead> ParseResultHead(absl::string_view text);

}  // namespace miv::simulate
