#pragma once

// Samples range variables while a simulation runs.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/parallel/ranks.h"
#include "worker/simulate/cells/load_cells.h"
#include "worker/simulate/recordings/record_config.h"

namespace miv::simulate {

/// Where a trace comes from.
struct TracePlace {
  std::uint32_t gid = 0;
  std::int32_t section = 0;  ///< index into the cell's `sections`
  double x = 0.5;
  auto operator<=>(const TracePlace&) const = default;
};

/// One recording's samples, on rank 0.  Sample i belongs to
/// t = (first_sample + i) dt.
struct RecordedTraces {
  Recording recording;
  std::string unit;
  double dt_ms = 0;
  std::uint64_t first_sample = 0;
  std::uint64_t samples = 0;
  std::vector<TracePlace> places;  ///< [traces] by gid, section, x
  std::vector<double> values;      ///< [samples][traces]
};

/// All recordings.  A rank keeps the samples of its own cells until Finish.
class Recorder {
 public:
  struct Request {
    const std::vector<Recording>& recordings;
    const LoadedCells& cells;
    std::int64_t seed = 0;
    double dt_ms = 0.025;
  };

  /// Collective; after Initialise of the integrator: keeps addresses of
  /// variables.
  /// Errors: InvalidArgument that names the field (unknown cells, sections or
  /// variables, sample interval), the same on all ranks.
  static absl::StatusOr<std::unique_ptr<Recorder>> Create(
      parallel::Ranks& ranks, const Request& request);

  /// Takes the samples that are due at this step (0 = right after
  /// initialisation).
  void OnStep(std::int64_t step);

  /// Collective: all recordings, complete on rank 0, empty elsewhere.
  std::vector<RecordedTraces> Finish();

 private:
  struct Channel {
    RecordedTraces traces;  ///< places and values of this rank
    std::int64_t steps_per_sample = 1;
    std::vector<const double*> variables;  ///< parallel to places
  };

  explicit Recorder(parallel::Ranks& ranks) : ranks_(ranks) {}
  absl::Status AddChannel(const Recording& recording, const Request& request);

  parallel::Ranks& ranks_;
  std::vector<Channel> channels_;
};

}  // namespace miv::simulate
