#pragma once

// Samples range variables while a simulation runs.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/parallel/ranks.h"
#include "worker/simulate/cells/load_cells.h"
#include "worker/simulate/output/run_output.h"
#include "worker/simulate/recordings/record_config.h"

namespace miv::simulate {

/// What the samples of a recording are of.
struct RecordingStream {
  Recording recording;
  std::string unit;
  double dt_ms = 0;
  std::int64_t steps_per_sample = 1;
};

/// All recordings.  Each rank puts the samples of its own cells into its
/// segment file.
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
  void OnStep(std::int64_t step, RunOutput& output);

  /// Puts the samples of steps before this one down.
  void FlushBefore(std::int64_t step, RunOutput& output);

  /// One per recording; its number in the segment files is its index.
  const std::vector<RecordingStream>& streams() const { return streams_; }

 private:
  struct Channel {
    std::vector<segments::TracePlace> places;
    std::vector<const double*> variables;  ///< parallel to places
    std::vector<double> pending;           ///< [samples][places]
    std::uint64_t first = 0;               ///< sample of pending[0]

    std::uint64_t samples() const {
      return places.empty() ? 0 : pending.size() / places.size();
    }
  };

  absl::Status AddChannel(const Recording& recording, const Request& request);

  segments::SampleBlock Take(std::size_t index, std::uint64_t samples);

  std::vector<RecordingStream> streams_;
  std::vector<Channel> channels_;  ///< parallel to streams_
};

}  // namespace miv::simulate
