#pragma once

// Spike trains of artificial cells, from the entries of the config.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/neuroh5/types.h"
#include "worker/simulate/stimulus/stimulus_config.h"

namespace miv::simulate {

/// Homogeneous Poisson train in [start, stop), ms: exponential intervals with
/// mean 1000 / rate from the stream (seed, "stimulus", gid, entry).
/// Empty if the rate is 0.
std::vector<double> PoissonTrain(std::int64_t seed, std::uint32_t gid,
                                 std::uint32_t entry, double rate_hz,
                                 double start_ms, double stop_ms);

/// Trains of some cells that a file holds, by gid.
using TrainReader =
    std::function<absl::StatusOr<std::map<std::uint32_t, std::vector<double>>>(
        std::size_t entry, const std::vector<std::uint32_t>& gids)>;

struct TrainRequest {
  const std::vector<StimulusEntry>& entries;
  const neuroh5::Types& types;
  /// This rank's artificial cells, ascending; only they get trains.
  std::vector<std::uint32_t> gids;
  /// Populations of artificial cells.
  std::vector<std::string> artificial;
  std::int64_t seed = 0;
  double t_end_ms = 0;
  TrainReader read_file;
};

struct Trains {
  std::map<std::uint32_t, std::vector<double>> by_gid;  ///< ascending times, ms
  std::uint64_t beyond_end = 0;  ///< times after t_end, which will not occur
};

/// Entries that name the same cell add up.  Every rank checks all entries, so
/// that an error does not depend on where a cell lives.
/// Errors: InvalidArgument that names the field: an unknown population, a gid
/// that is no artificial cell, a number of trains that is not the number of
/// cells.
absl::StatusOr<Trains> MakeTrains(const TrainRequest& request);

}  // namespace miv::simulate
